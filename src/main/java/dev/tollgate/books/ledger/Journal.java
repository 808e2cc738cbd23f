package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.books.ledger.RequestedEntries.Requested;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The entries that a batch adds, with the requests of people and payments behind some of them. Writer's thread only. */
final class Journal {

    /** The reason in the entry of a shortfall that does not count against the account (D33). */
    private static final String ESTIMATE = "the estimate is above the hold";

    private final EntryRows rows;
    private final RequestedEntries requested;
    private final List<Entry> entries = new ArrayList<>();

    Journal(Statements statements) {
        this.rows = new EntryRows(statements);
        this.requested = new RequestedEntries(statements);
    }

    /** Returns the earlier entry for an account under the id of a request, or null. Reads. */
    @Nullable
    Requested requested(String accountId, RequestId requestId) throws SQLException {
        return requested.earlier(accountId, requestId);
    }

    /** Returns the refunds of a call's charge so far. Reads. */
    long refundedMicros(String taskId) throws SQLException {
        return requested.refundedMicros(taskId);
    }

    void fund(AccountRow account, Requested asked, String reason, Instant at) {
        long sequence = enter(account, asked, Bucket.FUNDING, Bucket.AVAILABLE, asked.amountMicros(), reason, at);
        if (asked.requestId() != null) {
            requested.add(asked, sequence);
        }
    }

    void refund(AccountRow account, Requested asked, String reason, Instant at) {
        requested.add(asked, enter(account, asked, Bucket.REVENUE, Bucket.AVAILABLE, asked.amountMicros(), reason, at));
    }

    /** Takes a payment back. @param missingMicros the part that the balance lacks: the platform's loss */
    void reverse(AccountRow account, Requested asked, long takenMicros, long missingMicros, String reason, Instant at) {
        long taken = enter(account, asked, Bucket.AVAILABLE, Bucket.FUNDING, takenMicros, reason, at);
        long missing = enter(account, asked, Bucket.SHORTFALL, Bucket.FUNDING, missingMicros, reason, at);
        requested.add(asked, taken > 0 ? taken : missing);
    }

    /** Returns a part of a reversed payment. @param foundMicros its part that was the platform's loss */
    void giveBack(AccountRow account, Requested asked, long backMicros, long foundMicros, String reason, Instant at) {
        long found = enter(account, asked, Bucket.FUNDING, Bucket.SHORTFALL, foundMicros, reason, at);
        long back = enter(account, asked, Bucket.FUNDING, Bucket.AVAILABLE, backMicros, reason, at);
        requested.add(asked, found > 0 ? found : back);
    }

    void adjust(AccountRow account, Requested asked, String reason, Instant at) {
        long micros = asked.amountMicros();
        Bucket from = micros > 0 ? Bucket.FUNDING : Bucket.AVAILABLE;
        Bucket to = micros > 0 ? Bucket.AVAILABLE : Bucket.FUNDING;
        requested.add(asked, enter(account, asked, from, to, Math.abs(micros), reason, at));
    }

    private long enter(
            AccountRow account, Requested asked, Bucket from, Bucket to, long micros, String reason, Instant at) {
        return enter(account, asked.kind(), asked.taskId(), from, to, micros, reason, at);
    }

    /** Enters a movement of a call's credits. */
    void enter(
            AccountRow account,
            EntryKind kind,
            ReservationRow reservation,
            Bucket from,
            Bucket to,
            long micros,
            Instant at) {
        enter(account, kind, reservation, from, to, micros, null, at);
    }

    /** Enters usage of a call beyond its hold. @param isUncovered whether balance or limits were asked for it and did not cover it */
    void fallShort(AccountRow account, ReservationRow reservation, long micros, boolean isUncovered, Instant at) {
        String reason = isUncovered ? null : ESTIMATE;
        enter(account, EntryKind.CHARGE, reservation, Bucket.SHORTFALL, Bucket.REVENUE, micros, reason, at);
    }

    private void enter(
            AccountRow account,
            EntryKind kind,
            ReservationRow reservation,
            Bucket from,
            Bucket to,
            long micros,
            @Nullable String reason,
            Instant at) {
        long sequence = enter(account, kind, reservation.id, from, to, micros, reason, at);
        if (sequence > 0) {
            reservation.entered(sequence);
        }
    }

    /** Moves credits and adds the entry, unless the amount is 0. @return the sequence of the entry, or 0 */
    private long enter(
            AccountRow account,
            EntryKind kind,
            @Nullable String reservationId,
            Bucket from,
            Bucket to,
            long micros,
            @Nullable String reason,
            Instant at) {
        if (micros == 0) {
            return 0;
        }
        Instant stamp = account.stamp(at);
        long sequence = account.move(from, to, micros, stamp);
        entries.add(new Entry(account.id, sequence, stamp, kind, reservationId, from, to, micros, reason));
        return sequence;
    }

    /** Returns the number of shortfalls that count against the account in the calendar day (UTC). Reads, so not for each call. */
    int shortfallsOnDayOf(AccountRow account, Instant at) throws SQLException {
        long fromMillis = SpendWindow.DAY.startMillis(at.toEpochMilli());
        int written = rows.shortfalls(account.id, fromMillis);
        long inThisBatch = entries.stream()
                .filter(entry -> entry.kind() == EntryKind.CHARGE
                        && entry.from() == Bucket.SHORTFALL
                        && entry.reason() == null
                        && entry.accountId().equals(account.id)
                        && entry.at().toEpochMilli() >= fromMillis)
                .count();
        return Math.addExact(written, Math.toIntExact(inThisBatch));
    }

    void write() throws SQLException {
        rows.append(entries);
        requested.write();
    }

    /** Reports the entries of a batch that was committed. */
    void committed(EntryObserver observer) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            observer.entered(entry.kind(), entry.from(), entry.amountMicros());
        }
    }

    /**
     * Writes entries, of which each call makes three. In an embedded database each run of a statement and each text value costs time: there,
     * the entries of a call are one row of a statement, which has account and call once and the buckets as constants. On a server the trip
     * costs time, so all entries go in one.
     */
    static final class EntryRows {

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
}
