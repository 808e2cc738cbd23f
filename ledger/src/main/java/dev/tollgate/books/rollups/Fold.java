package dev.tollgate.books.rollups;

import dev.tollgate.books.rollups.Tallies.AccountDay;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of the fold, on the writer's connection. A few accounts at a time, since settlements wait for it. Its one row has its progress,
 * so that it continues after a crash and on another node. Writer's thread only.
 */
record Fold(Statements statements) {

    /** The time between the end of a day and its fold: if the clocks of nodes differ by more, the fold goes back. */
    private static final Duration MARGIN = Duration.ofHours(2);

    private static final int ACCOUNTS_AT_ONCE = 20;
    private static final long DAYS_AT_ONCE = 31;

    /** An account's newest days with calls or refunds keep their quarters, whatever the clock says: a wrong clock adds few days to them. */
    private static final int DAYS_KEPT = 99;

    private static final String SELECT =
            "SELECT folded_until, folding_until, account_after FROM usage_fold WHERE id = 1";
    private static final String FIRST = """
            SELECT MIN((SELECT q.starts_at FROM usage_quarter q WHERE q.account_id = a.id ORDER BY q.starts_at LIMIT 1))
            FROM account a""";
    private static final String BEGIN =
            "INSERT INTO usage_fold (id, folded_until, folding_until, account_after) VALUES (1, ?, ?, '') ON CONFLICT (id) DO NOTHING";
    private static final String GO_ON =
            "UPDATE usage_fold SET folded_until = ?, folding_until = ?, account_after = ? WHERE id = 1";
    private static final String GO_BACK = """
            UPDATE usage_fold SET folded_until = CASE WHEN folded_until > ? THEN ? ELSE folded_until END,
                folding_until = CASE WHEN folded_until > ? THEN ? ELSE folded_until END, account_after = '',
                corrections = corrections + 1
            WHERE id = 1""";

    // Readers that cache days notice a new row by its version, or by the number of corrections.
    private static final String TOUCH = "UPDATE usage_fold SET corrections = corrections + 1 WHERE id = 1";
    private static final String KEPT_FROM = """
            SELECT COALESCE(MAX(d.starts_at) + 86400000, 0) FROM usage_day d
            WHERE d.starts_at < (SELECT folded_until FROM usage_fold WHERE id = 1) AND NOT EXISTS (
                SELECT 1 FROM usage_quarter q
                WHERE q.account_id = d.account_id AND q.starts_at >= d.starts_at AND q.starts_at < d.starts_at + 86400000)""";
    private static final String ACCOUNTS = "SELECT id FROM account WHERE id > ? ORDER BY id LIMIT " + ACCOUNTS_AT_ONCE;
    private static final List<String> SUMS = UsageColumn.columns(UsageColumn.OF_ACCOUNTS);
    private static final String FOLD = """
            INSERT INTO usage_day (account_id, starts_at, key_id, model, %s)
            SELECT account_id, starts_at - starts_at %% 86400000, key_id, model, %s
            FROM usage_quarter WHERE account_id = ? AND starts_at >= ? AND starts_at < ?
            GROUP BY account_id, starts_at - starts_at %% 86400000, key_id, model
            ON CONFLICT (account_id, starts_at, key_id, model) DO UPDATE SET %s
            WHERE excluded.calls >= usage_day.calls AND excluded.refunded_micros >= usage_day.refunded_micros""".formatted(
                    String.join(", ", SUMS),
                    SUMS.stream().map(sum -> "SUM(" + sum + ")").collect(Collectors.joining(", ")),
                    SUMS.stream().map(sum -> sum + " = excluded." + sum).collect(Collectors.joining(", ")));
    private static final String HAS_BEFORE =
            "SELECT 1 FROM usage_quarter WHERE account_id = ? AND starts_at < ? LIMIT 1";
    private static final String DAYS_OF_QUARTERS = """
            SELECT DISTINCT starts_at - starts_at % 86400000 AS day FROM usage_quarter WHERE account_id = ?
            ORDER BY day DESC LIMIT 1 OFFSET \
            """ + (DAYS_KEPT - 1);
    private static final String DROP = "DELETE FROM usage_quarter WHERE account_id = ? AND starts_at < ?";

    /** @param foldingUntil above {@code foldedUntil} exactly while a fold is running */
    private record State(long foldedUntil, long foldingUntil, String accountAfter) {

        boolean isUnderWay() {
            return foldingUntil > foldedUntil;
        }
    }

    /** Returns the end of the days that are folded or being folded; 0 if there are none. */
    long bound() throws SQLException {
        State state = state("");
        return state == null ? 0 : state.foldingUntil;
    }

    /**
     * Handles usage counted into days that may be folded already. The fold goes back to them, or folds the usage immediately if quarters of
     * such days are gone.
     *
     * @param days of accounts, in their order
     * @param keptFrom from {@link #keptFrom}
     */
    void follow(SortedSet<AccountDay> days, long keptFrom) throws SQLException {
        State state = state(statements.dialect().lock());
        if (state == null) {
            return;
        }
        long back = Long.MAX_VALUE;
        for (AccountDay day : days) {
            if (day.startsAt() >= keptFrom) {
                back = Math.min(back, day.startsAt());
            } else {
                fold(day.accountId(), day.startsAt(), day.startsAt() + Tallies.DAY_MILLIS);
            }
        }
        if (back < state.foldingUntil) {
            goBack(back);
        } else {
            statements.of(TOUCH).executeUpdate();
        }
    }

