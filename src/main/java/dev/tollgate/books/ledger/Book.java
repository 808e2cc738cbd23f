package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rows that one batch touches. The changes first say what they need, then all of it is asked for and locked table by table, then
 * it is changed in memory by all the batch's changes in turn, and written once: 64 calls of one account cost one read and one write
 * of its row. Asking in a fixed order (reservations, accounts, windows; each by its keys) keeps the batches of several nodes from
 * waiting for each other in a circle. Lives for one batch, within its transaction; where changes are decided before others have
 * come, what is there already is not read again. A batch that is rolled back leaves nothing behind. Writer's thread only.
 */
final class Book {

    private final LedgerRows rows;
    private final KeptRows kept;
    private final String nodeId;
    private final Set<String> neededAccounts = new LinkedHashSet<>();
    private final Set<String> neededReservations = new LinkedHashSet<>();
    private final Set<WindowRow.Id> neededWindows = new LinkedHashSet<>();
    private final Map<String, AccountRow> accounts = new LinkedHashMap<>();
    private final Map<String, ReservationRow> reservations = new LinkedHashMap<>();
    private final Map<WindowRow.Id, WindowRow> windows = new LinkedHashMap<>();
    private WindowRow.Id @Nullable [] lastWindowIds;
    private final List<Entry> entries = new ArrayList<>();
    private final RequestedEntries requested;
    private List<String> abandoned = List.of();
    private int abandonedMax;

    /** @param nodeId who owns the new reservations */
    Book(LedgerRows rows, KeptRows kept, String nodeId) {
        this.rows = rows;
        this.kept = kept;
        this.nodeId = nodeId;
        this.requested = rows.requested();
    }

    // ---- what is needed, before anything is decided ----

    void needAccount(String id) {
        if (!accounts.containsKey(id)) {
            neededAccounts.add(id);
        }
    }

    /** With its account and its windows. */
    void needReservation(String id) {
        if (!reservations.containsKey(id)) {
            neededReservations.add(id);
        }
    }

    void needWindows(String keyId, long atMillis) {
        for (WindowRow.Id id : windowIds(keyId, atMillis)) {
            if (!windows.containsKey(id)) {
                neededWindows.add(id);
            }
        }
    }

    /** Open reservations whose owner is dead, at most so many. */
    void needAbandoned(int most) {
        abandonedMax = Math.max(abandonedMax, most);
    }

    /** Asks for all of it: by one trip to a server, unless a reservation has to come first to tell whose it is. */
    void ask() throws SQLException {
        take(neededReservations, kept::reservation, this::found);
        if (needOfKnownReservations()) {
            rows.askReservations(neededReservations, row -> reservations.put(row.id, row));
        } else {
            rows.readReservations(neededReservations, this::found);
        }
        if (abandonedMax > 0) {
            readAbandoned();
        }
        take(neededAccounts, kept::account, this::found);
        take(neededWindows, kept::window, this::found);
        rows.askBalances(neededAccounts, this::found, neededWindows, this::found);
        neededReservations.clear();
        neededAccounts.clear();
        neededWindows.clear();
    }

    /** @return whether it is known of all needed reservations whose they are */
    private boolean needOfKnownReservations() {
        boolean known = true;
        for (String id : neededReservations) {
            ReservationRow row = kept.whose(id);
            if (row == null) {
                known = false;
            } else {
                needOf(row);
            }
        }
        return known;
    }

    /** After those that others may hold: whoever is dead is waited for by nobody, and this waits for nobody. */
    private void readAbandoned() throws SQLException {
        abandoned = rows.abandonedReservationIds(abandonedMax);
        abandonedMax = 0;
        Set<String> more = new LinkedHashSet<>(abandoned);
        more.removeAll(reservations.keySet());
        take(more, kept::reservation, this::found);
        rows.readReservations(more, this::found);
    }

    /** What is kept need not be read. */
    private static <I, R> void take(Set<I> ids, Function<I, @Nullable R> kept, Consumer<R> found) {
        for (Iterator<I> id = ids.iterator(); id.hasNext(); ) {
            R row = kept.apply(id.next());
            if (row != null) {
                id.remove();
                found.accept(row);
            }
        }
    }

    private void found(ReservationRow row) {
        reservations.put(row.id, row);
        needOf(row);
    }

    private void needOf(ReservationRow row) {
        needAccount(row.accountId);
        needWindows(row.keyId, row.createdAtMillis);
    }

    private void found(AccountRow row) {
        accounts.put(row.id, row);
    }

    private void found(WindowRow row) {
        windows.put(row.id, row);
    }

    // ---- what is there ----

