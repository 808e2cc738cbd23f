package dev.tollgate.customers.figures;

import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import java.time.YearMonth;
import java.util.List;

/**
 * A month (UTC) of an account. Balances include what was held then (decision D40); {@code opening} with what {@code beside} moves and the usage
 * makes {@code closing}. Micro-credits.
 *
 * @param beside what did not move by a call: bought, refunded, taken back, corrected; in their order
 * @param movedMicros what those add up to
 * @param usage charges by model as it was asked for
 * @param byKey the same charges by key, each with its owner
 * @param all of them; its refunds stand in {@code beside}, too
 * @param lines a page of its movements, the newest first
 */
public record MonthStatement(
        YearMonth month,
        long openingMicros,
        List<LedgerLine> beside,
        long movedMicros,
        List<UsageGroup> usage,
        List<UsageGroup> byKey,
        Figures all,
        long closingMicros,
        LedgerPage lines) {

    public MonthStatement {
        beside = List.copyOf(beside);
        usage = List.copyOf(usage);
        byKey = List.copyOf(byKey);
    }

    MonthStatement with(LedgerPage page) {
        return new MonthStatement(month, openingMicros, beside, movedMicros, usage, byKey, all, closingMicros, page);
    }
}
