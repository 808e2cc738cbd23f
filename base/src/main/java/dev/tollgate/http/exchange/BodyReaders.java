package dev.tollgate.http.exchange;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Does what takes processor time for large bodies and large answers: unpacks, parses, translates and renders them, one piece of work after the
 * other on a few threads of its own, so that event loops and virtual threads stay free for other requests. Accounts take turns. Thread-safe; a
 * lock is held to take a piece of work, never while it is done.
 */
public final class BodyReaders implements AutoCloseable {

    /** The work for its turn, which is refused if the turn does not come. Either method is called once. */
    interface Work {

        void run();

        /** Called on any thread. */
        void refuse(ApiError busy);
    }

    private static final int WAITING_MAX = 64;
    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(20);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final int threadsMax;
    private final int eachMax;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().daemon().name("read-body-", 0).factory());
    /** The accounts in the order of their turns. After its turn an account with more work goes to the end. */
    private final Map<String, ArrayDeque<Waiting>> accounts = new LinkedHashMap<>();

    /** Pieces of work under way, by account. */
    private final Map<String, Integer> inside = new HashMap<>();

    private int running;
    private boolean closed;

    private record Waiting(String account, Work work, long sinceNanos) {}

    /** @param eachMax threads of one account */
    public BodyReaders(int threadsMax, int eachMax) {
        this.threadsMax = threadsMax;
        this.eachMax = eachMax;
    }

    /** @param account whose turn it takes; empty without an account */
    void execute(String account, Work work) {
        if (!queue(account, work)) {
            work.refuse(busy());
        }
    }

    private synchronized boolean queue(String account, Work work) {
        ArrayDeque<Waiting> queue = accounts.computeIfAbsent(account, fresh -> new ArrayDeque<>());
        if (closed || queue.size() >= WAITING_MAX) {
            return false;
        }
        queue.add(new Waiting(account, work, System.nanoTime()));
        if (running < threadsMax) {
            running++;
            threads.execute(this::work);
        }
        return true;
    }

    private void work() {
        for (Waiting next = next(); next != null; next = next()) {
            if (System.nanoTime() - next.sinceNanos() > WAIT_NANOS_MAX) {
                next.work().refuse(busy());
            } else {
                next.work().run();
            }
            leave(next.account());
        }
    }

    /** Returns work of the first account below its limit of concurrent pieces. An account at the limit is considered again when one of its pieces ends. */
    private synchronized @Nullable Waiting next() {
        Iterator<Map.Entry<String, ArrayDeque<Waiting>>> all =
                accounts.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<String, ArrayDeque<Waiting>> turn = all.next();
            if (inside.getOrDefault(turn.getKey(), 0) < eachMax) {
                all.remove();
                inside.merge(turn.getKey(), 1, Integer::sum);
                Waiting next = turn.getValue().remove();
                if (!turn.getValue().isEmpty()) {
                    accounts.put(turn.getKey(), turn.getValue());
                }
                return next;
            }
        }
        running--;
        return null;
    }

    private synchronized void leave(String account) {
        inside.computeIfPresent(account, (same, count) -> count == 1 ? null : count - 1);
    }

    private static ApiError busy() {
        return ApiError.of(
                        ErrorCode.INTERNAL_ERROR,
                        sentence("The server is busy with large requests and answers. Retry in a moment."))
                .withStatus(503)
                .retryAfter(SOON);
    }

    /** Lets running work end, and refuses waiting work. */
    @Override
    public void close() {
        Map<String, ArrayDeque<Waiting>> left;
        synchronized (this) {
            closed = true;
            left = new LinkedHashMap<>(accounts);
            accounts.clear();
        }
        left.values().forEach(queue -> queue.forEach(waiting -> waiting.work().refuse(busy())));
    }
}