    @Nullable
    AccountRow account(String id) {
        return accounts.get(id);
    }

    AccountRow accountOf(ReservationRow reservation) {
        return there(accounts.get(reservation.accountId), "account", reservation.accountId);
    }

    /** A reservation that is open, or null. */
    @Nullable
    ReservationRow openReservation(String id) {
        ReservationRow row = reservations.get(id);
        return row != null && row.isOpen() ? row : null;
    }

    /** How a reservation that is not open has ended, or null where there never was one. Reads, if that was not in this batch: rare. */
    @Nullable
    ReservationState end(String id) throws SQLException {
        EndedCall ended = ended(id);
        return ended == null ? null : ended.state();
    }

    /** As above, with its charge. */
    @Nullable
    EndedCall ended(String id) throws SQLException {
        ReservationRow row = reservations.get(id);
        return row != null
                ? new EndedCall(row.accountId, row.state(), row.chargedMicros(), row.sandboxMicros())
                : rows.end(id);
    }

    /** What was done for an account under the id of a request, or null. Reads. */
    @Nullable
    Requested requested(String accountId, RequestId requestId, String reason) throws SQLException {
        return requested.earlier(accountId, requestId, reason);
    }

    /** What was given back of a call's charge. Reads. */
    long refundedMicros(String taskId) throws SQLException {
        return requested.refundedMicros(taskId);
    }

    /** What a call of this server can be held for. */
    long spendableMicros(AccountRow account) {
        return kept.spendableMicros(account);
    }

    CallWindows windows(AccountRow account, String keyId, long atMillis) throws SQLException {
        KeyWindows ofKey = windows(keyId, atMillis);
        SpendLimits limits = account.limits();
        return new CallWindows(ofKey, limits.unlimited() ? null : windowsOf(account, atMillis), limits);
    }

    /** Only once its account is known it is known that they are needed. Reads, unless they are kept: for accounts with limits alone. */
    private KeyWindows windowsOf(AccountRow account, long atMillis) throws SQLException {
        needWindows(account.id, atMillis);
        take(neededWindows, kept::window, this::found);
        rows.readWindows(neededWindows, this::found);
        neededWindows.clear();
        return windows(account.id, atMillis);
    }

    private KeyWindows windows(String keyId, long atMillis) {
        return new KeyWindows(List.of(
                window(keyId, SpendWindow.TOTAL, atMillis),
                window(keyId, SpendWindow.DAY, atMillis),
                window(keyId, SpendWindow.HOUR, atMillis)));
    }

    CallWindows windowsOf(ReservationRow reservation) throws SQLException {
        return windows(accountOf(reservation), reservation.keyId, reservation.createdAtMillis);
    }

    List<String> abandoned() {
        return abandoned;
    }

    // ---- what changes ----

    void open(AccountRow account) {
        accounts.put(account.id, account);
    }

