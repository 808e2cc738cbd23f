package dev.tollgate.books.ledger;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.budgets.BudgetSql;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.EndedCall.ReceiptLink;
import dev.tollgate.books.calls.NumberedLabels;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.calls.ReceiptText;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.ledger.BatchWindows.CallWindows;
import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.books.ledger.HoldSql.Resolved;
import dev.tollgate.books.ledger.LedgerSql.SigningKeyRow;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.books.ledger.ReserveOutcome.InsufficientCredits;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows that one batch touches. The changes first name the rows that they need. The book reads and locks them table by table, the changes
 * modify them in memory one after the other, and each row is written once: 64 calls of one account cost one read and one write
 * of its row. The fixed order of reading (reservations, accounts, windows; each by its keys) prevents a deadlock between the batches of
 * several nodes. A book lives for one batch, within its transaction; rows read for earlier changes of the batch are not read
 * again. A batch that is rolled back leaves nothing behind. Writer's thread only.
 */
final class Book {

    private final LedgerSql sql;
    private final HoldSql holds;
    private final BatchWindows windows;
    private @Nullable BatchGrants grants;
    private final BudgetSql budgetSql;
    private final Journal journal;
    private final RememberedRows kept;
    private final String nodeId;
    private final NumberedLabels labels;
    private final Utf8Buffer room = new Utf8Buffer();
    private @Nullable SigningKeyRow signingKey;
    private final Set<String> neededAccounts = new LinkedHashSet<>();
    private final Set<String> neededReservations = new LinkedHashSet<>();
    private final Map<String, AccountRow> accounts = new LinkedHashMap<>();
    private final Map<String, ReservationRow> reservations = new LinkedHashMap<>();
    private @Nullable Map<String, Integer> onLess;
    private @Nullable Map<String, Map<String, Long>> freeEnds;
    private List<String> abandoned = List.of();
    private int abandonedMax;

    /** @param nodeId owner of new reservations @param labels of the same writer */
    Book(Statements statements, RememberedRows kept, String nodeId, NumberedLabels labels) {
        this.sql = new LedgerSql(statements);
        this.holds = new HoldSql(statements);
        this.windows = new BatchWindows(statements, kept);
        this.budgetSql = new BudgetSql(statements);
        this.journal = new Journal(statements);
        this.kept = kept;
        this.nodeId = nodeId;
        this.labels = labels;
    }

    void needAccount(String id) {
        if (!accounts.containsKey(id)) {
            neededAccounts.add(id);
            if (kept.hadGrants(id)) {
                grants().need(id);
            }
        }
    }

    /** Notes that a reservation is needed, with its account and its windows. */
    void needReservation(String id) {
        if (!reservations.containsKey(id)) {
            neededReservations.add(id);
        }
    }

    /** Notes that a hold's windows are needed, as far as they are known without its account's row. */
    void needWindows(OpenHold hold) {
        Budgets budgets = kept.earlierBudgets(hold.accountId());
        windows.need(kept.owners().of(hold, SpendLimits.NONE, SpendLimits.NONE, budgets));
    }

    /** Notes that open reservations of dead owners are needed. @param most their largest number */
    void needAbandoned(int most) {
        abandonedMax = Math.max(abandonedMax, most);
    }

    /** Asks for all needed rows: by one trip to a server, unless a reservation has to be read first to learn its account. */
    void ask() throws SQLException {
        RememberedRows.take(neededReservations, kept::reservation, this::found);
        if (needOfKnownReservations()) {
            holds.ask(neededReservations, row -> reservations.put(row.id, row));
        } else {
            holds.read(neededReservations, this::found);
        }
        if (abandonedMax > 0) {
            readAbandoned();
        }
        signingKey = signingKey == null ? kept.signingKey() : signingKey;
        if (signingKey == null) {
            sql.askSigningKey(found -> signingKey = found);
        }
        RememberedRows.take(neededAccounts, kept::account, this::found);
        sql.askAccounts(neededAccounts, this::found); // locked before the windows
        if (grants != null) {
            grants.ask();
        }
        windows.ask();
        neededReservations.clear();
        neededAccounts.clear();
    }

