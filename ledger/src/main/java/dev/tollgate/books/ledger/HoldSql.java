package dev.tollgate.books.ledger;

import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.CallRows;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.NumberedLabels;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.NodeLease;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of reservations on the writer's connection: one table has the open ones, another the calls that have ended. Rows that the writer reads stay
 * locked until its batch ends.
 */
record HoldSql(Statements statements) {

    private static final String LOCKED = Dialect.POSTGRESQL.lock();

    private static final String HOLD_COLUMNS =
            "SELECT id, account_id, key_id, door, model, created_at, member_id, team_id, labels, held_micros, on_less, free_ends, grant_model,"
                    + " after_expiry FROM open_hold";
    private static final RowStatement SELECT_HOLD = RowStatement.of(
            HOLD_COLUMNS + " WHERE id = ?", HOLD_COLUMNS + " WHERE id = ANY (?) ORDER BY id" + LOCKED, "text");
    private static final String COUNT_ON_LESS = "SELECT COUNT(*) FROM open_hold WHERE account_id = ? AND on_less = 1";
    private static final String FREE_ENDS =
            "SELECT door, SUM(free_ends) FROM open_hold WHERE account_id = ? AND free_ends > 0 GROUP BY door";
    private static final String SELECT_END =
            "SELECT account_id, ending, price, charged_micros, sandbox_micros, paid_by FROM call WHERE id = ?";

    /** The partial index that ordinary calls are not in has the second condition. */
    private static final String COUNT_SHORTFALLS =
            "SELECT COUNT(*) FROM call WHERE account_id = ? AND due_micros > charged_micros AND ended_at >= ? AND flags & "
                    + CallFlag.UNCOVERED.bit() + " <> 0";

    // Without an owner: its node is not alive. Another node may be expiring them already.
    private static final String SELECT_ABANDONED = """
            SELECT id FROM open_hold
            WHERE NOT EXISTS (SELECT 1 FROM node WHERE node.id = open_hold.node_id)
            ORDER BY id LIMIT ?""";

    private static final RowStatement INSERT_HOLD = RowStatement.insert(
            "open_hold",
            "held_micros bigint",
            "after_expiry text",
            "id text",
            "account_id text",
            "key_id text",
            "door text",
            "model text",
            "created_at bigint",
            "member_id text",
            "team_id text",
            "labels text",
            "on_less bigint",
            "free_ends bigint",
            "grant_model text",
            "node_id text");
    private static final RowStatement UPDATE_HOLD = RowStatement.of(
            "UPDATE open_hold SET held_micros = ?, after_expiry = ? WHERE id = ?",
            "UPDATE open_hold SET held_micros = r.held, after_expiry = r.later FROM unnest(?, ?, ?) AS r (held, later, id) WHERE open_hold.id = r.id",
            "bigint",
            "text",
            "text");
    private static final RowStatement DELETE_HOLD =
            RowStatement.of("DELETE FROM open_hold WHERE id = ?", "DELETE FROM open_hold WHERE id = ANY (?)", "text");
    /** Reads the reservations that are open. */
    void read(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        open(ids, found).finish();
    }

    /** Asks for the reservations that are open; a server's answer comes with the next question. */
    void ask(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
        open(ids, found).finishLater();
    }

