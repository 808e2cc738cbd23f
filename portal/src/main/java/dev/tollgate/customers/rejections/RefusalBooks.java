package dev.tollgate.customers.rejections;

import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * The numbers of refused calls in the books, of all servers together. A refusal is counted in memory and written with others by the next flush.
 * Thread-safe; only {@link #count} never blocks.
 */
public final class RefusalBooks implements AutoCloseable {

    public static final Duration FLUSH_EVERY = Duration.ofSeconds(1);
    public static final Duration SWEEP_EVERY = Duration.ofHours(6);

    /** The time for which counts are kept. */
    public static final Duration KEPT = Duration.ofDays(100);

    /**
     * The most rows of all accounts in a quarter of an hour, and the most that wait for a flush; rows of {@link #OTHERS} do not count. A refusal that needs one
     * more row is not counted.
     */
    static final int WAITING_MAX = 10_000;

    /** The most rows of an account in a quarter of an hour, without the rows of {@link #OTHERS}: an account can make many keys. */
    static final int ROWS_MAX = 200;

    /** Stands for the keys of an account that have no row of their own. */
    static final String OTHERS = "others";

    private static final long QUARTER_MILLIS = Duration.ofMinutes(15).toMillis();
    private static final String SUMS =
            "SELECT %s, code, SUM(calls) FROM refusal WHERE account_id = ? AND starts_at >= ? AND starts_at < ?";

    private static final String LIMITS = """
            SELECT refused_by, MAX(starts_at) FROM refusal WHERE account_id = ? AND starts_at >= ? AND refused_by <> ''
            GROUP BY refused_by""";

    private static final int KEYS_MAX = 200;

    /** The refused calls by key and error, with a place for further conditions. */
    private static final String KEYS =
            "SELECT account_id, key_id, code, MAX(starts_at), SUM(CASE WHEN starts_at > ? THEN calls ELSE 0 END),"
                    + " SUM(CASE WHEN starts_at >= ? THEN calls ELSE 0 END), SUM(calls)"
                    + " FROM refusal WHERE starts_at >= ?%s GROUP BY account_id, key_id, code ORDER BY 4 DESC, 7 DESC LIMIT "
                    + KEYS_MAX;

    private static final int SWEPT_EACH = 500;

    /** Adds to a row, and makes none of an account that was erased in the meantime. */
    private static final String ADD = """
            INSERT INTO refusal (account_id, starts_at, key_id, code, refused_by, calls)
            SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM account WHERE id = ? AND deleted_at IS NULL)
            ON CONFLICT (account_id, starts_at, key_id, code, refused_by) DO UPDATE SET calls = refusal.calls + excluded.calls""";

    private static final String OLD = """
            DELETE FROM refusal WHERE (account_id, starts_at, key_id, code, refused_by) IN (
                SELECT account_id, starts_at, key_id, code, refused_by FROM refusal WHERE starts_at < ? ORDER BY starts_at LIMIT %d%s)""";

    /** Pays for reads of all accounts. */
    private static final String OPERATOR = "operator";

    private final Database database;
    private final Writer writer;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<Place, Long> waiting = new HashMap<>();

    /** The rows that this server has in the present quarter of an hour, and their number by account. */
    private final Set<Place> rows = new HashSet<>();

    private final Map<String, Integer> ofAccounts = new HashMap<>();
    private long present;

    public RefusalBooks(Database database, Writer writer, InstantSource clock) {
        this.database = database;
        this.writer = writer;
        this.clock = clock;
    }

    /** Returns the part that writes the counts. It goes last: who holds its rows waits for no other row. */
    public static Part<?> part() {
        return new WritePart<>(RefusalWrite.class);
    }

    /** A row of the table, in the order in which all servers write. */
    private record Place(String accountId, long startsAt, String keyId, String code, String refusedBy)
            implements Comparable<Place> {

        private static final Comparator<Place> ORDER = Comparator.comparing(Place::accountId)
                .thenComparing(Place::startsAt)
                .thenComparing(Place::keyId)
                .thenComparing(Place::code)
                .thenComparing(Place::refusedBy);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }

        Place ofOthers() {
            return new Place(accountId, startsAt, OTHERS, code, "");
        }
    }

    /**
     * A number of refused calls.
     *
     * @param of the key's id, empty for the playground; or the start of the quarter of an hour, in milliseconds
     * @param code of the error, as callers see it
     */
    public record Sum(String of, String code, long calls) {

        public Instant startsAt() {
            return Instant.ofEpochMilli(Long.parseLong(of));
        }
    }

    /**
     * The refused calls of a key with an error.
     *
     * @param keyId empty for the playground
     * @param latest the start of the last quarter of an hour that has one
     * @param calls of the whole time that was asked for
     */
    public record OfKey(
            String accountId, String keyId, String code, Instant latest, long inLastHour, long inLastDay, long calls) {}

    // ---- counting ----

    /** Counts a call of an account. */
    public void count(RefusedCall call) {
        long millis = call.at().toEpochMilli();
        long quarter = millis - Math.floorMod(millis, QUARTER_MILLIS);
        Place place =
                new Place(call.accountId(), quarter, call.keyId(), call.code().code(), call.refusedBy());
        lock.lock();
        try {
            add(bounded(place), 1);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the row that counts a call: the place's own while there is room. */
    private Place bounded(Place place) {
        if (place.startsAt() != present) {
            present = place.startsAt();
            rows.clear();
            ofAccounts.clear();
        }
        if (rows.contains(place)) {
            return place;
        }
        if (rows.size() >= WAITING_MAX || ofAccounts.getOrDefault(place.accountId(), 0) >= ROWS_MAX) {
            return place.ofOthers();
        }
        rows.add(place);
        ofAccounts.merge(place.accountId(), 1, Integer::sum);
        return place;
    }

    private void add(Place place, long calls) {
        if (waiting.size() < WAITING_MAX || waiting.containsKey(place)) {
            waiting.merge(place, calls, Long::sum);
        }
    }

    /** Writes what waits. What could not be written waits for the next flush. */
    public void flush() {
        Map<Place, Long> taken = take();
        if (taken.isEmpty()) {
            return;
        }
        try {
            SortedMap<Place, Long> counts = new TreeMap<>(taken);
            writer.commitAndWait(Unit.of(new RefusalWrite(statements -> add(statements, counts))));
        } catch (StoreException e) {
            lock.lock();
            try {
                taken.forEach(this::add);
            } finally {
                lock.unlock();
            }
            throw e;
        }
    }

    private Map<Place, Long> take() {
        lock.lock();
        try {
            Map<Place, Long> taken = waiting;
            waiting = new HashMap<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Deletes the counts that are older than they are kept. */
    public void sweep() {
        RefusalWrite forget;
        do {
            Instant before = clock.instant().minus(KEPT);
            forget = new RefusalWrite(statements -> forget(statements, before));
            writer.commitAndWait(Unit.of(forget));
        } while (forget.outcome() == SWEPT_EACH);
    }

    /** Writes what waits. The books are still open. */
    @Override
    public void close() {
        flush();
    }

    // ---- reading ----

    /** Returns the refused calls of the last 24 hours and of the last hour, each from the start of a quarter of an hour on. */
    public RefusedCounts counts(String accountId) {
        Instant now = clock.instant();
        Instant hourAgo = now.minus(Duration.ofHours(1));
        List<Sum> day = byTime(accountId, KeyFilter.ALL, now.minus(Duration.ofDays(1)), now.plusMillis(1));
        return new RefusedCounts(
                byCode(day.stream()
                        .filter(sum -> sum.startsAt().isAfter(hourAgo))
                        .toList()),
                byCode(day));
    }

    private static Map<String, Long> byCode(List<Sum> sums) {
        return sums.stream().collect(Collectors.groupingBy(Sum::code, Collectors.summingLong(Sum::calls)));
    }

    /** Returns the limits that have refused calls, named by {@link RefusedCall#limit}, with the start of the last quarter of an hour in which they did. */
    public Map<String, Instant> limits(String accountId) {
        Instant since = clock.instant().minus(KEPT);
        Map<String, Instant> limits = new HashMap<>();
        database.pages().read(accountId, sql -> {
            sql.each(
                    LIMITS,
                    row -> limits.put(row.getString(1), Instant.ofEpochMilli(row.getLong(2))),
                    accountId,
                    since);
            return limits;
        });
        return limits;
    }

    /** Returns the refused calls by key and error of all the time that counts are kept: the latest first, at most {@value #KEYS_MAX} rows. */
    public List<OfKey> keys(String accountId, KeyFilter keys) {
        List<Object> values = new ArrayList<>(List.of(accountId));
        String its = " AND account_id = ?" + keys.sql("key_id", accountId, values);
        return keys(accountId, KEPT, its, values);
    }

    /** Returns the refused calls of all accounts by key and error of the last 24 hours. */
    public List<OfKey> ofLastDay() {
        return keys(OPERATOR, Duration.ofDays(1), "", List.of());
    }

    private List<OfKey> keys(String payer, Duration time, String condition, List<Object> of) {
        Instant now = clock.instant();
        List<Object> values = new ArrayList<>(
                List.of(now.minus(Duration.ofHours(1)), now.minus(Duration.ofDays(1)), now.minus(time)));
        values.addAll(of);
        String text = KEYS.formatted(condition);
        return database.pages()
                .read(
                        payer,
                        sql -> sql.list(
                                text,
                                row -> new OfKey(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getString(3),
                                        Instant.ofEpochMilli(row.getLong(4)),
                                        row.getLong(5),
                                        row.getLong(6),
                                        row.getLong(7)),
                                values.toArray()));
    }

    /** Returns the refused calls of each key by error: of quarters of an hour that begin in a range. */
    public List<Sum> byKey(String accountId, KeyFilter keys, Instant from, Instant to) {
        return sums("key_id", accountId, keys, from, to);
    }

    /** Returns the refused calls of each quarter of an hour by error, of those that begin in a range. */
    public List<Sum> byTime(String accountId, KeyFilter keys, Instant from, Instant to) {
        return sums("starts_at", accountId, keys, from, to);
    }

    private List<Sum> sums(String column, String accountId, KeyFilter keys, Instant from, Instant to) {
        List<Object> values = new ArrayList<>(List.of(accountId, from, to));
        String group = " GROUP BY " + column + ", code ORDER BY " + column + ", code";
        String text = SUMS.formatted(column) + keys.sql("key_id", accountId, values) + group;
        return database.pages()
                .read(
                        accountId,
                        sql -> sql.list(
                                text,
                                row -> new Sum(row.getString(1), row.getString(2), row.getLong(3)),
                                values.toArray()));
    }

    // ---- writing ----

    /** A change of the counts, which no other part reads. The outcome is the number of rows. */
    private static final class RefusalWrite extends Write<Integer> {

        private final Step step;

        RefusalWrite(Step step) {
            this.step = step;
        }

        /** Runs on the writer's thread. */
        @FunctionalInterface
        interface Step {
            int run(Statements statements) throws SQLException;
        }

        @Override
        protected Integer run(Statements statements) throws SQLException {
            return step.run(statements);
        }
    }

    private static int add(Statements statements, SortedMap<Place, Long> counts) throws SQLException {
        int rows = 0;
        for (Map.Entry<Place, Long> each : counts.entrySet()) {
            Place place = each.getKey();
            rows += statements.run(
                    ADD,
                    place.accountId(),
                    place.startsAt(),
                    place.keyId(),
                    place.code(),
                    place.refusedBy(),
                    each.getValue(),
                    place.accountId());
        }
        return rows;
    }

    /** Deletes old rows; passes over rows that another server holds. */
    private static int forget(Statements statements, Instant before) throws SQLException {
        String skip = statements.dialect() == Dialect.SQLITE ? "" : " FOR UPDATE SKIP LOCKED";
        return statements.run(OLD.formatted(SWEPT_EACH, skip), before);
    }

    /** Returns the counts of an account, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "refusals.csv",
                        "numbers of refused calls by key, error, limit and quarter of an hour",
                        "refusal r",
                        "r.account_id = :account",
                        "r.starts_at r.key_id r.code r.refused_by r.calls",
                        "r.account_id r.starts_at r.key_id r.code r.refused_by"))
                .with(RowErasure.ofAccount("DELETE FROM refusal WHERE account_id = ?"));
    }
}