    /** Returns the day from which on each account has all its quarters. Reads all folded days. */
    long keptFrom() throws SQLException {
        try (ResultSet row = statements.of(KEPT_FROM).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private void goBack(long day) throws SQLException {
        PreparedStatement update = statements.of(GO_BACK);
        for (int i = 1; i <= 4; i++) {
            update.setLong(i, day);
        }
        update.executeUpdate();
    }

    /**
     * Returns whether days are folded up to the same end as when the correction was found; then this stays so until its commit. A running
     * fold restarts, since it may have passed an account.
     */
    boolean admits(CorrectUsage correction) throws SQLException {
        State state = state(statements.dialect().lock());
        long foldedUntil = state == null ? 0 : state.foldedUntil;
        if (foldedUntil == correction.foldedUntilMillis()) {
            goBack(foldedUntil);
            return true;
        }
        return false;
    }

    /**
     * Handles a fold of another node over days that this node has counted into, because one of the two clocks is wrong.
     *
     * @param countedFrom the first quarter that this node has counted into since it last read the fold's progress
     * @return whether this transaction has the fold's row; if not, another node is folding
     */
    boolean lock(Instant now, long countedFrom) throws SQLException {
        State state = locked(now);
        if (state != null && countedFrom < state.foldingUntil) {
            goBack(Math.max(dayOf(Instant.ofEpochMilli(countedFrom)), keptFrom()));
        }
        return state != null;
    }

    /** Folds a few accounts, with the row locked. @return whether there is more to do */
    boolean step(Instant now) throws SQLException {
        State state = Objects.requireNonNull(state(""));
        long target = dayOf(now.minus(MARGIN));
        if (!state.isUnderWay()) {
            long until = Math.min(target, state.foldedUntil + DAYS_AT_ONCE * Tallies.DAY_MILLIS);
            if (until <= state.foldedUntil) {
                return false;
            }
            state = new State(state.foldedUntil, until, "");
        }
        List<String> accounts = accounts(state.accountAfter);
        long drop = Math.min(state.foldedUntil, dayOf(now.minus(Duration.ofDays(Rollups.QUARTER_DAYS))));
        for (String account : accounts) {
            fold(account, state.foldedUntil, state.foldingUntil);
            drop(account, drop);
        }
        boolean over = accounts.size() < ACCOUNTS_AT_ONCE;
        goOn(
                over
                        ? new State(state.foldingUntil, state.foldingUntil, "")
                        : new State(state.foldedUntil, state.foldingUntil, accounts.getLast()));
        return !over || state.foldingUntil < target;
    }

    private static long dayOf(Instant at) {
        long millis = at.toEpochMilli();
        return millis - Math.floorMod(millis, Tallies.DAY_MILLIS);
    }

    private @Nullable State locked(Instant now) throws SQLException {
        String lock = statements.dialect() == Dialect.POSTGRESQL ? Dialect.POSTGRESQL.lock() + " SKIP LOCKED" : "";
        State state = state(lock);
        if (state != null || state("") != null) {
            return state;
        }
        begin(now);
        return state(lock);
    }

    private @Nullable State state(String lock) throws SQLException {
        try (ResultSet row = statements.of(SELECT + lock).executeQuery()) {
            return row.next() ? new State(row.getLong(1), row.getLong(2), row.getString(3)) : null;
        }
    }

    private void begin(Instant now) throws SQLException {
        long first;
        try (ResultSet row = statements.of(FIRST).executeQuery()) {
            row.next();
            long earliest = row.getLong(1);
            first = row.wasNull() ? dayOf(now) : earliest - Math.floorMod(earliest, Tallies.DAY_MILLIS);
        }
        PreparedStatement insert = statements.of(BEGIN);
        insert.setLong(1, first);
        insert.setLong(2, first);
        insert.executeUpdate();
    }

    private List<String> accounts(String after) throws SQLException {
        PreparedStatement select = statements.of(ACCOUNTS);
        select.setString(1, after);
        List<String> ids = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                ids.add(row.getString(1));
            }
        }
        return ids;
    }

    private void fold(String account, long from, long until) throws SQLException {
        PreparedStatement fold = statements.of(FOLD);
        fold.setString(1, account);
        fold.setLong(2, from);
        fold.setLong(3, until);
        fold.executeUpdate();
    }

    private void drop(String account, long until) throws SQLException {
        PreparedStatement has = statements.of(HAS_BEFORE);
        has.setString(1, account);
        has.setLong(2, until);
        try (ResultSet row = has.executeQuery()) {
            if (!row.next()) {
                return;
            }
        }
        PreparedStatement days = statements.of(DAYS_OF_QUARTERS);
        days.setString(1, account);
        long kept;
        try (ResultSet row = days.executeQuery()) {
            kept = row.next() ? row.getLong(1) : 0;
        }
        PreparedStatement delete = statements.of(DROP);
        delete.setString(1, account);
        delete.setLong(2, Math.min(until, kept));
        delete.executeUpdate();
    }

    private void goOn(State state) throws SQLException {
        PreparedStatement update = statements.of(GO_ON);
        update.setLong(1, state.foldedUntil);
        update.setLong(2, state.foldingUntil);
        update.setString(3, state.accountAfter);
        update.executeUpdate();
    }
}
