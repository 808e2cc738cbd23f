package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Deletes the windows of budgets 35 days after their end, and the budgets of keys, members and teams that are gone, once no call counts against them. Safe
 * on several servers at the same time. Blocks.
 */
public record BudgetSweep(Database database, Writer writer, InstantSource clock) {

    public static final Duration EVERY = Duration.ofHours(1);

    /** The time for which a window is kept after its end. */
    static final Duration KEPT = Duration.ofDays(35);

    static final int ROWS_MAX = 500;

    private static final String ENDED = """
            SELECT id FROM account WHERE budgets_version > 0 AND id > ? AND EXISTS (
                SELECT 1 FROM budget_window w WHERE w.account_id = account.id AND w.ends_at < ? AND w.held_micros = 0)
            ORDER BY id LIMIT ?""";
    private static final String GONE = """
            SELECT b.account_id, b.owner FROM budget b
            WHERE b.owner NOT IN ('account', 'each_member')
                AND NOT EXISTS (SELECT 1 FROM api_key WHERE id = b.owner AND account_id = b.account_id AND deleted_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM member WHERE id = b.owner AND account_id = b.account_id AND left_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM team WHERE id = b.owner AND account_id = b.account_id AND archived_at IS NULL)
                AND NOT EXISTS (
                    SELECT 1 FROM open_hold h
                    WHERE h.account_id = b.account_id AND (h.key_id = b.owner OR h.member_id = b.owner OR h.team_id = b.owner))
            GROUP BY b.account_id, b.owner ORDER BY b.account_id, b.owner LIMIT ?""";

    public void sweep() {
        Instant now = clock.instant();
        endWindows(now.minus(KEPT));
        endBudgets(now);
    }

    private void endWindows(Instant before) {
        String after = "";
        List<String> accounts;
        do {
            String from = after;
            accounts = database.read(sql -> sql.list(ENDED, row -> row.getString(1), from, before, ROWS_MAX));
            accounts.forEach(account -> endWindows(account, before));
            after = accounts.isEmpty() ? "" : accounts.getLast();
        } while (accounts.size() == ROWS_MAX);
    }

    private void endWindows(String accountId, Instant before) {
        EndWindows step;
        do {
            step = new EndWindows(accountId, before);
            writer.commitAndWait(Unit.of(step));
        } while (step.outcome() == ROWS_MAX);
    }

    private void endBudgets(Instant now) {
        List<SetBudgets> gone = database.read(
                sql -> sql.list(GONE, row -> SetBudgets.gone(row.getString(1), row.getString(2), now), ROWS_MAX));
        gone.forEach(change -> writer.commitAndWait(Unit.of(change)));
    }

    /** Deletes windows of an account that ended before a time and hold nothing. The outcome is their number, {@link #ROWS_MAX} if there may be more. */
    static final class EndWindows extends LedgerChange<Integer> {

        private final String accountId;
        private final Instant before;

        EndWindows(String accountId, Instant before) {
            this.accountId = accountId;
            this.before = before;
        }

        @Override
        void need(Book book) {
            book.needAccount(accountId);
        }

        @Override
        Integer decideOver(Book book) throws SQLException {
            return book.endWindows(accountId, before, ROWS_MAX);
        }
    }

    /**
     * Deletes spend windows by the hour 35 days after their end and those by the day after 400 days, unless they hold (C38). A budget that is set later counts
     * its window from hours and days of keys, a month's first day from hours. Safe on several servers at the same time. Blocks.
     */
    public record OfLimits(Database database, Writer writer, InstantSource clock) {

        public static final Duration EVERY = Duration.ofHours(6);

        static final Duration HOURS_KEPT = Duration.ofDays(35);
        static final Duration DAYS_KEPT = Duration.ofDays(400);

        static final int ROWS_MAX = 500;

        private static final String ENDED = """
                SELECT key_id, kind, starts_at FROM spend_window
                WHERE (kind = 'hour' AND starts_at < ? OR kind = 'day' AND starts_at < ?) AND held_micros = 0 AND key_id >= ?
                ORDER BY key_id LIMIT ?""";

        public void sweep() {
            Instant now = clock.instant();
            Instant hours = now.minus(HOURS_KEPT).minus(Duration.ofHours(1));
            Instant days = now.minus(DAYS_KEPT).minus(Duration.ofDays(1));
            String from = "";
            List<WindowRow.Id> ended;
            do {
                String after = from;
                ended = database.read(sql -> sql.list(
                        ENDED,
                        row -> new WindowRow.Id("", row.getString(1), SpendWindow.of(row.getString(2)), row.getLong(3)),
                        hours,
                        days,
                        after,
                        ROWS_MAX));
                if (!ended.isEmpty()) {
                    writer.commitAndWait(Unit.of(new EndLimitWindows(ended)));
                    from = ended.getLast().ownerId();
                }
            } while (ended.size() == ROWS_MAX);
        }
    }

    /** Deletes windows that ended long ago, if they are there and hold nothing. */
    static final class EndLimitWindows extends LedgerChange<Boolean> {

        private final List<WindowRow.Id> ended;

        private EndLimitWindows(List<WindowRow.Id> ended) {
            this.ended = ended;
        }

        @Override
        void need(Book book) {}

        @Override
        Boolean decideOver(Book book) throws SQLException {
            book.endSpendWindows(ended);
            return true;
        }
    }
}
