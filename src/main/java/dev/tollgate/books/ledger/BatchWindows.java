package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.books.ledger.Reservation.OpenHold;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The spend windows that one batch touches, and their table. Rows that are read stay locked until the batch ends. Writer's thread only. */
final class BatchWindows {

    private static final String WINDOW_COLUMNS =
            "SELECT key_id, kind, starts_at, charged_micros, held_micros FROM spend_window";
    private static final RowStatement SELECT_WINDOW = RowStatement.of(
            WINDOW_COLUMNS + " WHERE key_id = ? AND kind = ? AND starts_at = ?",
            WINDOW_COLUMNS + " WHERE (key_id, kind, starts_at) IN (SELECT * FROM unnest(?, ?, ?))"
                    + " ORDER BY key_id, kind, starts_at" + Dialect.POSTGRESQL.lock(),
            "text",
            "text",
            "bigint");

    private static final RowStatement INSERT_WINDOW = RowStatement.insert(
            "spend_window",
            "charged_micros bigint",
            "held_micros bigint",
            "key_id text",
            "kind text",
            "starts_at bigint");
    private static final RowStatement UPDATE_WINDOW =
            RowStatement.of("""
            UPDATE spend_window SET charged_micros = ?, held_micros = ? WHERE key_id = ? AND kind = ? AND starts_at = ?""", """
            UPDATE spend_window SET charged_micros = r.charged, held_micros = r.held
            FROM unnest(?, ?, ?, ?, ?) AS r (charged, held, key_id, kind, starts_at)
            WHERE spend_window.key_id = r.key_id AND spend_window.kind = r.kind AND spend_window.starts_at = r.starts_at""", "bigint", "bigint", "text", "text", "bigint");

    private static final String BEGIN_WINDOWS = """
            INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros)
            SELECT ?, kind, starts_at, CAST(SUM(charged_micros) AS BIGINT), CAST(SUM(held_micros) AS BIGINT) FROM spend_window
            WHERE key_id IN (SELECT id FROM api_key WHERE account_id = ?)
            GROUP BY kind, starts_at""";
    private static final String END_WINDOWS = "DELETE FROM spend_window WHERE key_id = ?";

    private static final Comparator<WindowRow> BY_KEY = Comparator.comparing((WindowRow window) -> window.id.ownerId())
            .thenComparing(window -> window.id.kind().code())
            .thenComparing(window -> window.id.startsAtMillis());

    private final Statements statements;
    private final RememberedRows kept;
    private final Set<WindowRow.Id> asked = new HashSet<>();
    private final List<WindowRow.Id> needed = new ArrayList<>();
    private final Map<WindowRow.Id, WindowRow> rows = new LinkedHashMap<>();
    private WindowRow.Id @Nullable [] latest;

    BatchWindows(Statements statements, RememberedRows kept) {
        this.statements = statements;
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
        RememberedRows.take(needed, kept::window, this::found);
        query().finishLater();
        needed.clear();
    }

    private Rows query() throws SQLException {
        Rows windows = SELECT_WINDOW.on(statements, row -> found(window(row)));
        for (WindowRow.Id id : needed) {
            windows.text(id.ownerId())
                    .text(id.kind().code())
                    .number(id.startsAtMillis())
                    .next();
        }
        return windows;
    }

    private static WindowRow window(ResultSet row) throws SQLException {
        return new WindowRow(
                new WindowRow.Id(row.getString(1), Codes.parse(SpendWindow.class, row.getString(2)), row.getLong(3)),
                row.getLong(4),
                row.getLong(5));
    }

    private void found(WindowRow row) {
        rows.put(row.id, row);
    }

