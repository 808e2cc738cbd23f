package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ErrorCode;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many calls were refused.
 *
 * @param lastHour by code; to five minutes
 * @param lastDay likewise
 * @param noCreditsSince when 402s began that have come again within an hour each and still do, or null
 */
public record RefusedCounts(
        Map<ErrorCode, Long> lastHour,
        Map<ErrorCode, Long> lastDay,
        @Nullable Instant noCreditsSince) {

    static final RefusedCounts NONE = new RefusedCounts(Map.of(), Map.of(), null);

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
