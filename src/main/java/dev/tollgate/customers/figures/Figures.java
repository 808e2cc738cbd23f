package dev.tollgate.customers.figures;

import dev.tollgate.books.rollups.FirstByte;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What calls came to in all. Tokens are the upstream's counts, amounts micro-credits.
 *
 * @param failed of the calls; likewise cancelled
 * @param promptTokens all that is billed as input, with the cached ones
 * @param firstBytes how many calls had their first byte in each of {@link FirstByte}'s buckets
 */
public record Figures(
        long calls,
        long failed,
        long cancelled,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        long thoughtsTokens,
        long chargedMicros,
        long refundedMicros,
        FirstBytes firstBytes) {

    /** Counts of the buckets. */
    public record FirstBytes(long... counts) {

        @Override
        public boolean equals(Object other) {
            return other instanceof FirstBytes same && Arrays.equals(counts, same.counts);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(counts);
        }

        @Override
        public String toString() {
            return Arrays.toString(counts);
        }
    }

    public static final Figures NONE =
            new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, new FirstBytes(new long[FirstByte.BUCKETS]));

    /** The sums that {@link #read} reads, in their order. */
    static final String SUMS = Stream.concat(
                    Stream.of(
                            "calls",
                            "failed",
                            "cancelled",
                            "prompt_tokens",
                            "cached_tokens",
                            "completion_tokens",
                            "thoughts_tokens",
                            "charged_micros",
                            "refunded_micros"),
                    IntStream.range(0, FirstByte.BUCKETS).mapToObj(bucket -> "first_" + bucket))
            .collect(Collectors.joining(", "));

    private static final int FIRST_BYTES = 9;

    /** What is paid for. */
    public long netMicros() {
        return chargedMicros - refundedMicros;
    }

    public long completed() {
        return calls - failed - cancelled;
    }

    /** So many of a hundred calls had their first byte within these milliseconds; see {@link FirstByte#percentileMillis}. */
    public long firstByteMillis(int percent) {
        return FirstByte.percentileMillis(firstBytes.counts, percent);
    }

    public Figures plus(Figures more) {
        long[] sums = firstBytes.counts.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += more.firstBytes.counts[i];
        }
        return new Figures(
                calls + more.calls,
                failed + more.failed,
                cancelled + more.cancelled,
                promptTokens + more.promptTokens,
                cachedTokens + more.cachedTokens,
                completionTokens + more.completionTokens,
                thoughtsTokens + more.thoughtsTokens,
                chargedMicros + more.chargedMicros,
                refundedMicros + more.refundedMicros,
                new FirstBytes(sums));
    }

    static Figures read(ResultSet row, int first) throws SQLException {
        long[] sums = new long[FIRST_BYTES + FirstByte.BUCKETS];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = row.getLong(first + i);
        }
        return of(sums);
    }

    /** @param sums in the order of {@link #SUMS} */
    static Figures of(long... sums) {
        return new Figures(
                sums[0],
                sums[1],
                sums[2],
                sums[3],
                sums[4],
                sums[5],
                sums[6],
                sums[7],
                sums[8],
                new FirstBytes(Arrays.copyOfRange(sums, FIRST_BYTES, sums.length)));
    }
}
