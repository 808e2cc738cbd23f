package dev.tollgate.books.ledger;

import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The spend windows that one batch touches. Writer's thread only. */
final class BatchWindows {

    private final WindowTable table;
    private final KeptRows kept;
    private final Set<WindowRow.Id> asked = new HashSet<>();
    private final List<WindowRow.Id> needed = new ArrayList<>();
    private final Map<WindowRow.Id, WindowRow> rows = new LinkedHashMap<>();
    private WindowRow.Id @Nullable [] latest;

    BatchWindows(Statements statements, KeptRows kept) {
        this.table = new WindowTable(statements);
        this.kept = kept;
    }

    /** Notes that the windows of an owner are needed. */
    void need(String ownerId, long atMillis) {
        for (WindowRow.Id id : ids(ownerId, atMillis)) {
            if (asked.add(id)) {
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

    private void found(WindowRow row) {
        rows.put(row.id, row);
    }

    /** Returns an owner's windows. Reads them if they were not asked for: some owners are known only from the account's row. */
    OwnerWindows of(SpendOwner owner, long atMillis) throws SQLException {
        need(owner.id(), atMillis);
        if (!needed.isEmpty()) { // reading none would still end the server's queue of questions
            KeptRows.take(needed, kept::window, this::found);
            table.read(needed, this::found);
            needed.clear();
        }
        return new OwnerWindows(
                owner,
                List.of(
                        window(owner.id(), SpendWindow.TOTAL, atMillis),
                        window(owner.id(), SpendWindow.DAY, atMillis),
                        window(owner.id(), SpendWindow.HOUR, atMillis)));
    }

    /**
     * Returns a window, empty if it has no row. No other node can insert the row at the same time, since the owner's account is
     * locked; if one did, this row would be refused and the batch tried again.
     */
    private WindowRow window(String ownerId, SpendWindow kind, long atMillis) {
        return rows.computeIfAbsent(ids(ownerId, atMillis)[kind.ordinal()], WindowRow::new);
    }

    /**
     * Returns the ids of an owner's windows in the order of the kinds. Each call needs the ids of one owner and instant several times, and most
     * calls of a batch are in one hour.
     */
    private WindowRow.Id[] ids(String ownerId, long atMillis) {
        WindowRow.Id[] ids = latest;
        if (ids != null && isOf(ids[SpendWindow.HOUR.ordinal()], ownerId, atMillis)) {
            return ids;
        }
        SpendWindow[] kinds = SpendWindow.values();
        WindowRow.Id[] made = new WindowRow.Id[kinds.length];
        for (SpendWindow kind : kinds) {
            made[kind.ordinal()] = WindowRow.Id.at(ownerId, kind, atMillis);
        }
        latest = made;
        return made;
    }

    private static boolean isOf(WindowRow.Id hour, String ownerId, long atMillis) {
        return hour.startsAtMillis() == SpendWindow.HOUR.startMillis(atMillis)
                && hour.ownerId().equals(ownerId);
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
                rows.keySet().removeIf(id -> id.ownerId().equals(account.id));
                kept.forgetWindowsOf(account);
            }
        }
    }

    Iterable<WindowRow> rows() {
        return rows.values();
    }
}
