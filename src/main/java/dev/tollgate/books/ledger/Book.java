package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.BudgetSql;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.BatchWindows.CallWindows;
import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.books.ledger.LedgerSql.EndedCall;
import dev.tollgate.books.ledger.Reservation.OpenHold;
import dev.tollgate.books.ledger.Reservation.ReservationState;
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

    private final Statements statements;
    private final LedgerSql sql;
    private final BatchWindows windows;
    private final BudgetSql budgetSql;
    private final Journal journal;
    private final RememberedRows kept;
    private final String nodeId;
    private final Set<String> neededAccounts = new LinkedHashSet<>();
    private final Set<String> neededReservations = new LinkedHashSet<>();
    private final Map<String, AccountRow> accounts = new LinkedHashMap<>();
    private final Map<String, ReservationRow> reservations = new LinkedHashMap<>();
    private final Map<String, Integer> onLess = new HashMap<>();
    private List<String> abandoned = List.of();
    private int abandonedMax;

    /** @param nodeId owner of new reservations */
    Book(Statements statements, RememberedRows kept, String nodeId) {
        this.statements = statements;
        this.sql = new LedgerSql(statements);
        this.windows = new BatchWindows(statements, kept);
        this.budgetSql = new BudgetSql(statements);
        this.journal = new Journal(statements);
        this.kept = kept;
        this.nodeId = nodeId;
    }

    void needAccount(String id) {
        if (!accounts.containsKey(id)) {
            neededAccounts.add(id);
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
            sql.askReservations(neededReservations, row -> reservations.put(row.id, row));
        } else {
            sql.readReservations(neededReservations, this::found);
        }
        if (abandonedMax > 0) {
            readAbandoned();
        }
        RememberedRows.take(neededAccounts, kept::account, this::found);
        sql.askAccounts(neededAccounts, this::found); // locked before the windows
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
        abandoned = sql.abandonedIds(abandonedMax);
        abandonedMax = 0;
        Set<String> more = new LinkedHashSet<>(abandoned);
        more.removeAll(reservations.keySet());
        RememberedRows.take(more, kept::reservation, this::found);
        sql.readReservations(more, this::found);
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
        EndedCall ended = ended(id);
        return ended == null ? null : ended.state();
    }

    /** Returns the end of a reservation that is not open, with its charge, or null if there never was one. Reads as {@link #end}. */
    @Nullable
    EndedCall ended(String id) throws SQLException {
        ReservationRow row = reservations.get(id);
        return row != null
                ? new EndedCall(row.accountId, row.state(), row.chargedMicros(), row.sandboxMicros())
                : sql.end(id);
    }

    /**
     * Counts the account's calls on less, on all nodes: its row is locked until the batch ends. Reads once in a batch, so not for each call.
     *
     * @return written holds that have not ended in this batch, and new holds of this batch
     */
    int onLess(AccountRow account) throws SQLException {
        Integer written = onLess.get(account.id);
        if (written == null) {
            written = sql.onLess(account.id);
            onLess.put(account.id, written);
        }
        int count = written;
        for (ReservationRow row : reservations.values()) {
            if (row.isOnLess() && row.accountId.equals(account.id) && row.isFresh() == row.isOpen()) {
                count += row.isOpen() ? 1 : -1;
            }
        }
        return count;
    }

    /** Returns the credits that calls of this server can hold. */
    long spendableMicros(AccountRow account) {
        return kept.spendableMicros(account);
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

    void hold(ReservationRow reservation, AccountRow account, CallWindows windows, long micros, Instant at) {
        reservation.hold(micros);
        windows.hold(micros);
        journal.enter(account, EntryKind.RESERVATION, reservation, Bucket.AVAILABLE, Bucket.RESERVED, micros, at);
    }

    /** Ends a reservation with a charge, and gives the rest of its hold back. */
    void resolve(ReservationRow reservation, ReservationState end, long chargeMicros, Instant at) throws SQLException {
        AccountRow account = accountOf(reservation);
        long heldMicros = reservation.heldMicros();
        long releasedMicros = heldMicros - chargeMicros;
        reservation.resolve(end, chargeMicros, kept.charged(account, chargeMicros));
        windows(account, reservation.hold(), SpendLimits.NONE).resolve(heldMicros, chargeMicros);
        EntryKind back = end == ReservationState.EXPIRED ? EntryKind.EXPIRY : EntryKind.RELEASE;
        journal.enter(account, EntryKind.CHARGE, reservation, Bucket.RESERVED, Bucket.REVENUE, chargeMicros, at);
        journal.enter(account, back, reservation, Bucket.RESERVED, Bucket.AVAILABLE, releasedMicros, at);
    }

    /**
     * Enters usage of a call beyond its hold as a shortfall.
     *
     * @param isUncovered whether it counts against the account
     * @return the number of such shortfalls in the account's day, including this one; 0 if this is none
     */
    int fallShort(ReservationRow reservation, long micros, boolean isUncovered, Instant at) throws SQLException {
        AccountRow account = accountOf(reservation);
        journal.fallShort(account, reservation, micros, isUncovered, at);
        return isUncovered ? journal.shortfallsOnDayOf(account, at) : 0;
    }

    /** Writes the changed rows: accounts first and entries last, since the later refer to the earlier. */
    void write() throws SQLException {
        sql.writeAccounts(accounts.values());
        sql.writeReservations(reservations.values(), nodeId);
        windows.write();
        for (AccountRow account : accounts.values()) {
            if (account.hasNewLimits()) {
                sql.writeLimits(account);
                windows.followLimits(account);
            }
            Budgets next = account.budgetsToBe();
            if (next != null) {
                budgetSql.write(account.id, budgets(account), next);
            }
        }
        journal.write();
    }

    /** Keeps the rows and reports the entries of a committed batch. */
    void committed(EntryObserver observer) {
        windows.committed(accounts.values());
        kept.committed(accounts.values(), reservations.values(), windows.rows());
        journal.committed(observer);
    }

    static IllegalStateException missing(String what, String id) {
        return new IllegalStateException("no " + what + " " + id);
    }
}
