package dev.tollgate.books.ledger;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.BudgetSql;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.NumberedLabels;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.GrantsNow;
import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.books.ledger.LedgerChange.LedgerPart;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads of the ledger, and its part of the writer's work. Reads block and see everything committed before. */
public final class Ledger {

    /** The most rows of one page. */
    public static final int PAGE_MAX = 1_000;

    /** After this number of shortfalls in a calendar day (UTC) an account's calls get their whole hold or are refused (decision D33). */
    public static final int SHORTFALLS_MAX = 3;

    /** A query without a condition, for reads of entries within another transaction. */
    public static final String SELECT_ENTRY = LedgerSql.SELECT_ENTRY;

    /** A query of calls as lines of the ledger, with the columns of {@link #SELECT_ENTRY} and further ones, without a condition. */
    public static final String SELECT_CHARGE = """
            SELECT c.account_id, c.number, c.ended_at, 'charge', c.id, -c.charged_micros, 0, c.balance_after_micros, NULL AS reason%s
            FROM call c""";

    private static final String CHARGE = SELECT_CHARGE.formatted("");
    private static final String CHARGE_OF_CALL = CHARGE + " WHERE c.id = ? AND c.charged_micros > 0";
    private static final String REFUNDS_OF_CALL = SELECT_ENTRY + " WHERE task_id = ? ORDER BY number LIMIT ?";
    private static final String CHARGES_AFTER =
            CHARGE + " WHERE c.account_id = ? AND c.number > ? AND c.charged_micros > 0 ORDER BY c.number LIMIT ?";
    private static final String ENTRIES_AFTER =
            SELECT_ENTRY + " WHERE account_id = ? AND number > ? ORDER BY number LIMIT ?";

    private static final String OPEN =
            "SELECT id, account_id, key_id, created_at, held_micros FROM open_hold WHERE id = ?";
    private static final String ENDED =
            "SELECT id, account_id, key_id, created_at, held_micros, charged_micros, ending, price FROM call WHERE id = ?";

    /** A join on whole keys of the table: with OR instead, SQLite reads all windows that a key ever had. */
    static final String WINDOWS = """
            WITH wanted(kind, starts_at) AS (VALUES (?, ?), (?, ?), (?, ?))
            SELECT w.key_id, w.kind, w.charged_micros, w.held_micros
            FROM wanted JOIN spend_window w ON w.kind = wanted.kind AND w.starts_at = wanted.starts_at WHERE w.key_id IN (%s)""";

    private final Database database;
    private final boolean isReal;
    private volatile EntryObserver observer = EntryObserver.NONE;

    /** Makes the ledger of a server whose calls the sandbox answers. */
    public Ledger(Database database) {
        this(database, false);
    }

    /** @param isReal whether calls of this server cost money: sandbox credits do not pay for them */
    public Ledger(Database database, boolean isReal) {
        this.database = database;
        this.isReal = isReal;
    }

    /**
     * Returns the ledger's part. It follows the part that decides whether a key may be used, and precedes all parts that depend on reservations.
     *
     * @param blockedOrNot receives the id of each account that a commit has blocked or unblocked, on the writer's thread; must not block
     * @param nodeId owner of new reservations; evaluated in each batch, on the writer's thread, and fails if this node may not reserve
     * @param labels of the same writer
     */
    public Part<?> part(Consumer<String> blockedOrNot, Supplier<String> nodeId, NumberedLabels labels) {
        return new LedgerPart(blockedOrNot, nodeId, () -> observer, labels, isReal);
    }

    /** @param observer receives all later entries of the part */
    public void watchedBy(EntryObserver observer) {
        this.observer = observer;
    }

    /** Returns the present holds of all servers over these books. */
    public HoldsNow holdsNow() {
        HoldsNow now = database.read(sql -> sql.one(
                "SELECT COUNT(*), COALESCE(SUM(held_micros), 0), MIN(created_at) FROM open_hold",
                row -> row.getLong(1) == 0
                        ? HoldsNow.NONE
                        : new HoldsNow(row.getLong(1), row.getLong(2), Columns.time(row, 3))));
        return now == null ? HoldsNow.NONE : now;
    }

