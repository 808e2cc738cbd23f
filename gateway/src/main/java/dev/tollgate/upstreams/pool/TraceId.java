package dev.tollgate.upstreams.pool;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The trace of a request: the digits of its id, so that an error's message leads to its trace. The ids of its spans are derived from it.
 *
 * @param high the upper half of its 128 bits
 */
public record TraceId(long high, long low) {

    private static final int DIGITS = 32;
    private static final long PERCENT = 100;

    /** Returns the trace of a request id; null for an id that Tollgate did not make. */
    public static @Nullable TraceId of(String requestId) {
        int from = requestId.length() - DIGITS;
        if (from < 0) {
            return null;
        }
        try {
            long high = HexFormat.fromHexDigitsToLong(requestId, from, from + DIGITS / 2);
            long low = HexFormat.fromHexDigitsToLong(requestId, from + DIGITS / 2, requestId.length());
            return high == 0 && low == 0 ? null : new TraceId(high, low);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    public String hex() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }

    /** Returns the id of one of its spans. @param number distinguishes the spans: a small number, or an attempt's start time */
    public String span(long number) {
        long mixed = mixed(low ^ Long.rotateLeft(high, 32) ^ number * 0x9e3779b97f4a7c15L);
        return HexFormat.of().toHexDigits(mixed == 0 ? 1 : mixed);
    }

    /** Returns whether the trace is in a sample of this percentage. */
    public boolean isAmong(int percent) {
        return Long.remainderUnsigned(mixed(low), PERCENT) < percent;
    }

    /**
     * Returns the {@code traceparent} of an attempt, so that the upstream's spans appear under it.
     *
     * @param sinceNanos the attempt's start
     */
    String parentOf(long sinceNanos) {
        return "00-" + hex() + "-" + span(sinceNanos) + "-01";
    }

    private static long mixed(long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
