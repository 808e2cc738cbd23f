package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ErrorCode;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Numbers of refused calls by the code of their error, as callers see it.
 *
 * @param lastHour of the last hour
 * @param lastDay of the last 24 hours
 */
public record RefusedCounts(Map<String, Long> lastHour, Map<String, Long> lastDay) {

    public static final RefusedCounts NONE = new RefusedCounts(Map.of(), Map.of());

    public RefusedCounts {
        lastHour = Collections.unmodifiableMap(new TreeMap<>(lastHour));
        lastDay = Collections.unmodifiableMap(new TreeMap<>(lastDay));
    }

    public long inLastHour() {
        return lastHour.values().stream().mapToLong(Long::longValue).sum();
    }

    public long inLastHour(ErrorCode code) {
        return inLastHour(code.code());
    }

    public long inLastHour(String code) {
        return lastHour.getOrDefault(code, 0L);
    }
}
