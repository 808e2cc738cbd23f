package dev.tollgate.books.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** What reading on the writer's connection and reading on the others have in common. */
final class LedgerSql {

    static final String SELECT_ACCOUNT = """
            SELECT id, name, created_at, blocked, balance_micros, reserved_micros, purchased_micros, consumed_micros, last_sequence,
                last_entry_at, spend_hour, spend_day, spend_total, deleted_at, sandbox_micros
            FROM account""";
    /** The columns of {@link #SELECT_ACCOUNT} that are no part of an {@link Account}. */
    static final int LAST_SEQUENCE = 9;

    static final int LAST_ENTRY_AT = 10;

    private static final int SPEND_HOUR = 11;
    private static final int DELETED_AT = 14;
    private static final int SANDBOX = 15;

    static final String SELECT_ENTRY = """
            SELECT account_id, sequence, created_at, kind, reservation_id, from_bucket, to_bucket, amount_micros, reason
            FROM entry""";

    private LedgerSql() {}

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

    static Reservation reservation(ResultSet row) throws SQLException {
        return new Reservation(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Instant.ofEpochMilli(row.getLong(4)),
                Codes.parse(ReservationState.class, row.getString(5)),
                row.getLong(6),
                row.getLong(7));
    }

    static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getString(1),
                row.getLong(2),
                Instant.ofEpochMilli(row.getLong(3)),
                Codes.parse(EntryKind.class, row.getString(4)),
                row.getString(5),
                Codes.parse(Bucket.class, row.getString(6)),
                Codes.parse(Bucket.class, row.getString(7)),
                row.getLong(8),
                row.getString(9));
    }
}
