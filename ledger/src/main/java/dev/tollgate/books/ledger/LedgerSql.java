package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of accounts, entries and signing keys: the queries that all connections share, and the reads and writes on the writer's connection. Rows that
 * the writer reads stay locked until its batch ends.
 */
record LedgerSql(Statements statements) {

    /** The row of an account. Its sandbox credits are general ones. */
    static final String SELECT_ACCOUNT = """
            SELECT id, name, created_at, blocked, balance_micros, reserved_micros, purchased_micros, consumed_micros, last_number,
                last_number_at, spend_hour, spend_day, spend_total, deleted_at, sandbox_micros, budgets_version, receipts, receipt_hash,
                free_day, free_ends, granted_micros, last_grant
            FROM account""";

    /** The columns of an account for those who show them: sandbox credits are also what is left in grants that pay only for the sandbox's responses (Z19). */
    static final String SHOW_ACCOUNT = SELECT_ACCOUNT.replace("sandbox_micros,", """
                sandbox_micros + CASE WHEN granted_micros = 0 THEN 0 ELSE CAST((SELECT COALESCE(SUM(g.left_micros), 0) FROM credit_grant g
                    WHERE g.account_id = account.id AND g.ended_at IS NULL AND g.sandbox = 1) AS BIGINT) END,""");

    /** The columns of {@link #SELECT_ACCOUNT} that are no part of an {@link Account}. */
    private static final int LAST_NUMBER = 9;

    private static final int LAST_NUMBER_AT = 10;

    private static final int SPEND_HOUR = 11;
    private static final int DELETED_AT = 14;
    private static final int SANDBOX = 15;
    private static final int BUDGETS_VERSION = 16;
    private static final int RECEIPTS = 17;
    private static final int RECEIPT_HASH = 18;
    private static final int FREE_DAY = 19;
    private static final int GRANTED = 21;

    static final String SELECT_ENTRY = """
            SELECT account_id, number, created_at, kind, task_id, amount_micros, missing_micros, balance_after_micros, reason
            FROM entry""";

    private static final RowStatement LOCK_ACCOUNT = RowStatement.of(
            SELECT_ACCOUNT + " WHERE id = ?",
            SELECT_ACCOUNT + " WHERE id = ANY (?) ORDER BY id" + Dialect.POSTGRESQL.lock(),
            "text");

    private static final RowStatement INSERT_ACCOUNT = RowStatement.insert(
            "account",
            "blocked bigint",
            "balance_micros bigint",
            "reserved_micros bigint",
            "purchased_micros bigint",
            "consumed_micros bigint",
            "last_number bigint",
            "last_number_at bigint",
            "sandbox_micros bigint",
            "granted_micros bigint",
            "receipts bigint",
            "receipt_hash bytea",
            "id text",
            "name text",
            "created_at bigint");
    private static final RowStatement UPDATE_ACCOUNT = RowStatement.of(
            """
            UPDATE account SET blocked = ?, balance_micros = ?, reserved_micros = ?, purchased_micros = ?, consumed_micros = ?,
                last_number = ?, last_number_at = ?, sandbox_micros = ?, granted_micros = ?, receipts = ?, receipt_hash = ?
            WHERE id = ?""",
            """
            UPDATE account SET blocked = r.blocked, balance_micros = r.balance, reserved_micros = r.reserved,
                purchased_micros = r.purchased, consumed_micros = r.consumed, last_number = r.number,
                last_number_at = r.number_at, sandbox_micros = r.sandbox, granted_micros = r.granted, receipts = r.receipts, receipt_hash = r.receipt_hash
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS r (blocked, balance, reserved, purchased, consumed, number, number_at, sandbox, granted, receipts,
                receipt_hash, id)
            WHERE account.id = r.id""",
            "bigint",
            "bigint",
            "bigint",
            "bigint",
            "bigint",
            "bigint",
            "bigint",
            "bigint",
            "bigint",
            "bigint",
            "bytea",
            "text");
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

    private static final String UPDATE_FREE = "UPDATE account SET free_day = ?, free_ends = ? WHERE id = ?";

    private static final Comparator<AccountRow> BY_ID = Comparator.comparing(account -> account.id);

    private static final String ACTIVE_KEY = "SELECT number, id FROM signing_key WHERE retired_at IS NULL";
    private static final RowStatement SIGNING_KEY = RowStatement.of(ACTIVE_KEY, ACTIVE_KEY);
    private static final String RETIRE_KEY = "UPDATE signing_key SET retired_at = ? WHERE retired_at IS NULL";
    private static final String INSERT_KEY = """
            INSERT INTO signing_key (number, id, public_key, sealed_private, created_at)
            SELECT 1 + COALESCE(MAX(number), 0), ?, ?, ?, ? FROM signing_key WHERE 1 = 1
            ON CONFLICT DO NOTHING""";
    private static final String KEY_NUMBER = "SELECT number FROM signing_key WHERE id = ?";