    /** Notes the accounts of needed reservations. @return whether all are known */
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

    /** Reads reservations of dead owners last, since no transaction waits for them. Locked rows are skipped, so this waits for none. */
    private void readAbandoned() throws SQLException {
        abandoned = holds.abandonedIds(abandonedMax);
        abandonedMax = 0;
        Set<String> more = new LinkedHashSet<>(abandoned);
        more.removeAll(reservations.keySet());
        RememberedRows.take(more, kept::reservation, this::found);
        holds.read(more, this::found);
    }

    private void found(ReservationRow row) {
        reservations.put(row.id, row);
        needOf(row);
    }

    private void needOf(ReservationRow row) {
        needAccount(row.accountId);
        needWindows(row.hold());
    }

    private void found(AccountRow row) {
        accounts.put(row.id, row);
    }

    @Nullable
    AccountRow account(String id) {
        return accounts.get(id);
    }

    AccountRow accountOf(ReservationRow reservation) {
        AccountRow account = accounts.get(reservation.accountId);
        if (account == null) {
            throw missing("account", reservation.accountId);
        }
        return account;
    }

    /** Returns an open reservation, or null. */
    @Nullable
    ReservationRow openReservation(String id) {
        ReservationRow row = reservations.get(id);
        return row != null && row.isOpen() ? row : null;
    }

    /** Returns how a reservation that is not open has ended, or null if there never was one. Reads if it ended before this batch, which is rare. */
    @Nullable
    ReservationState end(String id) throws SQLException {
        Resolved ended = ended(id);
        return ended == null ? null : ended.state();
    }

    /** Returns the end of a reservation that is not open, with its charge, or null if there never was one, or it was withdrawn. Reads as {@link #end}. */
    @Nullable
    Resolved ended(String id) throws SQLException {
        ReservationRow row = reservations.get(id);
        if (row == null) {
            return holds.end(id);
        }
        if (row.isWithdrawn()) {
            return null;
        }
        EndedCall call = row.ended();
        return call == null
                ? new Resolved(row.accountId, ReservationState.OPEN, 0, 0, null)
                : new Resolved(row.accountId, state(call), call.chargedMicros(), call.sandboxMicros(), call.paidBy());
    }

    /**
     * Counts the account's calls on less, on all nodes: its row is locked until the batch ends. Reads once in a batch, so not for each call.
     *
     * @return written holds that have not ended in this batch, and new holds of this batch
     */
    int onLess(AccountRow account) throws SQLException {
        Map<String, Integer> read = onLess == null ? new HashMap<>() : onLess;
        onLess = read;
        Integer written = read.get(account.id);
        if (written == null) {
            written = holds.onLess(account.id);
            read.put(account.id, written);
        }
        int count = written;
        for (ReservationRow row : reservations.values()) {
            if (row.isOnLess() && row.accountId.equals(account.id) && row.isFresh() == row.isOpen()) {
                count += row.isOpen() ? 1 : -1;
            }
        }
        return count;
    }

    /**
     * Returns whether an account has room for free answers (E72): its row is locked until the batch ends. Reads once in a batch, so not for each call.
     *
     * @param door of a call that begins; null for an answer that is free now
     */
    boolean hasRoom(AccountRow account, @Nullable String door, FreeAnswers.Taken taken, Instant at)
            throws SQLException {
        FreeAnswers.Room room = taken.room();
        if (room == null) {
            return true;
        }
        Map<String, Long> running = runningFree(account);
        long used = account.freeEnds(SpendWindow.DAY.startMillis(at.toEpochMilli()));
        if (door == null) {
            return room.covers(used + taken.answers(), running);
        }
        running.merge(door, (long) taken.answers(), Long::sum);
        return room.covers(used, running);
    }