    /** Returns the micro-credits that calls of this server can hold. */
    public long spendableMicros(Account account) {
        long balanceMicros = account.balance().balanceMicros();
        return isReal ? Math.max(0, balanceMicros - account.sandboxMicros()) : balanceMicros;
    }

    public Optional<Account> account(String id) {
        return database.readFor(
                id,
                sql -> Optional.ofNullable(sql.one(LedgerSql.SHOW_ACCOUNT + " WHERE id = ?", LedgerSql::account, id)));
    }

    /** Returns an organization's budgets with their use at a time; none if the account has none. */
    public BudgetsNow budgets(String accountId, Instant at) {
        return database.readFor(accountId, sql -> new BudgetSql(sql).now(accountId, at));
    }

    /** Returns an account's general credits and its grants at a time. */
    public GrantsNow grants(String accountId, Instant at) {
        return database.readFor(accountId, sql -> GrantsNow.read(sql, accountId, at));
    }

    /** Returns the part of an account's balance that pays nothing yet: what is left in grants that begin after a time. */
    public long aheadMicros(String accountId, Instant at) {
        return database.readFor(
                accountId,
                sql -> sql.number("SELECT " + CreditGrant.AHEAD + " FROM account WHERE id = ?", at, accountId));
    }

    /**
     * Returns an account's grants, the newest first.
     *
     * @param before the number after the first of them
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public List<CreditGrant> grants(String accountId, long before, int limit) {
        return database.readFor(accountId, sql -> CreditGrant.all(sql, accountId, before, page(limit)));
    }

    /** Returns an account's grants with nothing left, as above. */
    public List<CreditGrant> emptyGrants(String accountId, long before, int limit) {
        return database.readFor(accountId, sql -> CreditGrant.empty(sql, accountId, before, page(limit)));
    }

    /** Returns a grant of an account. */
    public Optional<CreditGrant> grant(String accountId, long number) {
        return database.readFor(accountId, sql -> Optional.ofNullable(CreditGrant.one(sql, accountId, number)));
    }

    /**
     * Returns the limits and budgets that a call of a key counts against at a time; empty if the account does not exist.
     *
     * @param ofKey the limits in the key's row
     */
    public Optional<SpendPath> path(String accountId, String keyId, KeyOwner owner, SpendLimits ofKey, Instant at) {
        OpenHold hold = new OpenHold("", accountId, keyId, "", "", at, owner.memberId(), owner.teamId());
        return database.readFor(accountId, sql -> Optional.ofNullable(SpendPath.read(sql, hold, ofKey, isReal)));
    }

    /** Returns the spend limits of all keys of an account together; none if the account does not exist. */
    public SpendLimits limits(String accountId) {
        SpendLimits limits = database.readFor(
                accountId, sql -> sql.one(LedgerSql.SELECT_ACCOUNT + " WHERE id = ?", LedgerSql::limits, accountId));
        return limits == null ? SpendLimits.NONE : limits;
    }

    /**
     * Returns accounts in the order of their ids.
     *
     * @param after the last id of the previous page, or null
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public List<Account> accounts(@Nullable String after, int limit) {
        String text = LedgerSql.SHOW_ACCOUNT + " WHERE id > ? ORDER BY id LIMIT ?";
        return database.read(sql -> sql.list(text, LedgerSql::account, after == null ? "" : after, page(limit)));
    }

    public Optional<Reservation> reservation(String id) {
        return database.read(sql -> {
            Reservation ended = sql.one(ENDED, Ledger::ended, id);
            return Optional.ofNullable(ended == null ? sql.one(OPEN, Ledger::open, id) : ended);
        });
    }

    private static Reservation open(ResultSet row) throws SQLException {
        return new Reservation(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Columns.time(row, 4),
                ReservationState.OPEN,
                row.getLong(5),
                0);
    }

    private static Reservation ended(ResultSet row) throws SQLException {
        return new Reservation(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Columns.time(row, 4),
                HoldSql.state(CallEnd.parse(row.getString(7)), row.getString(8) != null),
                row.getLong(5),
                row.getLong(6));
    }

    /** Returns when the newest call began, by the clock of its server; empty if there is none. */
    public Optional<Instant> newestCall() {
        // Ids begin with the time of their call.
        String text = "SELECT created_at FROM call ORDER BY id DESC LIMIT 1";
        return database.read(sql -> Optional.ofNullable(sql.one(text, row -> Columns.time(row, 1))));
    }

