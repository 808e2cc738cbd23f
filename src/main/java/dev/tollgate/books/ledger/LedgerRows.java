package dev.tollgate.books.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's SQL on the writer's connection. What is read is locked until the batch has ended; each call reads or writes the
 * rows of one table, in the order of their keys, so that the batches of two nodes wait for each other and never in a circle.
 */
final class LedgerRows {

    private static final String LOCKED = Dialect.POSTGRESQL.lock();

    private static final String COUNT_SHORTFALLS =
            "SELECT COUNT(*) FROM entry WHERE account_id = ? AND created_at >= ? AND from_bucket = 'shortfall' AND kind = 'charge'";

    private static final RowStatement SELECT_ACCOUNT = RowStatement.of(
            LedgerSql.SELECT_ACCOUNT + " WHERE id = ?",
            LedgerSql.SELECT_ACCOUNT + " WHERE id = ANY (?) ORDER BY id" + LOCKED,
            "text");
    private static final String HOLD_COLUMNS =
            "SELECT id, account_id, key_id, door, model, created_at, held_micros, first_sequence, last_sequence FROM open_hold";
    private static final RowStatement SELECT_HOLD = RowStatement.of(
            HOLD_COLUMNS + " WHERE id = ?", HOLD_COLUMNS + " WHERE id = ANY (?) ORDER BY id" + LOCKED, "text");
    private static final String SELECT_END =
            "SELECT account_id, state, charged_micros, sandbox_micros FROM reservation WHERE id = ?";

    private static final String WINDOW_COLUMNS =
            "SELECT key_id, kind, starts_at, charged_micros, held_micros FROM spend_window";
    private static final RowStatement SELECT_WINDOW = RowStatement.of(
            WINDOW_COLUMNS + " WHERE key_id = ? AND kind = ? AND starts_at = ?",
            WINDOW_COLUMNS + " WHERE (key_id, kind, starts_at) IN (SELECT * FROM unnest(?, ?, ?))"
                    + " ORDER BY key_id, kind, starts_at" + LOCKED,
            "text",
            "text",
            "bigint");

    // Ownerless: of a node that is not alive. Another node may be at it already.
    private static final String SELECT_ABANDONED = """
            SELECT id FROM open_hold
            WHERE NOT EXISTS (SELECT 1 FROM node WHERE node.id = open_hold.node_id)
            ORDER BY id LIMIT ?""";
    private static final String DELETE_DEAD_NODES = "DELETE FROM node WHERE lease_until <= ";

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
    private static final RowStatement INSERT_HOLD = RowStatement.insert(
            "open_hold",
            "held_micros bigint",
            "first_sequence bigint",
            "last_sequence bigint",
            "id text",
            "account_id text",
            "key_id text",
            "door text",
            "model text",
            "created_at bigint",
            "node_id text");
    private static final RowStatement UPDATE_HOLD = RowStatement.of("""
            UPDATE open_hold SET held_micros = ?, first_sequence = ?, last_sequence = ? WHERE id = ?""", """
            UPDATE open_hold SET held_micros = r.held, first_sequence = r.first_sequence, last_sequence = r.last_sequence
            FROM unnest(?, ?, ?, ?) AS r (held, first_sequence, last_sequence, id)
            WHERE open_hold.id = r.id""", "bigint", "bigint", "bigint", "text");
    private static final RowStatement DELETE_HOLD =
            RowStatement.of("DELETE FROM open_hold WHERE id = ?", "DELETE FROM open_hold WHERE id = ANY (?)", "text");
    private static final RowStatement INSERT_RESERVATION = RowStatement.insert(
            "reservation",
            "id text",
            "account_id text",
            "key_id text",
            "created_at bigint",
            "state text",
            "held_micros bigint",
            "charged_micros bigint",
            "sandbox_micros bigint",
            "first_sequence bigint",
            "last_sequence bigint");
    private static final RowStatement INSERT_WINDOW = RowStatement.insert(
            "spend_window",
            "charged_micros bigint",
            "held_micros bigint",
            "key_id text",
            "kind text",
            "starts_at bigint");
    private static final RowStatement UPDATE_WINDOW =
            RowStatement.of("""
            UPDATE spend_window SET charged_micros = ?, held_micros = ? WHERE key_id = ? AND kind = ? AND starts_at = ?""", """
            UPDATE spend_window SET charged_micros = r.charged, held_micros = r.held
            FROM unnest(?, ?, ?, ?, ?) AS r (charged, held, key_id, kind, starts_at)
            WHERE spend_window.key_id = r.key_id AND spend_window.kind = r.kind AND spend_window.starts_at = r.starts_at""", "bigint", "bigint", "text", "text", "bigint");

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
    private static final String BEGIN_WINDOWS = """
            INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros)
            SELECT ?, kind, starts_at, CAST(SUM(charged_micros) AS BIGINT), CAST(SUM(held_micros) AS BIGINT) FROM spend_window
            WHERE key_id IN (SELECT id FROM api_key WHERE account_id = ?)
            GROUP BY kind, starts_at""";
    private static final String END_WINDOWS = "DELETE FROM spend_window WHERE key_id = ?";

