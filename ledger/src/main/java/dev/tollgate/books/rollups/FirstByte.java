package dev.tollgate.books.rollups;

import java.util.Arrays;

/** The ten buckets that calls are counted in by the time to their first byte. */
public final class FirstByte {

    /** The upper bounds in milliseconds; the last bucket has none. */
    private static final long[] ENDS = {100, 200, 350, 500, 750, 1_000, 2_000, 5_000, 10_000};

    public static final int BUCKETS = ENDS.length + 1;

    public static final int NONE = -1;

    private FirstByte() {}

    static int bucket(long millis) {
        int bucket = 0;
        while (bucket < ENDS.length && millis > ENDS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    /**
     * Returns a percentile of the time to the first byte, interpolated in its bucket.
     *
     * @param counts of the buckets, {@value #BUCKETS} of them or sums of them
     * @param percent 1 to 100
     * @return milliseconds; {@link #NONE} if there are no calls, {@link Long#MAX_VALUE} if it lies in the last bucket, which has no end
     */
    public static long percentileMillis(long[] counts, int percent) {
        int bucket = bucketOf(counts, percent);
        if (bucket < 0 || bucket == ENDS.length) {
            return bucket < 0 ? NONE : Long.MAX_VALUE;
        }
        long before = Arrays.stream(counts, 0, bucket).sum();
        long begin = bucket == 0 ? 0 : ENDS[bucket - 1];
        long rank = Arrays.stream(counts).sum() * percent - before * 100; // in hundredths of a call, above 0
        return begin + Math.max(1, (ENDS[bucket] - begin) * rank / (counts[bucket] * 100));
    }

    /** Returns the bucket that has a percentile; {@link #NONE} if there are no calls. A change within one bucket cannot be seen. */
    public static int bucketOf(long[] counts, int percent) {
        long all = Arrays.stream(counts).sum();
        long before = 0;
        for (int i = 0; i < counts.length; i++) {
            before += counts[i];
            if (all > 0 && before * 100 >= all * percent) {
                return i;
            }
        }
        return NONE;
    }
}
