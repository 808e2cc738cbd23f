package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ErrorCode;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of refused calls.
 *
 * @param lastHour by code, exact to five minutes
 * @param lastDay by code, exact to five minutes
 * @param noCreditsSince start of the current series of 402s with gaps of at most an hour; null if there is none
 */
public record RefusedCounts(
        Map<ErrorCode, Long> lastHour,
        Map<ErrorCode, Long> lastDay,
        @Nullable Instant noCreditsSince) {

    public static final RefusedCounts NONE = new RefusedCounts(Map.of(), Map.of(), null);

    public RefusedCounts {
        lastHour = copy(lastHour);
        lastDay = copy(lastDay);
    }

    private static Map<ErrorCode, Long> copy(Map<ErrorCode, Long> counts) {
        return counts.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(counts));
    }

    public long inLastHour() {
        return sum(lastHour);
    }

    public long inLastHour(ErrorCode code) {
        return lastHour.getOrDefault(code, 0L);
    }

    public long inLastDay() {
        return sum(lastDay);
    }

    private static long sum(Map<ErrorCode, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
