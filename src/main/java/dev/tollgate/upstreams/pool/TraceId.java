package dev.tollgate.upstreams.pool;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The trace of a request: the digits of its id, so that an error's message leads to its trace. The ids of its spans follow from it.
 *
 * @param high of its 128 bits
 */
public record TraceId(long high, long low) {

    private static final int DIGITS = 32;
    private static final long PERCENT = 100;

    /** Null where the id is not one of ours. */
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

    /** The id of one of its spans. @param number what tells it from the others: a small one, or of a try when it was asked */
    public String span(long number) {
        long mixed = mixed(low ^ Long.rotateLeft(high, 32) ^ number * 0x9e3779b97f4a7c15L);
        return HexFormat.of().toHexDigits(mixed == 0 ? 1 : mixed);
    }

    /** Whether it is one of so many in a hundred. */
    public boolean isAmong(int percent) {
        return Long.remainderUnsigned(mixed(low), PERCENT) < percent;
    }

    /** What an upstream is told of a try, so that what it records lies under that. @param sinceNanos when it was asked */
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
