package dev.tollgate.books.rollups;

import dev.tollgate.models.Count;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The columns of sums in the usage tables. Tokens are the upstream's counts, amounts micro-credits. */
public enum UsageColumn {
    CALLS,
    FAILED,
    CANCELLED,
    /** All tokens billed as input, including cached tokens. */
    PROMPT_TOKENS(Count.PROMPT, Count.TOOLS),
    CACHED_TOKENS(Count.CACHED),
    COMPLETION_TOKENS(Count.COMPLETION),
    THOUGHTS_TOKENS(Count.REASONING),
    /** The part of the completion that is images. */
    OUTPUT_IMAGE_TOKENS(Count.OUTPUT_IMAGE),
    /** Search queries. */
    SEARCHES(Count.SEARCHES),
    /** Calls whose answer has a source of Google Maps. */
    MAPS(Count.MAPS),
    /** Calls whose usage was not reported in full. */
    ESTIMATED,
    /** Attempts with usage whose price at the upstream is not known: {@link #COST_MICROS} has nothing for them. */
    UNCOSTED,
    CHARGED_MICROS,
    REFUNDED_MICROS,
    /** The cost of all attempts with usage, discarded ones included: by list prices, not the provider's invoice. Operators alone see it. */
    COST_MICROS,
    /** Calls whose cost is known: {@link #COST_MICROS} has all their attempts. */
    COSTED,
    /** Usage that nothing covered. */
    SHORTFALL_MICROS,
    /** The credits that the cache has saved: what cached tokens cost less. Calls whose use of the cache is unknown do not count. */
    SAVED_MICROS,
    /** The credits that tokens of earlier prompts cost more because they were not cached. */
    MISSED_MICROS,
    /** Calls whose first byte came within the first of {@link FirstByte}'s ends; the other nine buckets follow. Calls of jobs do not count. */
    FIRST_0,
    FIRST_1,
    FIRST_2,
    FIRST_3,
    FIRST_4,
    FIRST_5,
    FIRST_6,
    FIRST_7,
    FIRST_8,
    FIRST_9,
    /** The output, with thoughts, of the calls that {@link #TIMED_MILLIS} counts. */
    TIMED_TOKENS,
    /** Milliseconds from the first byte to the end of completed calls; calls that arrived whole and calls of jobs are not counted. */
    TIMED_MILLIS,
    /** Requests to upstreams, each by its own channel and name of the model: retries, hedges and attempts of failed calls too. */
    ATTEMPTS,
    /** Attempts that ended with a failure: neither with an answer, nor empty, nor because another channel was faster or the caller left. */
    FAILED_ATTEMPTS,
    /** The part of {@link #FAILED} whose own request was the cause. */
    BY_REQUEST,
    /** Completed calls that got no answer for their own request: they were charged, since no free answer was left. */
    CHARGED_BY_REQUEST;

    private static final Set<UsageColumn> HOUR_ONLY =
            EnumSet.of(ESTIMATED, UNCOSTED, SHORTFALL_MICROS, TIMED_TOKENS, TIMED_MILLIS, ATTEMPTS, FAILED_ATTEMPTS);
    private static final Set<UsageColumn> ACCOUNT_ONLY =
            EnumSet.of(COSTED, SAVED_MICROS, MISSED_MICROS, CHARGED_BY_REQUEST);

    /** The columns of usage_quarter and usage_day, in their order. */
    public static final List<UsageColumn> OF_ACCOUNTS = List.copyOf(EnumSet.complementOf(EnumSet.copyOf(HOUR_ONLY)));

    /** The columns that an account's export has: no costs of the operator and no times to the first byte. */
    public static final List<UsageColumn> OF_EXPORTS = OF_ACCOUNTS.stream()
            .filter(it -> it != COST_MICROS && it != COSTED && it.compareTo(FIRST_0) < 0)
            .toList();

    /** The readable columns of usage_hour, whose rows have the end of their calls as a column instead of a sum of failures. */
    public static final List<UsageColumn> OF_PLATFORM = List.copyOf(EnumSet.complementOf(EnumSet.copyOf(ACCOUNT_ONLY)));

    /** The columns of usage_hour, in their order. */
    static final List<UsageColumn> OF_HOURS =
            OF_PLATFORM.stream().filter(it -> it != FAILED && it != CANCELLED).toList();

    /** The columns of usage_label, in their order. */
    public static final List<UsageColumn> OF_LABELS = List.of(
            CALLS,
            FAILED,
            CANCELLED,
            PROMPT_TOKENS,
            CACHED_TOKENS,
            COMPLETION_TOKENS,
            THOUGHTS_TOKENS,
            OUTPUT_IMAGE_TOKENS,
            SEARCHES,
            MAPS,
            CHARGED_MICROS,
            REFUNDED_MICROS);

    private final List<Count> counts;

    UsageColumn(Count... counts) {
        this.counts = List.of(counts);
    }

    /** Returns the counts that add up to it; empty for a sum of something else. */
    List<Count> counts() {
        return counts;
    }

    /** Returns the name in the database. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns names in the database. */
    public static List<String> columns(List<UsageColumn> columns) {
        return columns.stream().map(UsageColumn::column).toList();
    }
}
