package dev.tollgate.calls.replay;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys whose calls are under way elsewhere: on another node, or here while what was held is being given back. All of them are looked up with
 * one query, at the pace of {@link #EVERY}, and nobody holds a connection in between. A claim that is gone (its call has failed, or its node
 * has died) and one that is settled both end the wait, and so does the departure of everybody who waits here.
 *
 * <p>Concurrency: thread-safe; no look is made beside another.
 */
final class Awaited {

    static final Duration EVERY = Duration.ofMillis(250);

    /** By then the call has to be over there too. */
    private static final Duration WAIT_MAX = Duration.ofMinutes(16);

    private static final int KEYS_MAX = 10_000;

    private static final Logger log = LoggerFactory.getLogger(Awaited.class);

    private final Answers answers;
    private final Executor io;
    private final ConcurrentHashMap<KeyedCall, Wait> waiting = new ConcurrentHashMap<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private boolean failing;

    private record Wait(String taskId, long sinceNanos) {}

    Awaited(Answers answers, Executor io) {
        this.answers = answers;
        this.io = io;
    }

    /** The call looks again when the task has been resolved. @return false where too many wait */
    boolean add(KeyedCall call, String taskId) {
        if (waiting.size() >= KEYS_MAX) {
            return false;
        }
        waiting.put(call, new Wait(taskId, System.nanoTime()));
        return true;
    }

    /** To be called each {@link #EVERY}. */
    void look() {
        if (!waiting.isEmpty() && looking.compareAndSet(false, true)) {
            io.execute(this::lookAside);
        }
    }

    private void lookAside() {
        try {
            waiting.keySet().removeIf(KeyedCall::leaveIfUnread);
            Map<KeyedCall, Wait> before = new HashMap<>(waiting); // whoever comes from here on has the next look
            if (!before.isEmpty()) {
                tell(before, answers.running(tasks(before)));
            }
            failing = false;
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            if (!failing) {
                log.warn(Event.STORE_UNAVAILABLE, "the awaited keys could not be looked up; trying again", e);
            }
            failing = true;
        } finally {
            looking.set(false);
        }
    }

    private static Set<String> tasks(Map<KeyedCall, Wait> waits) {
        return waits.values().stream().map(Wait::taskId).collect(Collectors.toUnmodifiableSet());
    }

    private void tell(Map<KeyedCall, Wait> waits, Set<String> running) {
        long now = System.nanoTime();
        waits.forEach((call, wait) -> {
            if (!running.contains(wait.taskId())) {
                waiting.remove(call);
                call.begin();
            } else if (now - wait.sinceNanos() > WAIT_MAX.toNanos()) {
                waiting.remove(call);
                call.refuseBusy();
            }
        });
    }
}