    private static final Comparator<AccountRow> BY_ID = Comparator.comparing(account -> account.id);
    private static final Comparator<WindowRow> BY_KEY = Comparator.comparing((WindowRow window) -> window.id.keyId())
            .thenComparing(window -> window.id.kind().code())
            .thenComparing(window -> window.id.startsAtMillis());

    private final Statements statements;

    LedgerRows(Statements statements) {
        this.statements = statements;
    }

    /** Those that are open. */
    void readReservations(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        reservations(ids, found).finish();
    }

    /** As above; a server's answer comes with what is asked next. */
    void askReservations(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        reservations(ids, found).finishLater();
    }

    private Rows reservations(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        Rows rows = SELECT_HOLD.on(statements, row -> found.accept(hold(row)));
        for (String id : ids) {
            rows.text(id).next();
        }
        return rows;
    }

    private static ReservationRow hold(ResultSet row) throws SQLException {
        OpenHold hold = new OpenHold(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                Instant.ofEpochMilli(row.getLong(6)));
        return new ReservationRow(hold, row.getLong(7), row.getLong(8), row.getLong(9));
    }

    /** How a reservation that is not open has ended, or null where there never was one. */
    @Nullable
    EndedCall end(String id) throws SQLException {
        PreparedStatement select = statements.of(SELECT_END);
        select.setString(1, id);
        try (ResultSet row = select.executeQuery()) {
            return row.next()
                    ? new EndedCall(
                            row.getString(1),
                            Codes.parse(ReservationState.class, row.getString(2)),
                            row.getLong(3),
                            row.getLong(4))
                    : null;
        }
    }

    /** Those that are there; a server's answer comes with what is asked next. The accounts are locked before the windows. */
    void askBalances(
            Collection<String> accountIds,
            Consumer<AccountRow> foundAccount,
            Collection<WindowRow.Id> windowIds,
            Consumer<WindowRow> foundWindow)
            throws SQLException {
        Rows accounts = SELECT_ACCOUNT.on(statements, row -> foundAccount.accept(account(row)));
        for (String id : accountIds) {
            accounts.text(id).next();
        }
        accounts.finishLater();
        windows(windowIds, foundWindow).finishLater();
    }

    /** Those that are there, of accounts that are locked. */
    void readWindows(Collection<WindowRow.Id> ids, Consumer<WindowRow> found) throws SQLException {
        windows(ids, found).finish();
    }

    private Rows windows(Collection<WindowRow.Id> windowIds, Consumer<WindowRow> foundWindow) throws SQLException {
        Rows windows = SELECT_WINDOW.on(statements, row -> foundWindow.accept(window(row)));
        for (WindowRow.Id id : windowIds) {
            windows.text(id.keyId())
                    .text(id.kind().code())
                    .number(id.startsAtMillis())
                    .next();
        }
        return windows;
    }

    private static AccountRow account(ResultSet row) throws SQLException {
        return new AccountRow(
                LedgerSql.account(row),
                row.getLong(LedgerSql.LAST_SEQUENCE),
                row.getLong(LedgerSql.LAST_ENTRY_AT),
                LedgerSql.limits(row));
    }

    private static WindowRow window(ResultSet row) throws SQLException {
        return new WindowRow(
                new WindowRow.Id(row.getString(1), Codes.parse(SpendWindow.class, row.getString(2)), row.getLong(3)),
                row.getLong(4),
                row.getLong(5));
    }

