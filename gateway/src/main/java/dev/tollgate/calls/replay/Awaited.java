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
 * Keys whose calls run on another node, or run here and are being released. One query looks up all of them, every {@link #EVERY}, and no connection
 * is held in between. A wait ends when the claim is gone (its call failed or its node died), when it is settled, or when all its callers have left.
 *
 * <p>Concurrency: thread-safe; lookups never overlap.
 */
final class Awaited {

    static final Duration EVERY = Duration.ofMillis(250);

    /** The time after which the call must be over on the other node, too: a row may give its calls an hour (P17). */
    private static final Duration WAIT_MAX = Duration.ofMinutes(61);

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

    /** Makes the call look again when the task is resolved. @return false if too many calls wait */
    boolean add(KeyedCall call, String taskId) {
        if (waiting.size() >= KEYS_MAX) {
            return false;
        }
        waiting.put(call, new Wait(taskId, System.nanoTime()));
        return true;
    }

    /** Checks the awaited responses. Call it each {@link #EVERY}. */
    void look() {
        if (!waiting.isEmpty() && looking.compareAndSet(false, true)) {
            io.execute(this::lookAside);
        }
    }

    private void lookAside() {
        try {
            waiting.keySet().removeIf(KeyedCall::leaveIfUnread);
            Map<KeyedCall, Wait> before = new HashMap<>(waiting); // later calls are in the next lookup
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
