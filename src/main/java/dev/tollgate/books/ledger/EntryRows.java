package dev.tollgate.books.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes entries, of which each call makes three. In an embedded database each run of a statement and each text value costs time: there,
 * the entries of a call are one row of a statement, which has account and call once and the buckets as constants. On a server the trip
 * costs time, so all entries go in one.
 */
final class EntryRows {

    private static final String COUNT_SHORTFALLS =
            "SELECT COUNT(*) FROM entry WHERE account_id = ? AND created_at >= ? AND from_bucket = 'shortfall' AND kind = 'charge'"
                    + " AND reason IS NULL";

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

    /** The most entries of a call in one row. More are split, since each combination is a statement that stays prepared. */
    private static final int TOGETHER_MAX = 3;

    /** The constant part of an entry. */
    private record Movement(EntryKind kind, Bucket from, Bucket to, boolean hasReason) {

        static Movement of(Entry entry) {
            return new Movement(entry.kind(), entry.from(), entry.to(), entry.reason() != null);
        }

        /**
         * @param account the number of the account's parameter; the next is the call's
         * @param first the number of the entry's first parameter
         */
        String row(int account, int first) {
            return "(?%d, ?%d, ?%d, '%s', ?%d, '%s', '%s', ?%d, %s)"
                    .formatted(
                            account,
                            first,
                            first + 1,
                            kind.code(),
                            account + 1,
                            from.code(),
                            to.code(),
                            first + 2,
                            hasReason ? "?" + (first + 3) : "NULL");
        }

        int parameters() {
            return hasReason ? 4 : 3;
        }
    }

    /** One statement for each combination of movements of a call. */
    private static final Map<List<Movement>, RowStatement> TOGETHER = new ConcurrentHashMap<>();

    private static RowStatement together(List<Movement> movements) {
        int parameters = 2;
        for (Movement movement : movements) {
            parameters += movement.parameters();
        }
        return RowStatement.embedded("""
                entry (account_id, sequence, created_at, kind, reservation_id, from_bucket, to_bucket, amount_micros,
                    reason)""", parameters, first -> rows(movements, first));
    }

    private static String rows(List<Movement> movements, int account) {
        List<String> rows = new ArrayList<>();
        int first = account + 2;
        for (Movement movement : movements) {
            rows.add(movement.row(account, first));
            first += movement.parameters();
        }
        return String.join(", ", rows);
    }

    private final Statements statements;

    EntryRows(Statements statements) {
        this.statements = statements;
    }

    /** Counts the shortfalls since a time that count against an account. */
    int shortfalls(String accountId, long fromMillis) throws SQLException {
        PreparedStatement select = statements.of(COUNT_SHORTFALLS);
        select.setString(1, accountId);
        select.setLong(2, fromMillis);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    void append(List<Entry> entries) throws SQLException {
        if (statements.dialect() == Dialect.SQLITE) {
            appendByCall(entries);
        } else {
            appendAtOnce(entries);
        }
    }

    private void appendByCall(List<Entry> entries) throws SQLException {
        Map<List<Movement>, Rows> open = new HashMap<>();
        for (List<Entry> ofOne : byCall(entries)) {
            append(ofOne, open);
        }
        for (Rows rows : open.values()) {
            rows.finish();
        }
    }

    /** Groups entries by call. Only entries of one call stay in the order of their numbers, which is enough for the table. */
    private static List<List<Entry>> byCall(List<Entry> entries) {
        List<List<Entry>> groups = new ArrayList<>();
        Map<String, List<Entry>> open = new HashMap<>();
        for (Entry entry : entries) {
            List<Entry> group = entry.reservationId() == null ? null : open.get(entry.reservationId());
            if (group == null || group.size() == TOGETHER_MAX) {
                group = new ArrayList<>(TOGETHER_MAX);
                groups.add(group);
                if (entry.reservationId() != null) {
                    open.put(entry.reservationId(), group);
                }
            }
            group.add(entry);
        }
        return groups;
    }

    private void append(List<Entry> ofOne, Map<List<Movement>, Rows> open) throws SQLException {
        List<Movement> movements = new ArrayList<>(TOGETHER_MAX);
        for (Entry entry : ofOne) {
            movements.add(Movement.of(entry));
        }
        Entry first = ofOne.getFirst();
        Rows row = open.get(movements);
        if (row == null) {
            row = TOGETHER.computeIfAbsent(movements, EntryRows::together).on(statements);
            open.put(movements, row);
        }
        row.text(first.accountId()).text(first.reservationId());
        for (Entry entry : ofOne) {
            row.number(entry.sequence()).number(entry.at().toEpochMilli()).number(entry.amountMicros());
            if (entry.reason() != null) {
                row.text(entry.reason());
            }
        }
        row.next();
    }

    private void appendAtOnce(List<Entry> entries) throws SQLException {
        Rows rows = INSERT.on(statements);
        for (Entry entry : entries) {
            rows.text(entry.accountId())
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
        rows.finish();
    }
}