    /** Takes dead nodes away, then finds the open reservations of nobody. */
    List<String> abandonedReservationIds(int limit) throws SQLException {
        Dialect dialect = statements.dialect();
        statements.of(DELETE_DEAD_NODES + dialect.nowMillis()).executeUpdate();
        String skip = dialect == Dialect.POSTGRESQL ? LOCKED + " SKIP LOCKED" : "";
        PreparedStatement select = statements.of(SELECT_ABANDONED + skip);
        select.setInt(1, limit);
        List<String> ids = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                ids.add(row.getString(1));
            }
        }
        return ids;
    }

    int shortfalls(String accountId, long fromMillis) throws SQLException {
        PreparedStatement select = statements.of(COUNT_SHORTFALLS);
        select.setString(1, accountId);
        select.setLong(2, fromMillis);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    void writeAccounts(Collection<AccountRow> accounts) throws SQLException {
        Rows inserts = INSERT_ACCOUNT.on(statements);
        Rows updates = UPDATE_ACCOUNT.on(statements);
        for (AccountRow account : inOrder(accounts, BY_ID)) {
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

    /** New rows of two nodes that have the same key wait for each other too. In an embedded database nobody does. */
    private <R> Collection<R> inOrder(Collection<R> rows, Comparator<R> order) {
        return statements.dialect() == Dialect.SQLITE
                ? rows
                : rows.stream().sorted(order).toList();
    }

    private static Rows balances(AccountRow account, Rows rows) throws SQLException {
        return rows.number(account.isBlocked() ? 1 : 0)
                .number(account.balanceMicros())
                .number(account.reservedMicros())
                .number(account.purchasedMicros())
                .number(account.consumedMicros())
                .number(account.lastSequence())
                .number(account.lastEntryAtMillis())
                .number(account.sandboxMicros())
                .text(account.id);
    }

    /**
     * What is open stays apart; what has ended goes into the history, once. A call that ends before it was written is never among the open.
     *
     * @param nodeId who owns the new ones, where there may be several
     */
    void writeReservations(Collection<ReservationRow> reservations, String nodeId) throws SQLException {
        String owner = statements.dialect() == Dialect.SQLITE ? "" : nodeId;
        Rows opened = INSERT_HOLD.on(statements);
        Rows changed = UPDATE_HOLD.on(statements);
        Rows closed = DELETE_HOLD.on(statements);
        Rows ended = INSERT_RESERVATION.on(statements);
        for (ReservationRow reservation : reservations) {
            if (!reservation.isOpen()) {
                ended(reservation, ended);
                if (!reservation.isFresh()) {
                    closed.text(reservation.id).next();
                }
            } else if (reservation.isFresh()) {
                opened(reservation, owner, opened);
            } else if (reservation.isChanged()) {
                amounts(reservation, changed).next();
            }
        }
        opened.finish();
        changed.finishEach();
        closed.finishEach();
        ended.finish();
    }

    private static void opened(ReservationRow reservation, String owner, Rows rows) throws SQLException {
        OpenHold hold = reservation.hold();
        amounts(reservation, rows)
                .text(hold.accountId())
                .text(hold.keyId())
                .text(hold.door())
                .text(hold.model())
                .number(reservation.createdAtMillis)
                .text(owner)
                .next();
    }

    private static Rows amounts(ReservationRow reservation, Rows rows) throws SQLException {
        return rows.number(reservation.heldMicros())
                .number(reservation.firstSequence())
                .number(reservation.lastSequence())
                .text(reservation.id);
    }

    private static void ended(ReservationRow reservation, Rows rows) throws SQLException {
        rows.text(reservation.id)
                .text(reservation.accountId)
                .text(reservation.keyId)
                .number(reservation.createdAtMillis)
                .text(reservation.state().code())
                .number(reservation.heldMicros())
                .number(reservation.chargedMicros())
                .number(reservation.sandboxMicros())
                .number(reservation.firstSequence())
                .number(reservation.lastSequence())
                .next();
    }

    void writeWindows(Collection<WindowRow> windows) throws SQLException {
        Rows inserts = INSERT_WINDOW.on(statements);
        Rows updates = UPDATE_WINDOW.on(statements);
        for (WindowRow window : inOrder(windows, BY_KEY)) {
            if (window.isChanged()) {
                Rows rows = window.isFresh() ? inserts : updates;
                rows.number(window.chargedMicros())
                        .number(window.heldMicros())
                        .text(window.id.keyId())
                        .text(window.id.kind().code())
                        .number(window.id.startsAtMillis())
                        .next();
            }
        }
        inserts.finish();
        updates.finishEach();
    }

    /**
     * What an account may spend from now on. Its windows begin with what its keys' windows say, which are written, and end where there is
     * no limit any more.
     */
    void writeLimits(AccountRow account) throws SQLException {
        SpendLimits limits = account.limitsToBe();
        Rows update = UPDATE_LIMITS.on(statements);
        update.number(limits.hourMicros())
                .number(limits.dayMicros())
                .number(limits.totalMicros())
                .text(account.id)
                .next();
        update.finishEach();
        if (account.isLimitedFromNowOn()) {
            PreparedStatement insert = statements.of(BEGIN_WINDOWS);
            insert.setString(1, account.id);
            insert.setString(2, account.id);
            insert.executeUpdate();
        } else if (account.isUnlimitedFromNowOn()) {
            PreparedStatement delete = statements.of(END_WINDOWS);
            delete.setString(1, account.id);
            delete.executeUpdate();
        }
    }

    RequestedEntries requested() {
        return new RequestedEntries(statements);
    }

    void append(List<Entry> entries) throws SQLException {
        new EntryRows(statements).append(entries);
    }
}
