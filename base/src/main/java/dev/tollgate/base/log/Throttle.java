package dev.tollgate.base.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rate limits of log lines: ten lines per event and second, one repeated line per minute, one stack trace per cause and
 * minute. Lines left out are counted. Thread-safe.
 */
final class Throttle {

    static final int LINES_MAX = 10;

    /** Sentences of libraries may have names in them: beyond so many, new ones share what there is for one. */
    static final int KEYS_MAX = 1_000;

    private static final long SECOND = 1_000_000_000;
    private static final long MINUTE = 60 * SECOND;
    private static final String OTHERS = "others";

    private final LongSupplier nanoTime;
    private final Map<String, Lines> lines = new ConcurrentHashMap<>();
    private final Map<String, Trace> traces = new ConcurrentHashMap<>();
    private final AtomicInteger owing = new AtomicInteger();

    Throttle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @param linesMax that may come in a span */
    enum Pace {
        TEN_A_SECOND(LINES_MAX, SECOND),
        ONE_A_MINUTE(1, MINUTE);

        private final int linesMax;
        private final long spanNanos;

        Pace(int linesMax, long spanNanos) {
            this.linesMax = linesMax;
            this.spanNanos = spanNanos;
        }
    }

    /** @param name as a line of the count tells it */
    record Omission(String name, long count) {}

    /** Returns whether a line may be written; where not it is counted. */
    boolean mayWrite(String key, String name, Pace pace) {
        long now = nanoTime.getAsLong();
        return slot(lines, key, () -> new Lines(name, pace, now)).mayWrite(now, owing);
    }

    /** Returns whether its stack trace may. */
    boolean mayTrace(String cause) {
        long now = nanoTime.getAsLong();
        return slot(traces, cause, () -> new Trace(now - MINUTE)).mayWrite(now);
    }

    private static <T> T slot(Map<String, T> map, String key, Supplier<T> made) {
        T known = map.get(key);
        if (known != null) {
            return known;
        }
        return map.computeIfAbsent(map.size() < KEYS_MAX ? key : OTHERS, absent -> made.get());
    }

    /** Returns the counts of lines left out in spans that are over, each once. A count is itself a line of the span that it starts. */
    List<Omission> over() {
        if (!owes()) {
            return List.of();
        }
        long now = nanoTime.getAsLong();
        List<Omission> over = new ArrayList<>();
        for (Lines each : lines.values()) {
            Omission left = each.over(now);
            if (left != null) {
                owing.decrementAndGet();
                over.add(left);
            }
        }
        return over;
    }

    /** Returns whether lines were left out and not yet reported. */
    boolean owes() {
        return owing.get() > 0;
    }

    private static final class Lines {

        private final String name;
        private final Pace pace;
        private long begunNanos;
        private int written;
        private long left;

        Lines(String name, Pace pace, long nowNanos) {
            this.name = name;
            this.pace = pace;
            this.begunNanos = nowNanos;
        }

        synchronized boolean mayWrite(long now, AtomicInteger owing) {
            if (now - begunNanos >= pace.spanNanos && left == 0) {
                begunNanos = now;
                written = 0;
            }
            // The line that counts what was left out comes first, once the span is over.
            if (written >= pace.linesMax || left > 0) {
                if (left++ == 0) {
                    owing.incrementAndGet();
                }
                return false;
            }
            written++;
            return true;
        }

        synchronized @Nullable Omission over(long now) {
            if (left == 0 || now - begunNanos < pace.spanNanos) {
                return null;
            }
            Omission told = new Omission(name, left);
            begunNanos = now;
            written = 1;
            left = 0;
            return told;
        }
    }

    private static final class Trace {

        private long lastNanos;

        Trace(long lastNanos) {
            this.lastNanos = lastNanos;
        }

        synchronized boolean mayWrite(long now) {
            if (now - lastNanos < MINUTE) {
                return false;
            }
            lastNanos = now;
            return true;
        }
    }
}
