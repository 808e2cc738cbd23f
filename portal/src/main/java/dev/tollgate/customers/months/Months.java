package dev.tollgate.customers.months;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.months.Month.Sum;
import dev.tollgate.customers.months.Month.Sums;
import dev.tollgate.customers.months.MonthRow.Customer;
import dev.tollgate.customers.months.MonthRow.OfCall;
import dev.tollgate.customers.months.MonthRow.OfChannel;
import dev.tollgate.customers.months.MonthRow.OfCustomer;
import dev.tollgate.customers.months.MonthRow.OfEntry;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The months of the books and the rows of their sums. Thread-safe; blocks. */
public final class Months {

    /** The most rows of one read. */
    public static final int ROWS_MAX = 1_000;

    private static final int HOLDERS_AT_ONCE = 250;

    private static final String OPERATOR = "operator";
    private static final String CORRECTIONS = "SELECT corrections FROM usage_fold WHERE id = 1";

    private final Database database;
    private final InstantSource clock;

    /** The months that are over, for the list: they do not change unless usage is corrected. */
    private volatile Kept kept = new Kept(0, 0, Map.of());

    /** @param corrections as often as usage was corrected before they were read @param differenceMicros to the accounts @param sums by month */
    private record Kept(long corrections, long differenceMicros, Map<YearMonth, Sums> sums) {}

