package dev.tollgate.books.rollups;

/** The ten buckets that calls are counted in by the time to their first byte. */
public final class FirstByte {

    /** The upper bounds in milliseconds; the last bucket has none. */
    private static final long[] ENDS = {100, 200, 350, 500, 750, 1_000, 2_000, 5_000, 10_000};

    public static final int BUCKETS = ENDS.length + 1;

    private FirstByte() {}

    static int bucket(long millis) {
        int bucket = 0;
        while (bucket < ENDS.length && millis > ENDS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    /**
     * A bound of a percentile: so many of a hundred calls had their first byte within it.
     *
     * @param counts of the buckets, {@value #BUCKETS} of them or sums of them
     * @param percent 1 to 100
     * @return milliseconds; -1 where there are no calls, {@link Long#MAX_VALUE} where it lies in the last bucket
     */
    public static long percentileMillis(long[] counts, int percent) {
        long all = 0;
        for (long count : counts) {
            all += count;
        }
        long before = 0;
        for (int i = 0; i < counts.length; i++) {
            before += counts[i];
            if (all > 0 && before * 100 >= all * percent) {
                return i < ENDS.length ? ENDS[i] : Long.MAX_VALUE;
            }
        }
        return -1;
    }
}
