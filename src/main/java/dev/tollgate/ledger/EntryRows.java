package dev.tollgate.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes entries, of which each call makes three. In a process of our own a statement's cost is the text that is handed over, so
 * what an entry moves from where to where is part of the statement there; on a server it is the trip, so all go in one.
 */
final class EntryRows {

    private static final RowStatement INSERT = RowStatement.insert(
            "entry",
            "account_id text",
            "sequence bigint",
            "created_at bigint",
            "kind text",
            "reservation_id text",
            "from_bucket text",
            "to_bucket text",
            "amount_micros bigint",
            "reason text");

    /** What the constant part of a statement says. As many as there are kinds of movement. */
    private record Movement(EntryKind kind, Bucket from, Bucket to) {

        RowStatement insert() {
            String one = """
                    INSERT INTO entry (account_id, sequence, created_at, kind, reservation_id, from_bucket, to_bucket, amount_micros,
                        reason)
                    VALUES (?, ?, ?, '%s', ?, '%s', '%s', ?, ?)""".formatted(kind.code(), from.code(), to.code());
            return RowStatement.embedded(one);
        }
    }

    private static final Map<Movement, RowStatement> MOVEMENTS = new ConcurrentHashMap<>();

    private final Statements statements;
    private final Rows atOnce;
    private final boolean embedded;

    EntryRows(Statements statements) throws SQLException {
        this.statements = statements;
        this.atOnce = INSERT.on(statements);
        this.embedded = statements.dialect() == Dialect.SQLITE;
    }

    void add(Entry entry) throws SQLException {
        if (embedded) {
            addMovement(entry);
            return;
        }
        atOnce.text(entry.accountId())
                .number(entry.sequence())
                .number(entry.at().toEpochMilli())
                .text(entry.kind().code())
                .text(entry.reservationId())
                .text(entry.from().code())
                .text(entry.to().code())
                .number(entry.amountMicros())
                .text(entry.reason())
                .next();
    }

    private void addMovement(Entry entry) throws SQLException {
        Movement movement = new Movement(entry.kind(), entry.from(), entry.to());
        MOVEMENTS
                .computeIfAbsent(movement, Movement::insert)
                .on(statements)
                .text(entry.accountId())
                .number(entry.sequence())
                .number(entry.at().toEpochMilli())
                .text(entry.reservationId())
                .number(entry.amountMicros())
                .text(entry.reason())
                .next();
    }

    void finish() throws SQLException {
        atOnce.finish();
    }
}
