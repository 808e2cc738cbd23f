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
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two tables of reservations on the writer's connection: one has the open ones, the other the history. Rows that are read stay locked until
 * the batch ends.
 */
final class ReservationTables {

    private static final String LOCKED = Dialect.POSTGRESQL.lock();

    private static final String HOLD_COLUMNS =
            "SELECT id, account_id, key_id, door, model, created_at, held_micros, first_sequence, last_sequence FROM open_hold";
    private static final RowStatement SELECT_HOLD = RowStatement.of(
            HOLD_COLUMNS + " WHERE id = ?", HOLD_COLUMNS + " WHERE id = ANY (?) ORDER BY id" + LOCKED, "text");
    private static final String SELECT_END =
            "SELECT account_id, state, charged_micros, sandbox_micros FROM reservation WHERE id = ?";

    // Without an owner: its node is not alive. Another node may be expiring them already.
    private static final String SELECT_ABANDONED = """
            SELECT id FROM open_hold
            WHERE NOT EXISTS (SELECT 1 FROM node WHERE node.id = open_hold.node_id)
            ORDER BY id LIMIT ?""";
    private static final String DELETE_DEAD_NODES = "DELETE FROM node WHERE lease_until <= ";

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

    private final Statements statements;

    ReservationTables(Statements statements) {
        this.statements = statements;
    }

    /** Reads the reservations that are open. */
    void read(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        rows(ids, found).finish();
    }

    /** Asks for the reservations that are open; a server's answer comes with the next question. */
    void ask(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        rows(ids, found).finishLater();
    }

    private Rows rows(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
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

    /** Returns how a reservation that is not open has ended, or null if there never was one. */
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

    /** Deletes dead nodes, then returns the ids of open reservations without an owner. */
    List<String> abandonedIds(int limit) throws SQLException {
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

    /**
     * Writes open reservations to their table and moves ended ones into the history. A call that ends before it was written is never in the
     * table of open ones.
     *
     * @param nodeId the owner of the new ones on a server
     */
    void write(Collection<ReservationRow> reservations, String nodeId) throws SQLException {
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
                .number(hold.createdAtMillis())
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
                .text(reservation.hold().keyId())
                .number(reservation.hold().createdAtMillis())
                .text(reservation.state().code())
                .number(reservation.heldMicros())
                .number(reservation.chargedMicros())
                .number(reservation.sandboxMicros())
                .number(reservation.firstSequence())
                .number(reservation.lastSequence())
                .next();
    }
}
