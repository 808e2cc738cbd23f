package dev.tollgate.books.grants;

import dev.tollgate.books.grants.AccountGrants.Call;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of grants and of the holds that they serve. On the writer's connection, the lock of the account's row orders all reads and writes; a read
 * transaction sees them as they are committed.
 */
public record GrantSql(Statements statements) {

    private static final String COLUMNS = """
            SELECT account_id, number, kind, models, created_at, starts_at, limits, sandbox, entry_number, credits_micros, left_micros, expires_at,
                lapsed_micros, lapses, used, first_expires_at
            FROM credit_grant""";
    private static final RowStatement SELECT_LIVE = RowStatement.of(
            COLUMNS + " WHERE account_id = ? AND ended_at IS NULL",
            COLUMNS + " WHERE account_id = ANY (?) AND ended_at IS NULL",
            "text");
    private static final String ONE = COLUMNS + " WHERE account_id = ? AND number = ?";
    private static final RowStatement INSERT = RowStatement.insert(
            "credit_grant",
            "credits_micros bigint",
            "left_micros bigint",
            "expires_at bigint",
            "ended_at bigint",
            "lapsed_micros bigint",
            "lapses bigint",
            "used text",
            "sandbox bigint",
            "account_id text",
            "number bigint",
            "kind text",
            "models text",
            "created_at bigint",
            "starts_at bigint",
            "limits text",
            "entry_number bigint",
            "first_expires_at bigint");
    private static final RowStatement UPDATE = RowStatement.of(
            """
            UPDATE credit_grant SET credits_micros = ?, left_micros = ?, expires_at = ?, ended_at = ?, lapsed_micros = ?, lapses = ?, used = ?, sandbox = ?
            WHERE account_id = ? AND number = ?""", """
            UPDATE credit_grant SET credits_micros = r.credits, left_micros = r.has, expires_at = r.expires, ended_at = r.ended,
                lapsed_micros = r.lapsed, lapses = r.lapses, used = r.used, sandbox = r.sandbox
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS r (credits, has, expires, ended, lapsed, lapses, used, sandbox, account, number)
            WHERE credit_grant.account_id = r.account AND credit_grant.number = r.number""", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "bigint", "text", "bigint");
    private static final String RUNNING =
            "SELECT id, grant_model, created_at, held_micros, after_expiry FROM open_hold WHERE account_id = ? AND grant_model IS NOT NULL";

    /** Receives a call that began when its account had something in grants. */
    @FunctionalInterface
    public interface RunningReader {
        void read(Call call);
    }

    /** Asks for the live grants of accounts; a server's answer comes with the next question. */
    public void ask(Collection<String> accountIds, Consumer<GrantRow> found) throws SQLException {
        if (!accountIds.isEmpty()) {
            live(accountIds, found).finishLater();
        }
    }

    /** Reads the live grants of an account. */
    public void read(Collection<String> accountIds, Consumer<GrantRow> found) throws SQLException {
        live(accountIds, found).finish();
    }

    private Rows live(Collection<String> accountIds, Consumer<GrantRow> found) throws SQLException {
        Rows rows = SELECT_LIVE.on(statements, row -> found.accept(row(row)));
        for (String id : accountIds) {
            rows.text(id).next();
        }
        return rows;
    }

    /** Returns a grant that may have ended, as it is written; or null. */
    public @Nullable GrantRow one(String accountId, long number) throws SQLException {
        return statements.one(ONE, GrantSql::row, accountId, number);
    }

    private static GrantRow row(ResultSet row) throws SQLException {
        return new GrantRow(
                new GrantRow.Origin(
                        row.getString(1),
                        row.getLong(2),
                        CreditGrant.Kind.of(row.getString(3)),
                        ModelPatterns.of(row.getString(4)),
                        row.getLong(5),
                        row.getLong(6),
                        GrantLimits.of(row.getString(7)),
                        row.getInt(8) == 1,
                        row.getLong(9),
                        Columns.numberOrNull(row, 16)),
                row.getLong(10),
                row.getLong(11),
                Columns.numberOrNull(row, 12),
                row.getLong(13),
                row.getLong(14),
                GrantLimits.Used.of(row.getString(15)));
    }

    /** Returns the live grants of an account within a read transaction. */
    static List<GrantRow> live(Reads sql, String accountId) throws SQLException {
        return sql.list(COLUMNS + " WHERE account_id = ? AND ended_at IS NULL", GrantSql::row, accountId);
    }

    /** Reads the running calls of an account that grants may serve, as they are written. */
    public void running(String accountId, RunningReader found) throws SQLException {
        running(statements, accountId, found);
    }

    static void running(Sql sql, String accountId, RunningReader found) throws SQLException {
        sql.each(
                RUNNING,
                row -> found.read(new Call(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getLong(4),
                        PaidBy.of(row.getString(5)))),
                accountId);
    }

    /** Writes new and changed grants. @param rows in an order that is the same on all servers */
    public void write(Iterable<GrantRow> rows) throws SQLException {
        Rows inserts = INSERT.on(statements);
        Rows updates = UPDATE.on(statements);
        for (GrantRow row : rows) {
            if (row.isFresh()) {
                changing(row, inserts)
                        .text(row.kind.code())
                        .text(row.models.text())
                        .number(row.createdAtMillis)
                        .number(row.startsAtMillis)
                        .text(row.limits.text())
                        .number(row.entryNumber)
                        .number(row.firstExpiryMillis)
                        .next();
            } else if (row.isChanged()) {
                changing(row, updates).next();
            }
        }
        inserts.finish();
        updates.finishEach();
    }

    private static Rows changing(GrantRow row, Rows rows) throws SQLException {
        return rows.number(row.creditsMicros())
                .number(row.leftMicros())
                .number(row.expiry())
                .number(row.endedAtMillis())
                .number(row.lapsedMicros())
                .number(row.lapses())
                .text(row.used().text())
                .number(row.isOfSandbox() ? 1 : 0)
                .text(row.accountId)
                .number(row.number);
    }
}
