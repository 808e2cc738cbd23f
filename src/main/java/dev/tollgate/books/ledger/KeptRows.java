package dev.tollgate.books.ledger;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rows that the next batch need not read again. An embedded database has no other writer, so they cannot have changed. They are the same
 * objects that a batch changes, so all are forgotten after a batch that fails, and
 * also if there are too many. On a server only the owners of open reservations are kept, which never change.
 * Writer's thread only.
 */
final class KeptRows {

    static final int ROWS_MAX = 50_000;

    private final boolean alone;
    private final boolean isReal;
    private final Map<String, AccountRow> accounts = new HashMap<>();
    private final Map<String, ReservationRow> reservations = new HashMap<>();
    private final Map<WindowRow.Id, WindowRow> windows = new HashMap<>();

    /** @param alone whether this process alone writes to the database */
    KeptRows(boolean alone) {
        this(alone, false);
    }

    /** @param isReal whether calls of this server cost money: sandbox credits do not pay for them */
    KeptRows(boolean alone, boolean isReal) {
        this.alone = alone;
        this.isReal = isReal;
    }

    /** Returns the credits that calls of this server can hold. */
    long spendableMicros(AccountRow account) {
        return isReal
                ? Math.max(0, account.funds.balanceMicros() - account.funds.sandboxMicros())
                : account.funds.balanceMicros();
    }

    /** Charges sandbox credits first for calls that the sandbox answers. @return the sandbox credits charged */
    long charged(AccountRow account, long micros) {
        return isReal ? 0 : account.takeSandbox(micros);
    }

    void clear() {
        accounts.clear();
        reservations.clear();
        windows.clear();
    }

    /** Keeps the rows of a committed batch. */
    void committed(Iterable<AccountRow> ofAccounts, Iterable<ReservationRow> ofCalls, Iterable<WindowRow> ofWindows) {
        if (accounts.size() + reservations.size() + windows.size() > ROWS_MAX) {
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
    static <I, R> void take(Set<I> ids, Function<I, @Nullable R> kept, Consumer<R> found) {
        ids.removeIf(id -> {
            R row = kept.apply(id);
            if (row != null) {
                found.accept(row);
            }
            return row != null;
        });
    }

    /** Returns the windows of a key or an account that contain an instant, or null if one of them is not kept, as always on a server. */
    @Nullable
    KeyWindows windows(String keyId, long atMillis) {
        WindowRow total = windows.get(WindowRow.Id.at(keyId, SpendWindow.TOTAL, atMillis));
        WindowRow day = windows.get(WindowRow.Id.at(keyId, SpendWindow.DAY, atMillis));
        WindowRow hour = windows.get(WindowRow.Id.at(keyId, SpendWindow.HOUR, atMillis));
        return total == null || day == null || hour == null ? null : new KeyWindows(List.of(total, day, hour));
    }

    /** Returns all windows that a call of a key counts in, or null if one of them is not kept. */
    @Nullable
    CallWindows windows(AccountRow account, String keyId, long atMillis) {
        KeyWindows ofKey = windows(keyId, atMillis);
        KeyWindows ofAccount = account.limits().unlimited() ? null : windows(account.id, atMillis);
        return ofKey == null || (ofAccount == null && !account.limits().unlimited())
                ? null
                : new CallWindows(ofKey, ofAccount, account.limits());
    }

    /** Forgets the windows of an account without limits. */
    void forgetWindowsOf(AccountRow account) {
        windows.keySet().removeIf(id -> id.keyId().equals(account.id));
    }

    @Nullable
    WindowRow window(WindowRow.Id id) {
        return windows.get(id);
    }
}