    /** Returns by API what running calls may end free, as {@link #onLess} counts them. */
    private Map<String, Long> runningFree(AccountRow account) throws SQLException {
        Map<String, Map<String, Long>> read = freeEnds == null ? new HashMap<>() : freeEnds;
        freeEnds = read;
        Map<String, Long> written = read.get(account.id);
        if (written == null) {
            written = holds.freeEnds(account.id);
            read.put(account.id, written);
        }
        Map<String, Long> running = new HashMap<>(written);
        for (ReservationRow row : reservations.values()) {
            if (row.freeEnds() > 0 && row.accountId.equals(account.id) && row.isFresh() == row.isOpen()) {
                long more = row.isOpen() ? row.freeEnds() : -row.freeEnds();
                running.merge(row.hold().door(), more, Long::sum);
            }
        }
        return running;
    }

    /**
     * Returns the credits that a call can hold further on this server (Z15).
     *
     * @param running the call, if it has a hold
     * @param wantedMicros if general credits pay that much, the result is what they pay, and what grants pay is not asked
     */
    long roomMicros(AccountRow account, OpenHold hold, @Nullable ReservationRow running, long wantedMicros, Instant at)
            throws SQLException {
        long general = kept.generalMicros(account);
        return account.funds.grantedMicros() == 0 || general >= wantedMicros
                ? general
                : grants().roomMicros(account, running == null ? BatchGrants.begun(hold) : running.call(), at);
    }

    /** Returns the refusal of a call that begins and whose room does not cover an amount. */
    InsufficientCredits refusal(AccountRow account, OpenHold hold, long roomMicros, long leastMicros)
            throws SQLException {
        return account.funds.grantedMicros() == 0
                ? new InsufficientCredits(
                        roomMicros,
                        account.funds.reservedMicros(),
                        leastMicros,
                        account.funds.balanceMicros() - roomMicros)
                : grants().refusal(account, BatchGrants.begun(hold), roomMicros, leastMicros, hold.createdAt());
    }

    /** Returns the grants of the batch, which no batch has that touches no account with grants. */
    BatchGrants grants() {
        BatchGrants made = grants;
        if (made == null) {
            made = new BatchGrants(sql.statements(), kept, journal, reservations);
            grants = made;
        }
        return made;
    }

    CallWindows windows(AccountRow account, OpenHold hold, SpendLimits ofKey) throws SQLException {
        return windows.of(kept.owners().of(hold, ofKey, account.limits(), budgets(account)));
    }

    /** Returns an account's budgets in this batch. Reads them if another version of them is kept. */
    Budgets budgets(AccountRow account) throws SQLException {
        Budgets present = kept.budgets(account);
        if (present == null) {
            present = budgetSql.read(account.id, account.budgetsVersion());
            kept.keep(account.id, present);
        }
        return present;
    }

    /** Returns an account's budgets after this batch. */
    Budgets budgetsToBe(AccountRow account) throws SQLException {
        Budgets next = account.budgetsToBe();
        return next == null ? budgets(account) : next;
    }

    /** Returns whether an account has an owner of budgets. */
    boolean isSpendOwner(String accountId, String owner) throws SQLException {
        return budgetSql.isOwner(accountId, owner);
    }

    /** Deletes windows of an account's budgets. They ended long ago, so no change of the batch needs them. @return their number */
    int endWindows(String accountId, Instant before, int most) throws SQLException {
        return budgetSql.endWindows(accountId, before, most);
    }

    /** Deletes spend windows that hold nothing. They ended long ago, so no change of the batch needs them. */
    void endSpendWindows(List<WindowRow.Id> ended) throws SQLException {
        windows.end(ended);
    }

    /** Returns the entries of the batch. */
    Journal journal() {
        return journal;
    }

    List<String> abandoned() {
        return abandoned;
    }

    void open(AccountRow account) {
        accounts.put(account.id, account);
    }

