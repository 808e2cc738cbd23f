package dev.tollgate.ledger;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows that one batch touches. Each is read once, changed in memory by all the batch's changes in turn, and written once: 64
 * calls of one account cost one read and one write of its row. Lives for one batch, within its transaction; a batch that is rolled
 * back leaves nothing behind. Writer's thread only.
 */
final class Book {

    private final LedgerRows rows;
    private final Map<String, AccountRow> accounts = new LinkedHashMap<>();
    private final Map<String, ReservationRow> reservations = new LinkedHashMap<>();
    private final Map<WindowRow.Id, WindowRow> windows = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    Book(LedgerRows rows) {
        this.rows = rows;
    }

    @Nullable
    AccountRow account(String id) throws SQLException {
        AccountRow known = accounts.get(id);
        return known != null ? known : remember(rows.account(id));
    }

    AccountRow accountOf(ReservationRow reservation) throws SQLException {
        AccountRow account = account(reservation.accountId);
        if (account == null) {
            throw new IllegalStateException("a reservation without its account");
        }
        return account;
    }

    /** @throws IllegalStateException when there is none: only what was reserved can be asked for */
    ReservationRow reservation(String id) throws SQLException {
        ReservationRow known = reservations.get(id);
        if (known == null) {
            known = rows.reservation(id);
            if (known == null) {
                throw new IllegalStateException("no reservation " + id);
            }
            reservations.put(id, known);
        }
        return known;
    }

    KeyWindows windows(String keyId, long atMillis) throws SQLException {
        return new KeyWindows(List.of(
                window(keyId, SpendWindow.TOTAL, atMillis),
                window(keyId, SpendWindow.DAY, atMillis),
                window(keyId, SpendWindow.HOUR, atMillis)));
    }

    KeyWindows windowsOf(ReservationRow reservation) throws SQLException {
        return windows(reservation.keyId, reservation.createdAtMillis);
    }

    List<String> openReservationIds() throws SQLException {
        return rows.openReservationIds();
    }

    void open(AccountRow account) {
        accounts.put(account.id, account);
    }

    /** @throws IllegalStateException when the id is taken in this batch; the table refuses it when it was before */
    ReservationRow open(ReservationRow reservation) {
        if (reservations.putIfAbsent(reservation.id, reservation) != null) {
            throw new IllegalStateException("a second reservation " + reservation.id);
        }
        return reservation;
    }

    void fund(AccountRow account, long micros, String reason, Instant at) {
        enter(account, EntryKind.TOP_UP, null, Bucket.FUNDING, Bucket.AVAILABLE, micros, reason, at);
    }

    void hold(ReservationRow reservation, AccountRow account, KeyWindows windows, long micros, Instant at) {
        reservation.hold(micros);
        windows.hold(micros);
        enter(account, EntryKind.RESERVATION, reservation.id, Bucket.AVAILABLE, Bucket.RESERVED, micros, null, at);
    }

    Resolution.Resolved resolve(ReservationRow reservation, ReservationState end, long chargeMicros, Instant at)
            throws SQLException {
        AccountRow account = accountOf(reservation);
        long heldMicros = reservation.heldMicros();
        long releasedMicros = heldMicros - chargeMicros;
        reservation.resolve(end, chargeMicros);
        windowsOf(reservation).resolve(heldMicros, chargeMicros);
        EntryKind back = end == ReservationState.EXPIRED ? EntryKind.EXPIRY : EntryKind.RELEASE;
        enter(account, EntryKind.CHARGE, reservation.id, Bucket.RESERVED, Bucket.REVENUE, chargeMicros, null, at);
        enter(account, back, reservation.id, Bucket.RESERVED, Bucket.AVAILABLE, releasedMicros, null, at);
        return new Resolution.Resolved(chargeMicros, releasedMicros, account.balance());
    }

    /** Enters what a call has used beyond what could be held. @return how many such there are in the account's day, with it */
    int fallShort(ReservationRow reservation, long micros, Instant at) throws SQLException {
        AccountRow account = accountOf(reservation);
        enter(account, EntryKind.CHARGE, reservation.id, Bucket.SHORTFALL, Bucket.REVENUE, micros, null, at);
        return shortfallsOnDayOf(account, at);
    }

    /** How often the account's calls have fallen short in the calendar day (UTC). Reads: not for each call. */
    int shortfallsOnDayOf(AccountRow account, Instant at) throws SQLException {
        long fromMillis = SpendWindow.DAY.startMillis(at.toEpochMilli());
        int written = rows.shortfalls(account.id, fromMillis);
        long inThisBatch = entries.stream()
                .filter(entry -> entry.from() == Bucket.SHORTFALL
                        && entry.accountId().equals(account.id)
                        && entry.at().toEpochMilli() >= fromMillis)
                .count();
        return Math.addExact(written, Math.toIntExact(inThisBatch));
    }

    /** Writes what has changed. Accounts first and entries last, since the later refer to the earlier. */
    void write() throws SQLException {
        for (AccountRow account : accounts.values()) {
            rows.write(account);
        }
        for (ReservationRow reservation : reservations.values()) {
            rows.write(reservation);
        }
        for (WindowRow window : windows.values()) {
            rows.write(window);
        }
        rows.append(entries);
    }

    /** Nothing moves without an entry; nothing is entered where nothing moves. */
    private void enter(
            AccountRow account,
            EntryKind kind,
            @Nullable String reservationId,
            Bucket from,
            Bucket to,
            long micros,
            @Nullable String reason,
            Instant at) {
        if (micros > 0) {
            long sequence = account.move(from, to, micros);
            entries.add(new Entry(account.id, sequence, at, kind, reservationId, from, to, micros, reason));
        }
    }

    private WindowRow window(String keyId, SpendWindow kind, long atMillis) throws SQLException {
        WindowRow.Id id = new WindowRow.Id(keyId, kind, kind.startMillis(atMillis));
        WindowRow known = windows.get(id);
        if (known == null) {
            known = rows.window(id);
            windows.put(id, known);
        }
        return known;
    }

    private @Nullable AccountRow remember(@Nullable AccountRow read) {
        if (read != null) {
            accounts.put(read.id, read);
        }
        return read;
    }
}
