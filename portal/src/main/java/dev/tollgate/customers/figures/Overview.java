package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Balance;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The figures of an account's first page, at one instant.
 *
 * @param emptyOn when the balance ends if each day is as the last seven were on average; null where nothing was used, or it is years away
 * @param running at most 20, the newest first
 * @param latest that have ended, the newest first
 */
public record Overview(
        Instant asOf,
        Balance balance,
        Spent spent,
        @Nullable LocalDate emptyOn,
        List<CallRow> running,
        List<CallRow> latest) {

    /**
     * The usage so far. Amounts are charges less refunds in micro-credits.
     *
     * @param today since midnight in the zone
     * @param yesterdayByNowMicros of yesterday's quarters of an hour those that had begun at this time of the day
     * @param monthMicros since the month's first, in the zone
     * @param days the last 30 days of the zone and today's, by model, those with calls; calls and credits alone
     */
    public record Spent(Figures today, long yesterdayByNowMicros, long monthMicros, List<UsageGroup> days) {

        public Spent {
            days = List.copyOf(days);
        }
    }

    public Overview {
        running = List.copyOf(running);
        latest = List.copyOf(latest);
    }

    /** Returns whether the account has made a call in the last 30 days, or makes one. */
    public boolean hasCalls() {
        return !spent.days().isEmpty() || !latest.isEmpty() || !running.isEmpty();
    }
}
