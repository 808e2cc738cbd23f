package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.BudgetSql;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.SpendOwners.Limit;
import dev.tollgate.books.ledger.SpendOwners.SpendOwner;
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
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
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

    private static final String BUDGET_COLUMNS =
            "SELECT account_id, owner, kind, starts_at, ends_at, charged_micros, held_micros FROM budget_window";
    private static final RowStatement SELECT_BUDGET = RowStatement.of(
            BUDGET_COLUMNS + " WHERE account_id = ? AND owner = ? AND kind = ? AND starts_at = ?",
            BUDGET_COLUMNS + " WHERE (account_id, owner, kind, starts_at) IN (SELECT * FROM unnest(?, ?, ?, ?))"
                    + " ORDER BY account_id, owner, kind, starts_at" + Dialect.POSTGRESQL.lock(),
            "text",
            "text",
            "text",
            "bigint");
    private static final String BEGIN_WINDOWS = """
            INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros)
            SELECT ?, kind, starts_at, CAST(SUM(charged_micros) AS BIGINT), CAST(SUM(held_micros) AS BIGINT) FROM spend_window
            WHERE key_id IN (SELECT id FROM api_key WHERE account_id = ?)
            GROUP BY kind, starts_at""";
    private static final String END_WINDOWS = "DELETE FROM spend_window WHERE key_id = ?";

    // On a server, rows that another batch holds stay for the next round: two never wait for each other.
    private static final RowStatement END = RowStatement.of(
            "DELETE FROM spend_window WHERE key_id = ? AND kind = ? AND starts_at = ? AND held_micros = 0",
            """
            WITH gone AS MATERIALIZED
                (SELECT key_id, kind, starts_at FROM spend_window
                WHERE (key_id, kind, starts_at) IN (SELECT * FROM unnest(?, ?, ?)) AND held_micros = 0 FOR UPDATE SKIP LOCKED)
            DELETE FROM spend_window USING gone
            WHERE spend_window.key_id = gone.key_id AND spend_window.kind = gone.kind AND spend_window.starts_at = gone.starts_at""",
            "text",
            "text",
            "bigint");

    private static final Comparator<WindowRow> BY_KEY = Comparator.comparing(
                    (WindowRow window) -> window.id.accountId())
            .thenComparing(window -> window.id.ownerId())
            .thenComparing(window -> window.id.kind().code())
            .thenComparing(window -> window.id.startsAtMillis());

    private final Statements statements;
    private final RememberedRows kept;
    private final Set<WindowRow.Id> asked = new HashSet<>();
    private final List<WindowRow.Id> needed = new ArrayList<>();
    private final Map<WindowRow.Id, WindowRow> rows = new LinkedHashMap<>();

    BatchWindows(Statements statements, RememberedRows kept) {
        this.statements = statements;
        this.kept = kept;
    }

    /** Notes that the windows of owners are needed. */
    void need(List<SpendOwner> owners) {
        for (SpendOwner owner : owners) {
            for (Limit limit : owner.limits()) {
                if (asked.add(limit.window())) {
                    needed.add(limit.window());
                }
            }
        }
    }

    /** Asks for the needed windows, except for those that are kept. Their accounts have been asked for. */
    void ask() throws SQLException {
        RememberedRows.take(needed, kept::window, this::found);
        for (Rows query : queries()) {
            query.finishLater();
        }
        needed.clear();
    }

    /** Returns the queries for needed windows: reading none would still end the server's queue of questions. */
    private List<Rows> queries() throws SQLException {
        List<Rows> queries = new ArrayList<>(2);
        Rows ofLimits = SELECT_WINDOW.on(statements, row -> found(window(row)));
        Rows ofBudgets = null;
        for (WindowRow.Id id : needed) {
            if (!id.isOfBudget()) {
                ofLimits.text(id.ownerId())
                        .text(id.kind().code())
                        .number(id.startsAtMillis())
                        .next();
            } else {
                if (ofBudgets == null) {
                    ofBudgets = SELECT_BUDGET.on(statements, row -> found(budgetWindow(row)));
                    queries.add(ofBudgets);
                }
                budgetKey(ofBudgets, id).next();
            }
        }
        queries.addFirst(ofLimits);
        return queries;
    }

    private static WindowRow window(ResultSet row) throws SQLException {
        return new WindowRow(
                new WindowRow.Id("", row.getString(1), SpendWindow.of(row.getString(2)), row.getLong(3)),
                row.getLong(4),
                row.getLong(5));
    }

    private static WindowRow budgetWindow(ResultSet row) throws SQLException {
        return new WindowRow(
                new WindowRow.Id(row.getString(1), row.getString(2), SpendWindow.of(row.getString(3)), row.getLong(4)),
                row.getLong(6),
                row.getLong(7));
    }

    private static Rows budgetKey(Rows rows, WindowRow.Id id) throws SQLException {
        return rows.text(id.accountId())
                .text(id.ownerId())
                .text(id.kind().code())
                .number(id.startsAtMillis());
    }

    private void found(WindowRow row) {
        rows.put(row.id, row);
    }

    /** Returns the windows of a call's owners. Reads those that were not asked for: some owners are known only from the account's row. */
    CallWindows of(List<SpendOwner> owners) throws SQLException {
        need(owners);
        if (!needed.isEmpty()) {
            RememberedRows.take(needed, kept::window, this::found);
            for (Rows query : queries()) {
                query.finish();
            }
            needed.clear();
        }
        return Objects.requireNonNull(CallWindows.of(owners, this::row));
    }

    /**
     * Returns a window, empty if it has no row. No other node can insert the row at the same time, since the owner's account is
     * locked; if one did, this row would be refused and the batch tried again.
     */
    private WindowRow row(WindowRow.Id id) {
        return rows.computeIfAbsent(id, WindowRow::new);
    }

    void write() throws SQLException {
        Rows inserts = INSERT_WINDOW.on(statements);
        Rows updates = UPDATE_WINDOW.on(statements);
        Rows budgetInserts = BudgetSql.INSERT_WINDOW.on(statements);
        Rows budgetUpdates = BudgetSql.UPDATE_WINDOW.on(statements);
        for (WindowRow window : LedgerSql.inOrder(statements, rows.values(), BY_KEY)) {
            if (!window.isChanged()) {
                continue;
            }
            if (window.id.isOfBudget()) {
                Rows into = amounts(window, window.isFresh() ? budgetInserts : budgetUpdates);
                budgetKey(into, window.id);
                if (window.isFresh()) {
                    into.number(window.endsAtMillis());
                }
                into.next();
            } else {
                amounts(window, window.isFresh() ? inserts : updates)
                        .text(window.id.ownerId())
                        .text(window.id.kind().code())
                        .number(window.id.startsAtMillis())
                        .next();
            }
        }
        inserts.finish();
        updates.finishEach();
        budgetInserts.finish();
        budgetUpdates.finishEach();
    }

    private static Rows amounts(WindowRow window, Rows rows) throws SQLException {
        return rows.number(window.chargedMicros()).number(window.heldMicros());
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

    /** Deletes windows that ended long ago, if they are there and hold nothing. */
    void end(List<WindowRow.Id> ended) throws SQLException {
        Rows deletes = END.on(statements);
        for (WindowRow.Id id : ended) {
            deletes.text(id.ownerId())
                    .text(id.kind().code())
                    .number(id.startsAtMillis())
                    .next();
        }
        deletes.finish();
        forget(ended::contains);
    }

    /**
     * Forgets the windows that a committed batch has deleted or counted again: accounts have become unlimited, or budgets have changed.
     *
     * @param accounts all accounts of the batch
     */
    void committed(Iterable<AccountRow> accounts) {
        for (AccountRow account : accounts) {
            if (account.isUnlimitedFromNowOn()) {
                forget(id -> id.ownerId().equals(account.id));
            }
            if (account.budgetsToBe() != null) {
                forget(id -> id.accountId().equals(account.id));
            }
        }
    }

    private void forget(Predicate<WindowRow.Id> gone) {
        rows.keySet().removeIf(gone);
        kept.forgetWindows(gone);
    }

    Iterable<WindowRow> rows() {
        return rows.values();
    }

    /** The windows that a call counts in, by their owners, the innermost owner first. Writer's thread only. */
    record CallWindows(List<OwnerWindows> ofOwners) {

        /** Returns the windows of owners, or null if one of them is not found. */
        static @Nullable CallWindows of(List<SpendOwner> owners, Function<WindowRow.Id, @Nullable WindowRow> find) {
            List<OwnerWindows> all = new ArrayList<>(owners.size());
            for (SpendOwner owner : owners) {
                List<WindowRow> rows = new ArrayList<>(owner.limits().size());
                for (Limit limit : owner.limits()) {
                    WindowRow row = find.apply(limit.window());
                    if (row == null) {
                        return null;
                    }
                    row.endsAt(limit);
                    rows.add(row);
                }
                all.add(new OwnerWindows(owner, rows));
            }
            return new CallWindows(all);
        }

        /** Returns the room that the tightest limit of all leaves, not below zero. */
        long roomMicros() {
            long room = Long.MAX_VALUE;
            for (OwnerWindows windows : ofOwners) {
                room = Math.min(room, windows.roomMicros());
            }
            return room;
        }

        /**
         * Returns the refusal of an amount by the window without room for it that ends last, or null: waiting for another would not help. If several end at
         * that time, it names the window of the outermost owner, and the longest one of that owner.
         */
        ReserveOutcome.@Nullable SpendLimitReached refusal(long micros, Instant at) {
            ReserveOutcome.SpendLimitReached last = null;
            for (OwnerWindows windows : ofOwners) {
                ReserveOutcome.SpendLimitReached full = windows.refusal(micros, at);
                if (full != null && (last == null || !last.endsAfter(full))) {
                    last = full;
                }
            }
            return last;
        }

        void hold(long micros) {
            ofOwners.forEach(windows -> windows.hold(micros));
        }

        void resolve(long heldMicros, long chargeMicros) {
            ofOwners.forEach(windows -> windows.resolve(heldMicros, chargeMicros));
        }
    }

    /**
     * The windows of one owner that a reservation counts in. Writer's thread only.
     *
     * @param rows of its limits, in their order
     */
    record OwnerWindows(SpendOwner owner, List<WindowRow> rows) {

        /** Returns the room that the tightest limit leaves, not below zero. */
        long roomMicros() {
            long room = Long.MAX_VALUE;
            for (int i = 0; i < rows.size(); i++) {
                room = Math.min(room, roomMicros(i));
            }
            return room;
        }

        private long roomMicros(int index) {
            return Math.max(
                    0, rows.get(index).roomMicros(owner.limits().get(index).limitMicros()));
        }

        /** Returns the refusal of an amount by the window with less room that ends last, the longest of such, or null. */
        ReserveOutcome.@Nullable SpendLimitReached refusal(long micros, Instant at) {
            ReserveOutcome.SpendLimitReached last = null;
            for (int i = 0; i < rows.size(); i++) {
                if (roomMicros(i) < micros) {
                    ReserveOutcome.SpendLimitReached full = refusal(i, micros, at);
                    boolean isLater = last == null
                            || full.endsAfter(last)
                            || !last.endsAfter(full) && full.window().compareTo(last.window()) > 0;
                    last = isLater ? full : last;
                }
            }
            return last;
        }

        private ReserveOutcome.SpendLimitReached refusal(int index, long micros, Instant at) {
            Limit limit = owner.limits().get(index);
            WindowRow row = rows.get(index);
            return new ReserveOutcome.SpendLimitReached(
                    owner.spender(),
                    row.id.kind(),
                    limit.zone(),
                    limit.limitMicros(),
                    row.chargedMicros(),
                    row.heldMicros(),
                    micros,
                    limit.endsAt(at));
        }

        void hold(long micros) {
            rows.forEach(row -> row.hold(micros));
        }

        void resolve(long heldMicros, long chargeMicros) {
            rows.forEach(row -> row.resolve(heldMicros, chargeMicros));
        }
    }
}
