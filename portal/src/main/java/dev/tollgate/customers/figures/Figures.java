package dev.tollgate.customers.figures;

import static dev.tollgate.books.rollups.UsageColumn.CALLS;
import static dev.tollgate.books.rollups.UsageColumn.CANCELLED;
import static dev.tollgate.books.rollups.UsageColumn.CHARGED_MICROS;
import static dev.tollgate.books.rollups.UsageColumn.COST_MICROS;
import static dev.tollgate.books.rollups.UsageColumn.FAILED;
import static dev.tollgate.books.rollups.UsageColumn.FIRST_0;
import static dev.tollgate.books.rollups.UsageColumn.REFUNDED_MICROS;

import dev.tollgate.books.rollups.FirstByte;
import dev.tollgate.books.rollups.UsageColumn;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sums over calls, by the columns of the usage tables; 0 for a column that was not read. Tokens are the upstream's counts, amounts micro-credits. */
public final class Figures {

    public static final Figures NONE = new Figures(new long[0]);

    /** The sums in the order of the columns, without the zeros at the end. */
    private final long[] sums;

    private Figures(long[] sums) {
        int end = sums.length;
        while (end > 0 && sums[end - 1] == 0) {
            end--;
        }
        this.sums = Arrays.copyOf(sums, end);
    }

    long sum(UsageColumn column) {
        return column.ordinal() < sums.length ? sums[column.ordinal()] : 0;
    }

    public long calls() {
        return sum(CALLS);
    }

    public long failed() {
        return sum(FAILED);
    }

    public long cancelled() {
        return sum(CANCELLED);
    }

    /** Returns all tokens billed as input, with the cached ones. */
    public long promptTokens() {
        return sum(UsageColumn.PROMPT_TOKENS);
    }

    public long cachedTokens() {
        return sum(UsageColumn.CACHED_TOKENS);
    }

    public long completionTokens() {
        return sum(UsageColumn.COMPLETION_TOKENS);
    }

    public long thoughtsTokens() {
        return sum(UsageColumn.THOUGHTS_TOKENS);
    }

    /** Returns all tokens in and out, with thoughts. */
    public long tokens() {
        return promptTokens() + completionTokens() + thoughtsTokens();
    }

    public long searches() {
        return sum(UsageColumn.SEARCHES);
    }

    /** Returns the upstream's list prices of the calls. */
    public long costMicros() {
        return sum(COST_MICROS);
    }

    public long chargedMicros() {
        return sum(CHARGED_MICROS);
    }

    public long refundedMicros() {
        return sum(REFUNDED_MICROS);
    }

    /** Returns what cached tokens cost less. */
    public long savedMicros() {
        return sum(UsageColumn.SAVED_MICROS);
    }

    /** Returns what tokens of earlier prompts cost more because they were not cached. */
    public long missedMicros() {
        return sum(UsageColumn.MISSED_MICROS);
    }

    /** Returns the charges without what was refunded. */
    public long netMicros() {
        return chargedMicros() - refundedMicros();
    }

    public long marginMicros() {
        return netMicros() - costMicros();
    }

    /** Returns the margin; null if the cost of a call is not known, or there are no calls. */
    public @Nullable Long knownMarginMicros() {
        return calls() == 0 || costed() < calls() ? null : marginMicros();
    }

    /** Returns a percentile of the time to the first byte; see {@link FirstByte#percentileMillis}. */
    public long firstByteMillis(int percent) {
        return FirstByte.percentileMillis(firstBytes(), percent);
    }

    /** Returns the bucket of that percentile; see {@link FirstByte#bucketOf}. */
    public int firstByteBucket(int percent) {
        return FirstByte.bucketOf(firstBytes(), percent);
    }

    private long[] firstBytes() {
        int first = FIRST_0.ordinal();
        return Arrays.copyOfRange(Arrays.copyOf(sums, UsageColumn.values().length), first, first + FirstByte.BUCKETS);
    }

    /** Returns how many calls had a first byte; for the platform, as programs have counted them by channel. */
    public long withFirstByte() {
        return Arrays.stream(firstBytes()).sum();
    }

    /** Returns the tokens of completed output a second, in tenths; -1 if none was timed. Read for the platform alone. */
    public long tokensASecondTenths() {
        long millis = sum(UsageColumn.TIMED_MILLIS);
        return millis == 0 ? -1 : sum(UsageColumn.TIMED_TOKENS) * 10_000 / millis;
    }

    /** Returns how many of an account's calls have a known cost. For operators alone, like {@link #costMicros}. */
    public long costed() {
        return sum(UsageColumn.COSTED);
    }

    public Figures plus(Figures more) {
        return plus(more, 1);
    }

    public Figures minus(Figures less) {
        return plus(less, -1);
    }

    private Figures plus(Figures more, int sign) {
        long[] both = Arrays.copyOf(sums, Math.max(sums.length, more.sums.length));
        for (int i = 0; i < more.sums.length; i++) {
            both[i] += sign * more.sums[i];
        }
        return new Figures(both);
    }

    /** @param columns the row's columns, from {@code first} on */
    public static Figures read(ResultSet row, int first, List<UsageColumn> columns) throws SQLException {
        long[] read = new long[columns.size()];
        for (int i = 0; i < read.length; i++) {
            read[i] = row.getLong(first + i);
        }
        return of(columns, read);
    }

    /** @param values the columns' values, in their order */
    public static Figures of(List<UsageColumn> columns, long... values) {
        long[] sums = new long[UsageColumn.values().length];
        for (int i = 0; i < values.length; i++) {
            sums[columns.get(i).ordinal()] = values[i];
        }
        return new Figures(sums);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Figures same && Arrays.equals(sums, same.sums);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sums);
    }

    @Override
    public String toString() {
        return Arrays.toString(sums);
    }
}
