package dev.tollgate.books.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.function.Consumer;

/** The table of accounts on the writer's connection. Rows that are read stay locked until the batch ends. */
final class AccountTable {

    private static final RowStatement SELECT_ACCOUNT = RowStatement.of(
            LedgerSql.SELECT_ACCOUNT + " WHERE id = ?",
            LedgerSql.SELECT_ACCOUNT + " WHERE id = ANY (?) ORDER BY id" + Dialect.POSTGRESQL.lock(),
            "text");

    private static final RowStatement INSERT_ACCOUNT = RowStatement.insert(
            "account",
            "blocked bigint",
            "balance_micros bigint",
            "reserved_micros bigint",
            "purchased_micros bigint",
            "consumed_micros bigint",
            "last_sequence bigint",
            "last_entry_at bigint",
            "sandbox_micros bigint",
            "id text",
            "name text",
            "created_at bigint");
    private static final RowStatement UPDATE_ACCOUNT = RowStatement.of(
            """
            UPDATE account SET blocked = ?, balance_micros = ?, reserved_micros = ?, purchased_micros = ?, consumed_micros = ?,
                last_sequence = ?, last_entry_at = ?, sandbox_micros = ?
            WHERE id = ?""", """
            UPDATE account SET blocked = r.blocked, balance_micros = r.balance, reserved_micros = r.reserved,
                purchased_micros = r.purchased, consumed_micros = r.consumed, last_sequence = r.sequence,
                last_entry_at = r.entry_at, sandbox_micros = r.sandbox
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) AS r (blocked, balance, reserved, purchased, consumed, sequence, entry_at, sandbox, id)
            WHERE account.id = r.id""", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text");
    private static final RowStatement UPDATE_LIMITS = RowStatement.of(
            "UPDATE account SET spend_hour = ?, spend_day = ?, spend_total = ? WHERE id = ?",
            """
            UPDATE account SET spend_hour = r.spend_hour, spend_day = r.spend_day, spend_total = r.spend_total
            FROM unnest(?, ?, ?, ?) AS r (spend_hour, spend_day, spend_total, id)
            WHERE account.id = r.id""",
            "bigint",
            "bigint",
            "bigint",
            "text");

    private static final Comparator<AccountRow> BY_ID = Comparator.comparing(account -> account.id);

    private final Statements statements;

    AccountTable(Statements statements) {
        this.statements = statements;
    }

    /** Asks for the accounts that exist; a server's answer comes with the next question. */
    void ask(Collection<String> ids, Consumer<AccountRow> found) throws SQLException {
        Rows accounts = SELECT_ACCOUNT.on(statements, row -> found.accept(account(row)));
        for (String id : ids) {
            accounts.text(id).next();
        }
        accounts.finishLater();
    }

    private static AccountRow account(ResultSet row) throws SQLException {
        return new AccountRow(
                LedgerSql.account(row),
                row.getLong(LedgerSql.LAST_SEQUENCE),
                row.getLong(LedgerSql.LAST_ENTRY_AT),
                LedgerSql.limits(row));
    }

    void write(Collection<AccountRow> accounts) throws SQLException {
        Rows inserts = INSERT_ACCOUNT.on(statements);
        Rows updates = UPDATE_ACCOUNT.on(statements);
        for (AccountRow account : LedgerSql.inOrder(statements, accounts, BY_ID)) {
            if (account.isFresh()) {
                balances(account, inserts)
                        .text(account.name)
                        .number(account.createdAtMillis)
                        .next();
            } else if (account.isChanged()) {
                balances(account, updates).next();
            }
        }
        inserts.finish();
        updates.finishEach();
    }

    private static Rows balances(AccountRow account, Rows rows) throws SQLException {
        return rows.number(account.isBlocked() ? 1 : 0)
                .number(account.funds.balanceMicros())
                .number(account.funds.reservedMicros())
                .number(account.funds.purchasedMicros())
                .number(account.funds.consumedMicros())
                .number(account.lastSequence())
                .number(account.lastEntryAtMillis())
                .number(account.funds.sandboxMicros())
                .text(account.id);
    }

    /** Writes the new spend limits of an account. */
    void writeLimits(AccountRow account) throws SQLException {
        SpendLimits limits = account.limitsToBe();
        Rows update = UPDATE_LIMITS.on(statements);
        update.number(limits.hourMicros())
                .number(limits.dayMicros())
                .number(limits.totalMicros())
                .text(account.id)
                .next();
        update.finishEach();
    }
}