    /** @throws IllegalStateException if the id is used in this batch; the tables refuse an earlier id, at the latest when the call ends */
    ReservationRow open(ReservationRow reservation) {
        if (reservations.putIfAbsent(reservation.id, reservation) != null) {
            throw new IllegalStateException("a second reservation " + reservation.id);
        }
        return reservation;
    }

    /** @param at of the request */
    void hold(ReservationRow reservation, AccountRow account, CallWindows windows, long micros, Instant at) {
        reservation.hold(micros);
        windows.hold(micros);
        account.move(Bucket.AVAILABLE, Bucket.RESERVED, micros);
        if (grants != null) {
            grants.held(account, reservation, at);
        }
    }

    /** Extends a hold. @param at of the request */
    void extend(ReservationRow reservation, AccountRow account, CallWindows windows, long micros, Instant at)
            throws SQLException {
        if (account.funds.grantedMicros() > 0) {
            reservation.setAfterExpiry(grants().afterExpiry(account, reservation, micros, at));
        }
        hold(reservation, account, windows, micros, at);
    }

    /** Returns the time of a call's end: not before its begin, nor before the account's latest number, if the clock has gone back. */
    Instant endOf(ReservationRow reservation, Instant at) throws SQLException {
        Instant begin = reservation.hold().createdAt();
        return accountOf(reservation).stamp(at.isBefore(begin) ? begin : at);
    }

    /** Ends a reservation with a charge, gives the rest of its hold back, and gives the call its number. */
    void resolve(ReservationRow reservation, CallDetails details, long chargeMicros, Instant at) throws SQLException {
        AccountRow account = accountOf(reservation);
        long heldMicros = reservation.heldMicros();
        if (chargeMicros > heldMicros) {
            throw new IllegalStateException("a charge of " + chargeMicros + " on a hold of " + heldMicros);
        }
        Instant stamp = endOf(reservation, at);
        PaidBy paidBy = account.funds.grantedMicros() == 0
                ? PaidBy.GENERAL
                : grants().pay(account, reservation, chargeMicros, stamp);
        long ofSandbox = kept.charged(account, chargeMicros - paidBy.micros());
        windows(account, reservation.hold(), SpendLimits.NONE).resolve(heldMicros, chargeMicros);
        account.move(Bucket.RESERVED, Bucket.REVENUE, chargeMicros);
        account.move(Bucket.RESERVED, Bucket.AVAILABLE, heldMicros - chargeMicros);
        OpenHold hold = reservation.hold();
        EndedCall call = new EndedCall(
                new EndedCall.Begin(
                        hold.id(), hold.accountId(), hold.keyId(), hold.door(), hold.model(), hold.createdAt()),
                account.number(stamp),
                "",
                stamp,
                new EndedCall.Amounts(
                        heldMicros, chargeMicros, ofSandbox, account.funds.balanceAfterMicros(), paidBy.text()),
                account.receipts() + (chargeMicros > 0 ? 1 : 0),
                null,
                reservation.isOnLess() ? details.with(CallFlag.ON_LESS) : details);
        reservation.resolve(chargeMicros > 0 ? receipted(call, account) : call);
        if (grants != null) {
            grants.ended(account, reservation, stamp);
        }
    }

    /** Ends a reservation as if there had been none: its hold is given back, and no call is written. */
    void withdraw(ReservationRow reservation, Instant at) throws SQLException {
        AccountRow account = accountOf(reservation);
        long heldMicros = reservation.heldMicros();
        Instant stamp = endOf(reservation, at);
        if (account.funds.grantedMicros() > 0) {
            grants().lapse(account, stamp);
        }
        windows(account, reservation.hold(), SpendLimits.NONE).resolve(heldMicros, 0);
        account.move(Bucket.RESERVED, Bucket.AVAILABLE, heldMicros);
        reservation.withdraw();
        if (grants != null) {
            grants.ended(account, reservation, stamp);
        }
    }