    public Months(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    public InstantSource clock() {
        return clock;
    }

    /** @throws dev.tollgate.base.error.ApiException 400 if the text is no month, or one that has not begun */
    public YearMonth parse(String text) {
        if (!text.matches("[0-9]{4}-(0[1-9]|1[0-2])")) {
            throw wrong(sentence("{field} must be a month like 2026-10, not {text}.", FIELD, quoted(text)));
        }
        YearMonth month = YearMonth.parse(text);
        YearMonth now = now();
        if (month.isAfter(now)) {
            throw wrong(sentence(
                    "{field} must be {now} or earlier: {month} has not begun.",
                    FIELD,
                    now.toString(),
                    month.toString()));
        }
        return month;
    }

    private static RuntimeException wrong(Sentence message) {
        return ApiError.invalid("month", message).asException();
    }

    private static String quoted(String text) {
        return "'" + text.substring(0, Math.min(text.length(), 20)) + "'";
    }

    private YearMonth now() {
        return YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
    }

    /** Returns the months from the first booking to the present, the newest first. The first reader waits: each month that is over is a read of its own. */
    public List<Month> all() {
        Kept before = kept;
        List<Month> all = all(before.sums);
        long difference = all.getFirst().differenceMicros();
        if (difference != before.differenceMicros) {
            all = all(Map.of()); // the kept months are not those of the books
            kept = new Kept(kept.corrections, difference, kept.sums);
        }
        return all;
    }

    private List<Month> all(Map<YearMonth, Sums> known) {
        YearMonth last = now();
        YearMonth first = first(last);
        long corrections = database.pages().read(OPERATOR, sql -> sql.number(CORRECTIONS));
        Map<YearMonth, Sums> over = new HashMap<>(corrections == kept.corrections ? known : Map.of());
        YearMonth month = first;
        while (Month.State.of(month, clock.instant()) == Month.State.OVER) {
            YearMonth each = month;
            over.computeIfAbsent(each, _ -> database.pages().read(OPERATOR, sql -> sums(sql, each, each)));
            month = month.plusMonths(1);
        }
        kept = new Kept(corrections, kept.differenceMicros, Map.copyOf(over));
        YearMonth open = month;
        return database.pages().read(OPERATOR, sql -> {
            Sums sums = sums(sql, open, last);
            for (Sums each : over.values()) {
                sums = sums.with(each);
            }
            return months(sql, first, last, sums).reversed();
        });
    }

    private YearMonth first(YearMonth last) {
        Long first = database.pages()
                .read(
                        OPERATOR,
                        sql -> sql.one(
                                MonthSql.FIRST, row -> row.getLong(1) == 0 ? null : Long.valueOf(row.getLong(1))));
        YearMonth begin = first == null
                ? last
                : YearMonth.from(Instant.ofEpochMilli(first).atZone(ZoneOffset.UTC));
        return begin.isAfter(last) ? last : begin;
    }

    public Month month(YearMonth month) {
        return database.pages()
                .read(OPERATOR, sql -> months(sql, month, month, sums(sql, month, month)))
                .getFirst();
    }

    /** The sums beside the months that are read. @param heldMicros by all accounts now */
    private record Beside(long beforeMicros, long sandboxBefore, long afterMicros, long heldMicros) {}

    private List<Month> months(Reads sql, YearMonth first, YearMonth last, Sums sums) throws SQLException {
        long from = Month.start(first).toEpochMilli();
        long to = Month.start(last.plusMonths(1)).toEpochMilli();
        Beside beside = Objects.requireNonNull(sql.one(
                MonthSql.BESIDE,
                row -> new Beside(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                from,
                from,
                to,
                from,
                to,
                from));
        List<Month> months = new ArrayList<>();
        Sum opening = new Sum(0, beside.beforeMicros, beside.sandboxBefore, 0, 0);
        for (YearMonth month = first; !month.isAfter(last); month = month.plusMonths(1)) {
            Month next = new Month(month, Month.State.of(month, clock.instant()), opening, sums.of(month), 0);
            months.add(next);
            opening = next.closing();
        }
        long difference = beside.heldMicros - beside.afterMicros - opening.micros();
        return difference == 0
                ? months
                : months.stream().map(it -> it.differingBy(difference)).toList();
    }

    private static Sums sums(Reads sql, YearMonth first, YearMonth last) throws SQLException {
        long from = Month.start(first).toEpochMilli();
        long to = Month.start(last.plusMonths(1)).toEpochMilli();
        Sums sums = new Sums();
        sql.each(
                MonthSql.SUMS,
                row -> sums.add(
                        row.getLong(1),
                        Objects.requireNonNull(MonthLine.of(row.getString(2))),
                        new Sum(row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6), row.getLong(7))),
                from,
                to);
        sql.each(MonthSql.REVERSALS, row -> addMoney(sums, MonthRow.read(MonthLine.TAKEN_BACK, row)), from, to);
        sql.each(
                MonthSql.CALLS,
                row -> {
                    long day = row.getLong(1);
                    sums.add(day, MonthLine.USED, new Sum(row.getLong(2), -row.getLong(3), 0, 0, 0));
                    sums.add(day, MonthLine.PAID_BY_GENERAL, new Sum(0, -row.getLong(3), 0, 0, 0));
                    sums.add(day, MonthLine.SHORTFALLS, new Sum(0, row.getLong(4), 0, 0, 0));
                    sums.add(day, MonthLine.UPSTREAM_COST, new Sum(row.getLong(2), row.getLong(5), 0, 0, 0));
                },
                from,
                to);
        addPaid(sql, sums, from, to);
        return sums;
    }

    /** Adds the sandbox credits of what calls used, and what of it grants paid, general credits the rest. */
    private static void addPaid(Reads sql, Sums sums, long from, long to) throws SQLException {
        sql.each(
                MonthSql.SANDBOX,
                row -> {
                    Sum ofSandbox = new Sum(0, 0, -row.getLong(2), 0, 0);
                    sums.add(row.getLong(1), MonthLine.USED, ofSandbox);
                    sums.add(row.getLong(1), MonthLine.PAID_BY_GENERAL, ofSandbox);
                },
                from,
                to);
        sql.each(
                MonthSql.PAID,
                row -> {
                    long month = row.getLong(1);
                    MonthLine line = Objects.requireNonNull(MonthLine.of(row.getString(2)));
                    sums.add(month, line, new Sum(0, -row.getLong(3), 0, 0, 0));
                    sums.add(month, MonthLine.PAID_BY_GENERAL, new Sum(0, row.getLong(3), 0, 0, 0));
                },
                from,
                to);
    }

    /** Adds the money of a reversal, whose credits are counted already, and what of them was spent. */
    private static void addMoney(Sums sums, OfEntry entry) {
        long at = entry.at().toEpochMilli();
        MonthRow.Paper paper = entry.paper();
        if (paper != null) {
            MonthLine line = paper.isTest() ? MonthLine.TEST_PAYMENTS : MonthLine.TAKEN_BACK;
            sums.add(at, line, new Sum(0, 0, 0, paper.netCents(), paper.taxCents()));
        }
        if (entry.missingMicros() != 0) {
            sums.add(at, MonthLine.MISSING, new Sum(1, -entry.missingMicros(), 0, 0, 0));
        }
    }

    // ---- rows ----

    /**
     * Returns the rows of a line in their order: by time, customers by id.
     *
     * @param after the place of the last row before them; empty for the first
     * @param limit 1 to {@value #ROWS_MAX}, or one more, to see whether the list continues; channels are returned all
     */
    public List<MonthRow> rows(YearMonth month, MonthLine line, String after, int limit) {
        if (limit < 1 || limit > ROWS_MAX + 1) {
            throw new IllegalArgumentException("1 to " + ROWS_MAX + " rows are read at once, not " + limit);
        }
        long from = Month.start(month).toEpochMilli();
        long to = Month.start(month.plusMonths(1)).toEpochMilli();
        if (line == MonthLine.HELD) {
            return new ArrayList<>(held(month, to, after, limit));
        }
        return database.pages()
                .read(
                        OPERATOR,
                        sql -> new ArrayList<>(
                                switch (line.rows()) {
                                    case ENTRIES -> entries(sql, line, from, to, Place.of(after), limit);
                                    case CUSTOMERS -> customers(sql, month, line, from, to, after, limit);
                                    case CALLS -> shortfalls(sql, from, to, Place.of(after), limit);
                                    case CHANNELS -> after.isEmpty() ? costs(sql, from, to) : List.<MonthRow>of();
                                }));
    }

    /** A place among rows with a time. */
    private record Place(long atMillis, long number, String id) {

        static Place of(String text) {
            String[] parts = text.split("_", 3);
            boolean isNumbered = text.matches("[0-9]{1,18}_[0-9]{1,18}_.{1,64}");
            if (!isNumbered && !text.matches("[0-9]{1,18}_.{1,64}")) {
                return new Place(Long.MIN_VALUE, 0, "");
            }
            return new Place(
                    Long.parseLong(parts[0]),
                    isNumbered ? Long.parseLong(parts[1]) : 0,
                    isNumbered ? parts[2] : text.substring(parts[0].length() + 1));
        }
    }

    private static List<OfEntry> entries(Reads sql, MonthLine line, long from, long to, Place after, int limit)
            throws SQLException {
        return sql.list(
                MonthSql.ENTRIES + " AND " + line.condition() + MonthSql.ENTRIES_AFTER,
                row -> MonthRow.read(line, row),
                from,
                to,
                after.atMillis,
                after.number,
                after.id,
                limit);
    }

    /** Returns customers by what their calls used, or by what of it grants of a kind paid, or general credits. */
    private static List<OfCustomer> customers(
            Reads sql, YearMonth month, MonthLine line, long from, long to, String after, int limit)
            throws SQLException {
        boolean isOfGrants = line.part() == MonthLine.Part.PAID && line != MonthLine.PAID_BY_GENERAL;
        List<Object> values = new ArrayList<>();
        if (isOfGrants) {
            values.addAll(List.of(from, after));
        } else {
            Span span = Span.ofDays(month.atDay(1), month.plusMonths(1).atDay(1));
            values.addAll(PlatformHistory.range(sql, span).values());
            values.add(after);
            if (line == MonthLine.PAID_BY_GENERAL) {
                values.addAll(List.of(from, after));
            }
        }
        values.add(limit);
        List<OfCustomer> all = sql.list(
                MonthSql.customers(line),
                row -> new OfCustomer(
                        new Customer(row.getString(1), row.getString(2)), row.getLong(3), -row.getLong(4), 0),
                values.toArray());
        Map<String, Long> sandbox = new HashMap<>();
        if (!all.isEmpty() && !isOfGrants) {
            addSandboxUsed(
                    sql, sandbox, from, to, after, all.getLast().customer().id());
        }
        return all.stream()
                .map(it -> new OfCustomer(
                        it.customer(),
                        it.calls(),
                        it.micros(),
                        sandbox.getOrDefault(it.customer().id(), 0L)))
                .toList();
    }

    /** Takes what calls used from sums by account. @param after the account before the first one @param last the last one */
    private static void addSandboxUsed(
            Reads sql, Map<String, Long> sandbox, long from, long to, String after, String last) throws SQLException {
        sql.each(
                MonthSql.SANDBOX_USED,
                row -> sandbox.merge(row.getString(1), -row.getLong(2), Long::sum),
                from,
                to,
                after,
                last);
    }

    /** Reads the balances as the accounts' statements show them, a few accounts at a time: a page's read is short. */
    private List<OfCustomer> held(YearMonth month, long until, String after, int limit) {
        List<Holder> held = new ArrayList<>();
        String last = after;
        List<Holder> accounts;
        do {
            String from = last;
            accounts = database.pages().read(OPERATOR, sql -> holders(sql, until, from));
            for (Holder holder : accounts) {
                last = holder.customer.id();
                if (holder.micros != 0 && held.size() < limit) {
                    held.add(holder);
                }
            }
        } while (accounts.size() == HOLDERS_AT_ONCE && held.size() < limit);
        Map<String, Long> sandbox = held.isEmpty()
                ? Map.of()
                : sandbox(month, until, after, held.getLast().customer.id());
        return held.stream()
                .map(it -> new OfCustomer(it.customer, 0, it.micros, sandbox.getOrDefault(it.customer.id(), 0L)))
                .toList();
    }

    /** Reads the sandbox credits of some accounts at the end of a month. What calls used is a read for each month: there may be millions of calls. */
    private Map<String, Long> sandbox(YearMonth last, long until, String afterId, String lastId) {
        Map<String, Long> sandbox = new HashMap<>();
        database.pages().read(OPERATOR, sql -> {
            sql.each(
                    MonthSql.SANDBOX_MOVED,
                    row -> sandbox.merge(row.getString(1), row.getLong(2), Long::sum),
                    until,
                    afterId,
                    lastId);
            return sandbox;
        });
        for (YearMonth month = first(last); !month.isAfter(last); month = month.plusMonths(1)) {
            long from = Month.start(month).toEpochMilli();
            long to = Month.start(month.plusMonths(1)).toEpochMilli();
            database.pages().read(OPERATOR, sql -> {
                addSandboxUsed(sql, sandbox, from, to, afterId, lastId);
                return sandbox;
            });
        }
        return sandbox;
    }

    /** An account that may have held something. */
    private record Holder(Customer customer, long micros) {}

    private static List<Holder> holders(Reads sql, long until, String after) throws SQLException {
        record Now(Customer customer, long micros, boolean hasChanged) {}
        List<Now> accounts = sql.list(
                MonthSql.ACCOUNTS,
                row -> new Now(new Customer(row.getString(1), row.getString(2)), row.getLong(3), row.getInt(4) == 1),
                until,
                after,
                until,
                HOLDERS_AT_ONCE);
        List<Holder> holders = new ArrayList<>();
        for (Now now : accounts) {
            String id = now.customer.id();
            holders.add(new Holder(
                    now.customer,
                    now.hasChanged ? AccountHistory.balanceBefore(sql, id, Instant.ofEpochMilli(until)) : now.micros));
        }
        return holders;
    }

    private static List<OfCall> shortfalls(Reads sql, long from, long to, Place after, int limit) throws SQLException {
        return sql.list(
                MonthSql.SHORTFALLS,
                row -> new OfCall(
                        Instant.ofEpochMilli(row.getLong("ended_at")),
                        new Customer(row.getString("account_id"), row.getString("customer")),
                        row.getString("task_id"),
                        row.getString("model"),
                        row.getLong("micros")),
                from,
                to,
                after.atMillis,
                after.id,
                limit);
    }

    private static List<OfChannel> costs(Reads sql, long from, long to) throws SQLException {
        return sql.list(
                MonthSql.COSTS,
                row -> new OfChannel(
                        row.getString(1), row.getString(2), row.getLong(3), row.getLong(4), row.getLong(5)),
                from,
                to);
    }
}
