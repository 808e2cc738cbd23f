package dev.tollgate.books.ledger;

import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.books.ledger.RequestedEntries.Requested;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    Requested requested(String accountId, RequestId requestId, String reason) throws SQLException {
        return requested.earlier(accountId, requestId, reason);
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
}