    /** @throws IllegalStateException when the id is taken in this batch; the tables refuse it when it was before, at the latest when it ends */
    ReservationRow open(ReservationRow reservation) {
        if (reservations.putIfAbsent(reservation.id, reservation) != null) {
            throw new IllegalStateException("a second reservation " + reservation.id);
        }
        return reservation;
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

    /** @param missingMicros what the platform makes up for, beside the customer's account */
    void reverse(AccountRow account, Requested asked, long takenMicros, long missingMicros, String reason, Instant at) {
        long taken = enter(account, asked, Bucket.AVAILABLE, Bucket.FUNDING, takenMicros, reason, at);
        long missing = enter(account, asked, Bucket.SHORTFALL, Bucket.FUNDING, missingMicros, reason, at);
        requested.add(asked, taken > 0 ? taken : missing);
    }

    /** The opposite. @param foundMicros what the platform had made up for and need not any more */
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

    void hold(ReservationRow reservation, AccountRow account, CallWindows windows, long micros, Instant at) {
        reservation.hold(micros);
        windows.hold(micros);
        enter(account, EntryKind.RESERVATION, reservation, Bucket.AVAILABLE, Bucket.RESERVED, micros, at);
    }

    Resolution.Resolved resolve(ReservationRow reservation, ReservationState end, long chargeMicros, Instant at)
            throws SQLException {
        AccountRow account = accountOf(reservation);
        long heldMicros = reservation.heldMicros();
        long releasedMicros = heldMicros - chargeMicros;
        reservation.resolve(end, chargeMicros, kept.charged(account, chargeMicros));
        windowsOf(reservation).resolve(heldMicros, chargeMicros);
        EntryKind back = end == ReservationState.EXPIRED ? EntryKind.EXPIRY : EntryKind.RELEASE;
        enter(account, EntryKind.CHARGE, reservation, Bucket.RESERVED, Bucket.REVENUE, chargeMicros, at);
        enter(account, back, reservation, Bucket.RESERVED, Bucket.AVAILABLE, releasedMicros, at);
        return new Resolution.Resolved(chargeMicros, releasedMicros, account.balance());
    }

    /** Enters what a call has used beyond what could be held. @return how many such there are in the account's day, with it */
    int fallShort(ReservationRow reservation, long micros, Instant at) throws SQLException {
        AccountRow account = accountOf(reservation);
        enter(account, EntryKind.CHARGE, reservation, Bucket.SHORTFALL, Bucket.REVENUE, micros, at);
        return shortfallsOnDayOf(account, at);
    }

    /** How often the account's calls have fallen short in the calendar day (UTC). Reads: not for each call. */
    int shortfallsOnDayOf(AccountRow account, Instant at) throws SQLException {
        long fromMillis = SpendWindow.DAY.startMillis(at.toEpochMilli());
        int written = rows.shortfalls(account.id, fromMillis);
        long inThisBatch = entries.stream()
                .filter(entry -> entry.kind() == EntryKind.CHARGE
                        && entry.from() == Bucket.SHORTFALL
                        && entry.accountId().equals(account.id)
                        && entry.at().toEpochMilli() >= fromMillis)
                .count();
        return Math.addExact(written, Math.toIntExact(inThisBatch));
    }

    /** Writes what has changed. Accounts first and entries last, since the later refer to the earlier. */
    void write() throws SQLException {
        rows.writeAccounts(accounts.values());
        rows.writeReservations(reservations.values(), nodeId);
        rows.writeWindows(windows.values());
        for (AccountRow account : accounts.values()) {
            if (account.hasNewLimits()) {
                rows.writeLimits(account);
            }
        }
        rows.append(entries);
        requested.write();
    }

    /** What was written is in the database for good. */
    void committed(EntryObserver observer) {
        for (AccountRow account : accounts.values()) {
            if (account.isUnlimitedFromNowOn()) {
                windows.keySet().removeIf(id -> id.keyId().equals(account.id));
                kept.forgetWindowsOf(account);
            }
        }
        kept.committed(accounts.values(), reservations.values(), windows.values());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            observer.entered(entry.kind(), entry.from(), entry.amountMicros());
        }
    }

    private void enter(
            AccountRow account,
            EntryKind kind,
            ReservationRow reservation,
            Bucket from,
            Bucket to,
            long micros,
            Instant at) {
        long sequence = enter(account, kind, reservation.id, from, to, micros, null, at);
        if (sequence > 0) {
            reservation.entered(sequence);
        }
    }

    private long enter(
            AccountRow account, Requested asked, Bucket from, Bucket to, long micros, String reason, Instant at) {
        return enter(account, asked.kind(), asked.taskId(), from, to, micros, reason, at);
    }

    /** Nothing moves without an entry; nothing is entered where nothing moves. @return its sequence, or 0 */
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

    /**
     * A window that is not there begins with nothing in it. No other node can begin it at the same time, since the key's account is
     * locked; could one, its row would be refused and the batch tried again.
     */
    private WindowRow window(String keyId, SpendWindow kind, long atMillis) {
        return windows.computeIfAbsent(windowIds(keyId, atMillis)[kind.ordinal()], WindowRow::new);
    }

    /** In the order of the kinds. Each call asks several times for those of one key and instant, and most calls of a batch lie in one hour. */
    private WindowRow.Id[] windowIds(String keyId, long atMillis) {
        WindowRow.Id[] ids = lastWindowIds;
        if (ids != null && isOf(ids[SpendWindow.HOUR.ordinal()], keyId, atMillis)) {
            return ids;
        }
        SpendWindow[] kinds = SpendWindow.values();
        WindowRow.Id[] made = new WindowRow.Id[kinds.length];
        for (SpendWindow kind : kinds) {
            made[kind.ordinal()] = WindowRow.Id.at(keyId, kind, atMillis);
        }
        lastWindowIds = made;
        return made;
    }

    private static boolean isOf(WindowRow.Id hour, String keyId, long atMillis) {
        return hour.startsAtMillis() == SpendWindow.HOUR.startMillis(atMillis)
                && hour.keyId().equals(keyId);
    }

    private static <T> T there(@Nullable T row, String what, String id) {
        if (row == null) {
            throw missing(what, id);
        }
        return row;
    }

    /** Only what is there can be asked for. */
    static IllegalStateException missing(String what, String id) {
        return new IllegalStateException("no " + what + " " + id);
    }
}