    /** Returns an owner's windows. Reads them if they were not asked for: some owners are known only from the account's row. */
    OwnerWindows of(SpendOwner owner, long atMillis) throws SQLException {
        need(owner.id(), atMillis);
        if (!needed.isEmpty()) { // reading none would still end the server's queue of questions
            RememberedRows.take(needed, kept::window, this::found);
            query().finish();
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
        Rows inserts = INSERT_WINDOW.on(statements);
        Rows updates = UPDATE_WINDOW.on(statements);
        for (WindowRow window : LedgerSql.inOrder(statements, rows.values(), BY_KEY)) {
            if (window.isChanged()) {
                Rows into = window.isFresh() ? inserts : updates;
                into.number(window.chargedMicros())
                        .number(window.heldMicros())
                        .text(window.id.ownerId())
                        .text(window.id.kind().code())
                        .number(window.id.startsAtMillis())
                        .next();
            }
        }
        inserts.finish();
        updates.finishEach();
    }

    /** Creates the windows of an account that becomes limited, from the sums of its keys' windows, which are written; deletes them if it becomes unlimited. */
    void followLimits(AccountRow account) throws SQLException {
        if (account.isLimitedFromNowOn()) {
            PreparedStatement insert = statements.of(BEGIN_WINDOWS);
            insert.setString(1, account.id);
            insert.setString(2, account.id);
            insert.executeUpdate();
        } else if (account.isUnlimitedFromNowOn()) {
            PreparedStatement delete = statements.of(END_WINDOWS);
            delete.setString(1, account.id);
            delete.executeUpdate();
        }
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

    /** The windows that a call counts in, by their owners, the innermost owner first. Writer's thread only. */
    record CallWindows(List<OwnerWindows> ofOwners) {

        /** Returns the room that the tightest limit of all leaves, not below zero. */
        long roomMicros() {
            long room = Long.MAX_VALUE;
            for (OwnerWindows windows : ofOwners) {
                room = Math.min(room, windows.roomMicros());
            }
            return room;
        }

        /** Returns the refusal of an amount by the longest window without room for it, or null. Of equally long windows it names the outermost owner's. */
        ReserveOutcome.@Nullable SpendLimitReached refusal(long micros, Instant at) {
            ReserveOutcome.SpendLimitReached longest = null;
            for (OwnerWindows windows : ofOwners) {
                ReserveOutcome.SpendLimitReached full = windows.refusal(micros, at);
                if (full != null && (longest == null || full.window().compareTo(longest.window()) >= 0)) {
                    longest = full;
                }
            }
            return longest;
        }

        void hold(long micros) {
            ofOwners.forEach(windows -> windows.hold(micros));
        }

        void resolve(long heldMicros, long chargeMicros) {
            ofOwners.forEach(windows -> windows.resolve(heldMicros, chargeMicros));
        }
    }

    /** The windows of one owner that a reservation counts in, the longest first. Writer's thread only. */
    record OwnerWindows(SpendOwner owner, List<WindowRow> rows) {

        /** Returns the room that the tightest limit leaves, not below zero. */
        long roomMicros() {
            long room = Long.MAX_VALUE;
            for (WindowRow row : rows) {
                room = Math.min(room, roomMicros(row));
            }
            return room;
        }

        private long roomMicros(WindowRow row) {
            return Math.max(0, row.roomMicros(owner.limits().of(row.id.kind())));
        }

        /** Returns the refusal of an amount by the longest window that leaves less, or null: waiting for a shorter one would not help. */
        ReserveOutcome.@Nullable SpendLimitReached refusal(long micros, Instant at) {
            for (WindowRow row : rows) {
                if (roomMicros(row) < micros) {
                    SpendWindow window = row.id.kind();
                    return new ReserveOutcome.SpendLimitReached(
                            owner.kind(),
                            window,
                            owner.limits().of(window),
                            row.chargedMicros(),
                            row.heldMicros(),
                            micros,
                            window.endsAt(at));
                }
            }
            return null;
        }

        void hold(long micros) {
            rows.forEach(row -> row.hold(micros));
        }

        void resolve(long heldMicros, long chargeMicros) {
            rows.forEach(row -> row.resolve(heldMicros, chargeMicros));
        }
    }

    /**
     * An owner of spend windows in which a call counts.
     *
     * @param id also the id of its windows
     */
    record SpendOwner(Owner kind, String id, SpendLimits limits) {

        /**
         * Returns the owners in whose windows a call counts, the innermost first: its key, and its account while the account has a limit.
         *
         * @param ofKey the key's limits; the account's limits are in its row
         */
        static List<SpendOwner> of(OpenHold hold, SpendLimits ofKey, SpendLimits ofAccount) {
            SpendOwner key = new SpendOwner(Owner.KEY, hold.keyId(), ofKey);
            return ofAccount.unlimited()
                    ? List.of(key)
                    : List.of(key, new SpendOwner(Owner.ACCOUNT, hold.accountId(), ofAccount));
        }
    }
}