    private Rows open(Collection<String> ids, Consumer<ReservationRow> found) throws SQLException {
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
                Instant.ofEpochMilli(row.getLong(6)),
                row.getString(7),
                row.getString(8),
                row.getString(9));
        return new ReservationRow(
                hold,
                row.getInt(11) == 1,
                row.getInt(12),
                row.getString(13) != null,
                row.getLong(10),
                PaidBy.of(row.getString(14)));
    }

    /** Counts the open reservations of an account on less, as they are written. */
    int onLess(String accountId) throws SQLException {
        PreparedStatement select = statements.of(COUNT_ON_LESS);
        select.setString(1, accountId);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    /** Returns by API what open reservations of an account may end free, as they are written. */
    Map<String, Long> freeEnds(String accountId) throws SQLException {
        Map<String, Long> found = new HashMap<>();
        PreparedStatement select = statements.of(FREE_ENDS);
        select.setString(1, accountId);
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                found.put(row.getString(1), row.getLong(2));
            }
        }
        return found;
    }

    /** Counts the written shortfalls since a time that count against an account. */
    int shortfalls(String accountId, long fromMillis) throws SQLException {
        PreparedStatement select = statements.of(COUNT_SHORTFALLS);
        select.setString(1, accountId);
        select.setLong(2, fromMillis);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    /** Returns how a reservation that is not open has ended, or null if there never was one. */
    @Nullable
    Resolved end(String id) throws SQLException {
        PreparedStatement select = statements.of(SELECT_END);
        select.setString(1, id);
        try (ResultSet row = select.executeQuery()) {
            return row.next()
                    ? new Resolved(
                            row.getString(1),
                            state(CallEnd.parse(row.getString(2)), row.getString(3) != null),
                            row.getLong(4),
                            row.getLong(5),
                            row.getString(6))
                    : null;
        }
    }

    /** Returns the state of a reservation that has ended. @param isPriced whether its call has a price */
    static ReservationState state(CallEnd end, boolean isPriced) {
        if (isPriced) {
            return ReservationState.SETTLED;
        }
        return end == CallEnd.ABANDONED ? ReservationState.EXPIRED : ReservationState.RELEASED;
    }

    /** Deletes dead nodes, then returns the ids of open reservations without an owner. */
    List<String> abandonedIds(int limit) throws SQLException {
        NodeLease.deleteDead(statements);
        String skip = statements.dialect() == Dialect.POSTGRESQL ? LOCKED + " SKIP LOCKED" : "";
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
     * Writes open reservations to their table, and the calls of ended ones, if they were not withdrawn. A call that ends before its hold was written is
     * never in the table of open ones.
     *
     * @param nodeId the owner of the new ones on a server
     * @param labels of the same writer
     */
    void write(Collection<ReservationRow> reservations, String nodeId, NumberedLabels labels) throws SQLException {
        String owner = statements.dialect() == Dialect.SQLITE ? "" : nodeId;
        Rows opened = INSERT_HOLD.on(statements);
        Rows changed = UPDATE_HOLD.on(statements);
        Rows closed = DELETE_HOLD.on(statements);
        CallRows ended = new CallRows(statements);
        for (ReservationRow reservation : reservations) {
            EndedCall call = reservation.ended();
            if (call != null) {
                ended.write(labelled(reservation, call, labels));
            }
            if (!reservation.isOpen()) {
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

    private EndedCall labelled(ReservationRow reservation, EndedCall call, NumberedLabels labels) throws SQLException {
        List<Long> numbers =
                labels.of(statements, reservation.hold(), call.endedAt().toEpochMilli());
        return numbers.isEmpty()
                ? call
                : call.labelled(
                        String.join(" ", numbers.stream().map(String::valueOf).toList()));
    }

    private static void opened(ReservationRow reservation, String owner, Rows rows) throws SQLException {
        OpenHold hold = reservation.hold();
        amounts(reservation, rows)
                .text(hold.accountId())
                .text(hold.keyId())
                .text(hold.door())
                .text(hold.model())
                .number(hold.createdAtMillis())
                .text(hold.memberId())
                .text(hold.teamId())
                .text(hold.labels())
                .number(reservation.isOnLess() ? 1 : 0)
                .number(reservation.freeEnds())
                .text(reservation.grantModel())
                .text(owner)
                .next();
    }

    private static Rows amounts(ReservationRow reservation, Rows rows) throws SQLException {
        return rows.number(reservation.heldMicros())
                .text(reservation.afterExpiry().text())
                .text(reservation.id);
    }

    /**
     * A reservation that is resolved.
     *
     * @param chargedMicros 0 if the hold was released
     * @param sandboxMicros part of the charge in sandbox credits
     * @param paidBy the shares of grants; null if general credits alone paid
     */
    record Resolved(
            String accountId,
            ReservationState state,
            long chargedMicros,
            long sandboxMicros,
            @Nullable String paidBy) {}
}
