package dev.tollgate.customers.figures;

import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of an account's calls and entries in a span of time: times and numbers agree, and the numbers have no gaps, so a time is found by halving.
 *
 * @param from the first of the span, or of what follows it if there is none
 * @param to the first that follows the span
 * @param last of the account
 */
record NumberSpan(long from, long to, long last) {

    private static final String LAST = "SELECT last_number FROM account WHERE id = ?";

    private static final String IS_BEFORE = """
            COALESCE(COALESCE((SELECT c.ended_at FROM call c WHERE c.account_id = ? AND c.number = (low + high) / 2),
                (SELECT e.created_at FROM entry e WHERE e.account_id = ? AND e.number = (low + high) / 2)) < at, FALSE)""";

    /** Halves what is between the bounds of both ends until they meet, in one question: a server would be waited for as often as there are steps. */
    private static final String BETWEEN = """
            WITH RECURSIVE bounds(is_to, at, low, high) AS (
                SELECT CAST(0 AS BIGINT), CAST(? AS BIGINT), CAST(1 AS BIGINT), 1 + CAST(? AS BIGINT) * last_number FROM account WHERE id = ?
                UNION ALL
                SELECT CAST(1 AS BIGINT), CAST(? AS BIGINT), 1 + CAST(? AS BIGINT) * last_number, 1 + last_number FROM account WHERE id = ?
                UNION ALL
                SELECT is_to, at, CASE WHEN %1$s THEN (low + high) / 2 + 1 ELSE low END, CASE WHEN %1$s THEN high ELSE (low + high) / 2 END
                FROM bounds WHERE low < high)
            SELECT COALESCE(MAX(CASE WHEN is_to = 0 THEN low END), 1), COALESCE(MAX(CASE WHEN is_to = 1 THEN low END), 1), COALESCE(MAX(high), 1) - 1
            FROM bounds""".formatted(IS_BEFORE);

    private static final String BALANCE_AFTER = """
            SELECT COALESCE((SELECT c.balance_after_micros FROM call c WHERE c.account_id = ? AND c.number = ?),
                (SELECT e.balance_after_micros FROM entry e WHERE e.account_id = ? AND e.number = ?), 0)""";

    private static final String TIME_AFTER = """
            SELECT COALESCE((SELECT c.ended_at FROM call c WHERE c.account_id = ? AND c.number = ?),
                (SELECT e.created_at FROM entry e WHERE e.account_id = ? AND e.number = ?),
                (SELECT a.created_at FROM account a WHERE a.id = ?))""";

    /** @param from null: from the first on @param to null: to the last */
    static NumberSpan of(Reads sql, String accountId, @Nullable Instant from, @Nullable Instant to)
            throws SQLException {
        if (from == null && to == null) {
            long last = Objects.requireNonNullElse(sql.one(LAST, row -> row.getLong(1), accountId), 0L);
            return new NumberSpan(1, last + 1, last);
        }
        NumberSpan span = sql.one(
                BETWEEN,
                row -> new NumberSpan(row.getLong(1), row.getLong(2), row.getLong(3)),
                from == null ? Instant.EPOCH : from,
                from == null ? 0 : 1,
                accountId,
                to == null ? Instant.EPOCH : to,
                to == null ? 1 : 0,
                accountId,
                accountId,
                accountId,
                accountId,
                accountId);
        return Objects.requireNonNull(span);
    }

    /** Returns where a page of the span begins. @param from null for its end */
    LedgerPage.Cursor before(LedgerPage.@Nullable Cursor from) {
        return from != null && from.before() < to ? from : new LedgerPage.Cursor(to);
    }

    /** Returns the balance after a number, in micro-credits; 0 before the first. */
    static long balanceAfter(Reads sql, String accountId, long number) throws SQLException {
        return sql.number(BALANCE_AFTER, accountId, number, accountId, number);
    }

    /** Returns the time of a number, or of the account's creation before the first. */
    static Instant timeOf(Reads sql, String accountId, long number) throws SQLException {
        return Instant.ofEpochMilli(sql.number(TIME_AFTER, accountId, number, accountId, number, accountId));
    }
}
