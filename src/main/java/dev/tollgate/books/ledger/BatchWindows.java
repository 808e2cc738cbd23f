package dev.tollgate.books.ledger;

import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The spend windows that one batch touches. Writer's thread only. */
final class BatchWindows {

    private final WindowTable table;
    private final KeptRows kept;
    private final Set<WindowRow.Id> needed = new LinkedHashSet<>();
    private final Map<WindowRow.Id, WindowRow> rows = new LinkedHashMap<>();
    private WindowRow.Id @Nullable [] latest;

    BatchWindows(Statements statements, KeptRows kept) {
        this.table = new WindowTable(statements);
        this.kept = kept;
    }

    /** Notes that the windows of a key, or of an account by its id, are needed. */
    void need(String keyId, long atMillis) {
        for (WindowRow.Id id : ids(keyId, atMillis)) {
            if (!rows.containsKey(id)) {
                needed.add(id);
            }
        }
    }

    /** Asks for the needed windows, except for those that are kept. Their accounts have been asked for. */
    void ask() throws SQLException {
        KeptRows.take(needed, kept::window, this::found);
        table.ask(needed, this::found);
        needed.clear();
    }

    /** Reads an account's windows, unless they are kept: only its row says whether they are needed. */
    KeyWindows read(AccountRow account, long atMillis) throws SQLException {
        need(account.id, atMillis);
        KeptRows.take(needed, kept::window, this::found);
        table.read(needed, this::found);
        needed.clear();
        return of(account.id, atMillis);
    }

    private void found(WindowRow row) {
        rows.put(row.id, row);
    }

    KeyWindows of(String keyId, long atMillis) {
        return new KeyWindows(List.of(
                window(keyId, SpendWindow.TOTAL, atMillis),
                window(keyId, SpendWindow.DAY, atMillis),
                window(keyId, SpendWindow.HOUR, atMillis)));
    }

    /**
     * Returns a window, empty if it has no row. No other node can insert the row at the same time, since the key's account is
     * locked; if one did, this row would be refused and the batch tried again.
     */
    private WindowRow window(String keyId, SpendWindow kind, long atMillis) {
        return rows.computeIfAbsent(ids(keyId, atMillis)[kind.ordinal()], WindowRow::new);
    }

    /**
     * Returns the ids of a key's windows in the order of the kinds. Each call needs the ids of one key and instant several times, and most
     * calls of a batch are in one hour.
     */
    private WindowRow.Id[] ids(String keyId, long atMillis) {
        WindowRow.Id[] ids = latest;
        if (ids != null && isOf(ids[SpendWindow.HOUR.ordinal()], keyId, atMillis)) {
            return ids;
        }
        SpendWindow[] kinds = SpendWindow.values();
        WindowRow.Id[] made = new WindowRow.Id[kinds.length];
        for (SpendWindow kind : kinds) {
            made[kind.ordinal()] = WindowRow.Id.at(keyId, kind, atMillis);
        }
        latest = made;
        return made;
    }

    private static boolean isOf(WindowRow.Id hour, String keyId, long atMillis) {
        return hour.startsAtMillis() == SpendWindow.HOUR.startMillis(atMillis)
                && hour.keyId().equals(keyId);
    }

    void write() throws SQLException {
        table.write(rows.values());
    }

    void followLimits(AccountRow account) throws SQLException {
        table.followLimits(account);
    }

    /** Forgets the windows of accounts that have become unlimited in a committed batch. @param accounts all accounts of the batch */
    void committed(Iterable<AccountRow> accounts) {
        for (AccountRow account : accounts) {
            if (account.isUnlimitedFromNowOn()) {
                rows.keySet().removeIf(id -> id.keyId().equals(account.id));
                kept.forgetWindowsOf(account);
            }
        }
    }

    Iterable<WindowRow> rows() {
        return rows.values();
    }
}