    /** Returns when the newest call of all accounts ended, or the newest entry was made; empty if there is none. Reads all accounts. */
    public Optional<Instant> newestNumber() {
        String text = "SELECT MAX(last_number_at) FROM account WHERE last_number > 0";
        return database.read(sql -> Optional.ofNullable(sql.one(text, row -> Columns.timeOrNull(row, 1))));
    }

    /** Returns the charge of one call and its refunds, in their order; at most {@value #PAGE_MAX}. */
    public List<Entry> entries(String accountId, String taskId) {
        return database.readFor(accountId, sql -> entriesOfCall(sql, taskId));
    }

    /**
     * Returns the lines of an account's ledger in their order: charges and entries.
     *
     * @param after the last number of the previous page, or 0
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public List<Entry> entries(String accountId, long after, int limit) {
        return database.readFor(accountId, sql -> Stream.concat(
                        sql.list(CHARGES_AFTER, LedgerSql::entry, accountId, after, page(limit)).stream(),
                        sql.list(ENTRIES_AFTER, LedgerSql::entry, accountId, after, limit).stream())
                .sorted(Comparator.comparingLong(Entry::number))
                .limit(limit)
                .toList());
    }

    /** Returns the charge of one call and its refunds, in their order, within a read transaction; at most {@value #PAGE_MAX}. */
    public static List<Entry> entriesOfCall(Reads sql, String taskId) throws SQLException {
        List<Entry> entries = new ArrayList<>(sql.list(CHARGE_OF_CALL, LedgerSql::entry, taskId));
        entries.addAll(sql.list(REFUNDS_OF_CALL, LedgerSql::entry, taskId, PAGE_MAX));
        return entries;
    }

    /** Reads a row of {@link #SELECT_ENTRY} or {@link #SELECT_CHARGE}. */
    public static Entry entry(ResultSet row) throws SQLException {
        return LedgerSql.entry(row);
    }

    /**
     * Returns the use of the windows that contain a time, of keys or of an account with limits by its id; a missing window is unused.
     *
     * @param accountId the account whose turn the read takes
     * @param keyIds at most {@value #PAGE_MAX}
     */
    public Map<String, Map<SpendWindow, WindowUse>> windows(String accountId, List<String> keyIds, Instant at) {
        if (keyIds.isEmpty()) {
            return Map.of();
        }
        page(keyIds.size());
        return database.pages().read(accountId, sql -> windows(sql, keyIds, at.toEpochMilli()));
    }

    static Map<String, Map<SpendWindow, WindowUse>> windows(Reads sql, List<String> keyIds, long atMillis)
            throws SQLException {
        String keys = String.join(", ", Collections.nCopies(keyIds.size(), "?"));
        List<Object> values = new ArrayList<>();
        for (SpendWindow window : SpendWindow.OF_LIMITS) {
            values.add(window.code());
            values.add(window.startMillis(atMillis));
        }
        values.addAll(keyIds);
        Map<String, Map<SpendWindow, WindowUse>> found = new HashMap<>();
        sql.each(
                WINDOWS.formatted(keys),
                row -> found.computeIfAbsent(row.getString(1), key -> new EnumMap<>(SpendWindow.class))
                        .put(SpendWindow.of(row.getString(2)), new WindowUse(row.getLong(3), row.getLong(4))),
                values.toArray());
        return found;
    }

    private static int page(int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " lines, not " + limit);
        }
        return limit;
    }

    /** The present holds. @param oldest time of the earliest hold; null if there is none */
    public record HoldsNow(long open, long micros, @Nullable Instant oldest) {

        public static final HoldsNow NONE = new HoldsNow(0, 0, null);
    }
}