    /** Adds the receipt of a charge to its account's chain. @throws IllegalStateException if there is no signing key: the start makes one before the first call */
    private EndedCall receipted(EndedCall call, AccountRow account) {
        SigningKeyRow key = signingKey;
        if (key == null) {
            throw new IllegalStateException("no key signs receipts");
        }
        ReceiptText.write(room, call, key.id(), ReceiptText.hex(account.receiptHash()));
        byte[] hash = ReceiptText.hash(room);
        account.receipted(hash);
        return call.with(new ReceiptLink(hash, key.number()));
    }

    /** Adds a key that signs, also the later charges of this batch. @return whether it signs now */
    boolean sign(SetSigningKey key, boolean replaces) throws SQLException {
        if (replaces) {
            sql.retireSigningKey(key.createdAt());
        }
        SigningKeyRow added = sql.addSigningKey(key.id(), key.publicKey(), key.sealedPrivate(), key.createdAt());
        signingKey = added == null ? signingKey : added;
        return added != null;
    }

    private static ReservationState state(EndedCall call) {
        return HoldSql.state(call.details().end(), call.isSettled());
    }

    /** Returns the number of shortfalls that count against the account in the calendar day (UTC). Reads, so not for each call. */
    int shortfallsOnDayOf(AccountRow account, Instant at) throws SQLException {
        long fromMillis = SpendWindow.DAY.startMillis(at.toEpochMilli());
        int count = holds.shortfalls(account.id, fromMillis);
        for (ReservationRow row : reservations.values()) {
            EndedCall call = row.ended();
            if (call != null && row.accountId.equals(account.id) && call.isUncovered()) {
                count += call.endedAt().toEpochMilli() >= fromMillis ? 1 : 0;
            }
        }
        return count;
    }

    /** Writes the changed rows: accounts first and entries last, since the later refer to the earlier. */
    void write() throws SQLException {
        sql.writeAccounts(accounts.values());
        holds.write(reservations.values(), nodeId, labels);
        windows.write();
        if (grants != null) {
            grants.write();
        }
        for (AccountRow account : accounts.values()) {
            if (account.hasMoreFree()) {
                sql.writeFree(account);
            }
            if (account.hasMoreGrants()) {
                sql.writeLastGrant(account);
            }
            if (account.hasNewLimits()) {
                sql.writeLimits(account);
                windows.followLimits(account);
            }
            Budgets next = account.budgetsToBe();
            if (next != null) {
                budgetSql.write(account.id, budgets(account), next);
                sql.writeBudgets(account.id, next);
            }
        }
        journal.write();
    }

    /** Keeps the rows and reports the entries of a committed batch. */
    void committed(EntryObserver observer) {
        windows.committed(accounts.values());
        if (grants != null) {
            grants.committed();
        }
        kept.keep(signingKey);
        kept.committed(accounts.values(), reservations.values(), windows.rows());
        for (ReservationRow row : reservations.values()) {
            committed(row, observer);
        }
        journal.committed(observer);
    }

    /** Reports the movements of a call that has ended (B6). */
    private static void committed(ReservationRow row, EntryObserver observer) {
        EndedCall call = row.ended();
        if (call == null) {
            return;
        }
        EntryKind back = state(call) == ReservationState.EXPIRED ? EntryKind.EXPIRY : EntryKind.RELEASE;
        report(observer, EntryKind.RESERVATION, Bucket.AVAILABLE, call.heldMicros());
        report(observer, EntryKind.CHARGE, Bucket.RESERVED, call.chargedMicros());
        report(observer, EntryKind.CHARGE, Bucket.SHORTFALL, call.shortfallMicros());
        report(observer, back, Bucket.RESERVED, call.heldMicros() - call.chargedMicros());
    }

    private static void report(EntryObserver observer, EntryKind kind, Bucket from, long micros) {
        if (micros > 0) {
            observer.entered(kind, from, micros);
        }
    }

    static IllegalStateException missing(String what, String id) {
        return new IllegalStateException("no " + what + " " + id);
    }
}