    /** Asks for the accounts that exist; a server's answer comes with the next question. */
    void askAccounts(Collection<String> ids, Consumer<AccountRow> found) throws SQLException {
        Rows accounts = LOCK_ACCOUNT.on(statements, row -> found.accept(accountRow(row)));
        for (String id : ids) {
            accounts.text(id).next();
        }
        accounts.finishLater();
    }

    private static AccountRow accountRow(ResultSet row) throws SQLException {
        return new AccountRow(
                account(row),
                row.getLong(LAST_NUMBER),
                row.getLong(LAST_NUMBER_AT),
                row.getLong(RECEIPTS),
                row.getBytes(RECEIPT_HASH),
                limits(row),
                budgetsVersion(row),
                row.getLong(FREE_DAY),
                row.getLong(FREE_DAY + 1),
                row.getLong(GRANTED),
                row.getLong(GRANTED + 1));
    }

    static long budgetsVersion(ResultSet row) throws SQLException {
        return row.getLong(BUDGETS_VERSION);
    }

    void writeAccounts(Collection<AccountRow> accounts) throws SQLException {
        Rows inserts = INSERT_ACCOUNT.on(statements);
        Rows updates = UPDATE_ACCOUNT.on(statements);
        for (AccountRow account : inOrder(statements, accounts, BY_ID)) {
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
                .number(account.lastNumber())
                .number(account.lastNumberAtMillis())
                .number(account.funds.sandboxMicros())
                .number(account.funds.grantedMicros())
                .number(account.receipts())
                .bytes(account.receiptHash())
                .text(account.id);
    }

    /** Writes the free answers of an account's day. */
    void writeFree(AccountRow account) throws SQLException {
        statements.run(UPDATE_FREE, account.freeDay(), account.freeEnds(), account.id);
    }

    /** Writes the number of an account's newest grant. */
    void writeLastGrant(AccountRow account) throws SQLException {
        Account.Change.LAST_GRANT.run(statements, account.lastGrant(), account.id);
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

    /** Writes the time zone and another version of an account's budgets. */
    void writeBudgets(String accountId, Budgets next) throws SQLException {
        Account.Change.BUDGETS.run(statements, next.zone().getId(), next.zoneSetAt(), accountId);
    }

    /** Asks for the key that signs; a server's answer comes with the next question. */
    void askSigningKey(Consumer<SigningKeyRow> found) throws SQLException {
        Rows key = SIGNING_KEY.on(statements, row -> found.accept(new SigningKeyRow(row.getLong(1), row.getString(2))));
        key.next();
        key.finishLater();
    }

    void retireSigningKey(Instant at) throws SQLException {
        statements.run(RETIRE_KEY, at);
    }

    /** Adds a key that signs. @return its row; null if another key is still in use */
    @Nullable
    SigningKeyRow addSigningKey(String id, String publicKey, String sealedPrivate, Instant at) throws SQLException {
        int added = statements.run(INSERT_KEY, id, publicKey, sealedPrivate, at);
        return added == 0 ? null : new SigningKeyRow(statements.number(KEY_NUMBER, id), id);
    }

    /** The key that signs receipts. */
    record SigningKeyRow(long number, String id) {}

    /**
     * Returns rows in the order in which every node writes them, so that two batches never wait for each other in a circle: new rows with
     * the same key wait, too. An embedded database has one writer and needs no order.
     */
    static <R> Collection<R> inOrder(Statements statements, Collection<R> rows, Comparator<R> order) {
        return statements.dialect() == Dialect.SQLITE
                ? rows
                : rows.stream().sorted(order).toList();
    }

    static Account account(ResultSet row) throws SQLException {
        return new Account(
                row.getString(1),
                row.getString(2),
                Instant.ofEpochMilli(row.getLong(3)),
                row.getInt(4) == 1,
                balance(row),
                row.getLong(SANDBOX),
                deletedAt(row));
    }

    private static @Nullable Instant deletedAt(ResultSet row) throws SQLException {
        Long millis = number(row, DELETED_AT);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    /** What is spent together at most, of a row of {@link #SELECT_ACCOUNT}. */
    static SpendLimits limits(ResultSet row) throws SQLException {
        Long hour = number(row, SPEND_HOUR);
        Long day = number(row, SPEND_HOUR + 1);
        Long total = number(row, SPEND_HOUR + 2);
        return hour == null && day == null && total == null ? SpendLimits.NONE : new SpendLimits(hour, day, total);
    }

    private static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? null : number;
    }

    private static Balance balance(ResultSet row) throws SQLException {
        return new Balance(row.getLong(5), row.getLong(6), row.getLong(7), row.getLong(8));
    }

    static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getString(1),
                row.getLong(2),
                Instant.ofEpochMilli(row.getLong(3)),
                parse(EntryKind.class, row.getString(4)),
                row.getString(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                row.getString(9));
    }

    /** Returns the constant that the database spells in lower case. */
    static <E extends Enum<E>> E parse(Class<E> type, String code) {
        return Enum.valueOf(type, code.toUpperCase(Locale.ROOT));
    }
}
