package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Balance;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The figures of an account's first page, at one instant.
 *
 * @param today since midnight in the zone
 * @param yesterdayByNowMicros charged less refunded, micro-credits: of yesterday's quarters of an hour those that had begun at this time of the day
 * @param monthMicros the same since the month's first, in the zone
 * @param emptyOn when the balance ends if each day is as the last seven were on average; null where nothing was used, or it is years away
 * @param days the last 30 days of the zone and today's, by model, those with calls; calls and credits alone
 * @param running at most 20, the newest first
 * @param latest that have ended, the newest first
 */
public record Overview(
        Instant asOf,
        Balance balance,
        Figures today,
        long yesterdayByNowMicros,
        long monthMicros,
        @Nullable LocalDate emptyOn,
        List<UsageGroup> days,
        List<CallRow> running,
        List<CallRow> latest) {

    public Overview {
        days = List.copyOf(days);
        running = List.copyOf(running);
        latest = List.copyOf(latest);
    }

    /** Returns whether the account has made a call in the last 30 days, or makes one. */
    public boolean hasCalls() {
        return !days.isEmpty() || !latest.isEmpty() || !running.isEmpty();
    }
}
