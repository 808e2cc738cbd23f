package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.AccountGrants;
import dev.tollgate.books.grants.GrantDraw;
import dev.tollgate.books.ledger.BatchWindows.CallWindows;
import dev.tollgate.books.ledger.LedgerSql.SigningKeyRow;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rows that the next batch need not read again. An embedded database has no other writer, so they cannot have changed. They are the same
 * objects that a batch changes, so all are forgotten after a batch that fails, and
 * also if there are too many. On a server only the owners of open reservations are kept, which never change.
 * Writer's thread only.
 */
final class RememberedRows {

    static final int ROWS_MAX = 50_000;

    /** The most owners of budgets that are kept, of all accounts: each has up to five. */
    static final int BUDGET_OWNERS_MAX = 50_000;

    private final boolean alone;
    private final boolean isReal;
    private final Map<String, AccountRow> accounts = new HashMap<>();
    private final Map<String, ReservationRow> reservations = new HashMap<>();
    private final Map<WindowRow.Id, WindowRow> windows = new HashMap<>();
    private final Map<String, Budgets> budgets = new HashMap<>();
    private int budgetOwners;
    private final SpendOwners owners = new SpendOwners();
    private final Map<String, AccountGrants> grants = new HashMap<>();
    private final Set<String> granted = new HashSet<>();
    private final GrantDraw draw = new GrantDraw();
    private @Nullable SigningKeyRow signingKey;

    /** @param alone whether this process alone writes to the database */
    RememberedRows(boolean alone) {
        this(alone, false);
    }

    /** @param isReal whether calls of this server cost money: sandbox credits do not pay for them */
    RememberedRows(boolean alone, boolean isReal) {
        this.alone = alone;
        this.isReal = isReal;
    }

    /** Returns the general credits that calls of this server can hold whatever grants there are: they pay all running holds, too (Z15). */
    long generalMicros(AccountRow account) {
        return Math.max(0, account.funds.balanceMicros() - account.funds.grantedMicros() - hiddenMicros(account));
    }

    /** Returns the general credits that do not pay for calls of this server. */
    long hiddenMicros(AccountRow account) {
        return isReal ? account.funds.sandboxMicros() : 0;
    }

    boolean isReal() {
        return isReal;
    }

    /** Charges sandbox credits first for calls that the sandbox answers. @return the sandbox credits charged */
    long charged(AccountRow account, long micros) {
        return isReal ? 0 : account.takeSandbox(micros);
    }

    void clear() {
        accounts.clear();
        reservations.clear();
        windows.clear();
        grants.clear();
        signingKey = null;
    }

    /** Returns the key that signs receipts, or null if it has to be read. */
    @Nullable
    SigningKeyRow signingKey() {
        return alone ? signingKey : null;
    }

    void keep(@Nullable SigningKeyRow key) {
        signingKey = key;
    }

    /** Keeps the rows of a committed batch. */
    void committed(Iterable<AccountRow> ofAccounts, Iterable<ReservationRow> ofCalls, Iterable<WindowRow> ofWindows) {
        if (accounts.size() + reservations.size() + windows.size() + grants.size() > ROWS_MAX) {
            clear();
        }
        for (ReservationRow row : ofCalls) {
            keepWhileOpen(row);
        }
        if (!alone) {
            return;
        }
        for (AccountRow row : ofAccounts) {
            row.written();
            accounts.put(row.id, row);
        }
        for (WindowRow row : ofWindows) {
            row.written();
            windows.put(row.id, row);
        }
    }

    private void keepWhileOpen(ReservationRow row) {
        row.written();
        if (row.isOpen()) {
            reservations.put(row.id, row);
        } else {
            reservations.remove(row.id);
        }
    }

    @Nullable
    AccountRow account(String id) {
        return accounts.get(id);
    }

    @Nullable
    ReservationRow reservation(String id) {
        return alone ? reservations.get(id) : null;
    }

    /** Returns an open reservation as of an earlier time, for its account and key; or null. */
    @Nullable
    ReservationRow whose(String id) {
        return reservations.get(id);
    }

    /** Moves rows that are kept from the needed ids to the found rows. */
    static <I, R> void take(Collection<I> ids, Function<I, @Nullable R> kept, Consumer<R> found) {
        ids.removeIf(id -> {
            R row = kept.apply(id);
            if (row != null) {
                found.accept(row);
            }
            return row != null;
        });
    }

    /** Returns all windows that a call counts in, or null if one of them is not kept, as always on a server. */
    @Nullable
    CallWindows windows(AccountRow account, OpenHold hold, SpendLimits ofKey) {
        Budgets present = budgets(account);
        return present == null ? null : CallWindows.of(owners.of(hold, ofKey, account.limits(), present), this::window);
    }

    /** Returns the maker of the owners of calls. */
    SpendOwners owners() {
        return owners;
    }

    /** Returns an account's budgets, or null if its row has another version of them than is kept. */
    @Nullable
    Budgets budgets(AccountRow account) {
        if (account.budgetsVersion() == 0) {
            return Budgets.NONE;
        }
        Budgets found = budgets.get(account.id);
        return found != null && found.version() == account.budgetsVersion() ? found : null;
    }

    /** Returns an account's budgets as of an earlier time, which say what its next call probably needs. */
    Budgets earlierBudgets(String accountId) {
        return budgets.getOrDefault(accountId, Budgets.NONE);
    }

    void keep(String accountId, Budgets read) {
        Budgets replaced = budgets.get(accountId);
        int before = replaced == null ? 0 : replaced.size();
        if (budgetOwners - before + read.size() > BUDGET_OWNERS_MAX) {
            budgets.clear();
            budgetOwners = 0;
            before = 0;
        }
        budgets.put(accountId, read);
        budgetOwners += read.size() - before;
    }

    /** Returns the one draw of the writer. */
    GrantDraw draw() {
        return draw;
    }

    /** Returns an account's grants, or null if they have to be read, as always on a server. */
    @Nullable
    AccountGrants grants(String accountId) {
        return alone ? grants.get(accountId) : null;
    }

    /** Returns whether an account had grants at an earlier time that have to be read again: its next call probably needs them. */
    boolean hadGrants(String accountId) {
        return granted.contains(accountId);
    }

    /** Keeps the grants of a committed batch; on a server only that there are some. */
    void keep(String accountId, AccountGrants found) {
        if (alone) {
            grants.put(accountId, found);
        } else if (found.rows().isEmpty()) {
            granted.remove(accountId);
        } else {
            if (granted.size() >= ROWS_MAX) {
                granted.clear();
            }
            granted.add(accountId);
        }
    }

    void forgetAccount(String id) {
        accounts.remove(id);
    }

    void forgetWindows(Predicate<WindowRow.Id> gone) {
        windows.keySet().removeIf(gone);
    }

    @Nullable
    WindowRow window(WindowRow.Id id) {
        return windows.get(id);
    }
}
