package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts by code in steps of five minutes over a day. Not thread-safe: its owner's lock guards it. */
final class RefusedTally {

    private static final long STEP_MILLIS = 5 * 60_000;
    private static final int STEPS_OF_HOUR = 12;
    private static final int STEPS = 24 * STEPS_OF_HOUR;
    private static final int CODES = ErrorCode.values().length;

    /** Counts by the number of the step; at most one day. */
    private final NavigableMap<Long, int[]> counts = new TreeMap<>();

    private long noCreditsSinceMillis;
    private long noCreditsAtMillis = Long.MIN_VALUE / 2;

    void count(ErrorCode code, long atMillis) {
        long step = Math.floorDiv(atMillis, STEP_MILLIS);
        counts.computeIfAbsent(step, none -> new int[CODES])[code.ordinal()]++;
        while (counts.size() > STEPS) {
            counts.pollFirstEntry();
        }
        if (code == ErrorCode.INSUFFICIENT_CREDITS) {
            if (atMillis - noCreditsAtMillis > STEPS_OF_HOUR * STEP_MILLIS) {
                noCreditsSinceMillis = atMillis;
            }
            noCreditsAtMillis = atMillis;
        }
    }

    Map<ErrorCode, Long> lastHour(long nowMillis) {
        return sums(nowMillis, STEPS_OF_HOUR);
    }

    Map<ErrorCode, Long> lastDay(long nowMillis) {
        return sums(nowMillis, STEPS);
    }

    /** Returns the time since which credits are lacking, in milliseconds; null if that has been over for an hour, or never was. */
    @Nullable
    Long noCreditsSince(long nowMillis) {
        return nowMillis - noCreditsAtMillis > STEPS_OF_HOUR * STEP_MILLIS ? null : noCreditsSinceMillis;
    }

    private Map<ErrorCode, Long> sums(long nowMillis, int steps) {
        long last = Math.floorDiv(nowMillis, STEP_MILLIS);
        Map<ErrorCode, Long> sums = new EnumMap<>(ErrorCode.class);
        for (int[] counted : counts.subMap(last - steps, false, last, true).values()) {
            for (ErrorCode code : ErrorCode.values()) {
                if (counted[code.ordinal()] > 0) {
                    sums.merge(code, (long) counted[code.ordinal()], Long::sum);
                }
            }
        }
        return sums;
    }
}
