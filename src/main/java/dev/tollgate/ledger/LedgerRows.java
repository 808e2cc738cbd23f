package dev.tollgate.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The ledger's SQL on the writer's connection. What is read is locked until the batch has ended; each call reads or writes the
 * rows of one table, in the order of their keys, so that the batches of two nodes wait for each other and never in a circle.
 */
final class LedgerRows {

    private static final String LOCKED = Dialect.POSTGRESQL.lock();

    private static final String COUNT_SHORTFALLS =
            "SELECT COUNT(*) FROM entry WHERE account_id = ? AND created_at >= ? AND from_bucket = 'shortfall'";

    private static final RowStatement SELECT_ACCOUNT = RowStatement.of(
            LedgerSql.SELECT_ACCOUNT + " WHERE id = ?",
            LedgerSql.SELECT_ACCOUNT + " WHERE id = ANY (?) ORDER BY id" + LOCKED,
            "text");
    private static final RowStatement SELECT_RESERVATION = RowStatement.of(
            LedgerSql.SELECT_RESERVATION + " WHERE id = ?",
            LedgerSql.SELECT_RESERVATION + " WHERE id = ANY (?) ORDER BY id" + LOCKED,
            "text");

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
            SELECT id FROM reservation
            WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = reservation.node_id)
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
            "id text",
            "name text",
            "created_at bigint");
    private static final RowStatement UPDATE_ACCOUNT =
            RowStatement.of("""
            UPDATE account SET blocked = ?, balance_micros = ?, reserved_micros = ?, purchased_micros = ?, consumed_micros = ?,
                last_sequence = ?
            WHERE id = ?""", """
            UPDATE account SET blocked = r.blocked, balance_micros = r.balance, reserved_micros = r.reserved,
                purchased_micros = r.purchased, consumed_micros = r.consumed, last_sequence = r.sequence
            FROM unnest(?, ?, ?, ?, ?, ?, ?) AS r (blocked, balance, reserved, purchased, consumed, sequence, id)
            WHERE account.id = r.id""", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text");
    private static final RowStatement INSERT_RESERVATION = RowStatement.insert(
            "reservation",
            "state text",
            "held_micros bigint",
            "charged_micros bigint",
            "first_sequence bigint",
            "last_sequence bigint",
            "id text",
            "account_id text",
            "key_id text",
            "created_at bigint",
            "node_id text");

    private static final RowStatement UPDATE_RESERVATION = RowStatement.of(
            "UPDATE reservation SET state = ?, held_micros = ?, charged_micros = ?, first_sequence = ?, last_sequence = ? WHERE id = ?",
            """
            UPDATE reservation SET state = r.state, held_micros = r.held, charged_micros = r.charged,
                first_sequence = r.first_sequence, last_sequence = r.last_sequence
            FROM unnest(?, ?, ?, ?, ?, ?) AS r (state, held, charged, first_sequence, last_sequence, id)
            WHERE reservation.id = r.id""",
            "text",
            "bigint",
            "bigint",
            "bigint",
            "bigint",
            "text");
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

    private static final Comparator<AccountRow> BY_ID = Comparator.comparing(account -> account.id);
    private static final Comparator<WindowRow> BY_KEY = Comparator.comparing((WindowRow window) -> window.id.keyId())
            .thenComparing(window -> window.id.kind().code())
            .thenComparing(window -> window.id.startsAtMillis());

    private final Statements statements;

    LedgerRows(Statements statements) {
        this.statements = statements;
    }

    void readReservations(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        reservations(ids, found).finish();
    }

    /** As above; a server's answer comes with what is asked next. */
    void askReservations(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        reservations(ids, found).finishLater();
    }

    private Rows reservations(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        Rows rows = SELECT_RESERVATION.on(
                statements,
                row -> found.accept(new ReservationRow(LedgerSql.reservation(row), row.getLong(8), row.getLong(9))));
        for (String id : ids) {
            rows.text(id).next();
        }
        return rows;
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
        Rows windows = SELECT_WINDOW.on(statements, row -> foundWindow.accept(window(row)));
        for (WindowRow.Id id : windowIds) {
            windows.text(id.keyId())
                    .text(id.kind().code())
                    .number(id.startsAtMillis())
                    .next();
        }
        windows.finishLater();
    }

    private static AccountRow account(ResultSet row) throws SQLException {
        return new AccountRow(LedgerSql.account(row), row.getLong(LedgerSql.LAST_SEQUENCE));
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
                .text(account.id);
    }

    /** @param nodeId who owns the new ones, where there may be several */
    void writeReservations(Collection<ReservationRow> reservations, String nodeId) throws SQLException {
        String owner = statements.dialect() == Dialect.SQLITE ? "" : nodeId;
        Rows inserts = INSERT_RESERVATION.on(statements);
        Rows updates = UPDATE_RESERVATION.on(statements);
        for (ReservationRow reservation : reservations) {
            if (reservation.isFresh()) {
                amounts(reservation, inserts)
                        .text(reservation.accountId)
                        .text(reservation.keyId)
                        .number(reservation.createdAtMillis)
                        .text(owner)
                        .next();
            } else if (reservation.isChanged()) {
                amounts(reservation, updates).next();
            }
        }
        inserts.finish();
        updates.finishEach();
    }

    private static Rows amounts(ReservationRow reservation, Rows rows) throws SQLException {
        return rows.text(reservation.state().code())
                .number(reservation.heldMicros())
                .number(reservation.chargedMicros())
                .number(reservation.firstSequence())
                .number(reservation.lastSequence())
                .text(reservation.id);
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

    void append(List<Entry> entries) throws SQLException {
        new EntryRows(statements).append(entries);
    }
}
