package dev.tollgate.customers.months;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.months.Month.Sum;
import dev.tollgate.customers.months.Month.Sums;
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

/** The months of the books. Thread-safe; blocks. */
public final class Months {

    /** The reader for whom months are read. */
    static final String OPERATOR = "operator";

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

    /** Returns the rows of which the months are sums. */
    public MonthRows rows() {
        return new MonthRows(database);
    }

    public InstantSource clock() {
        return clock;
    }

    /** @throws dev.tollgate.base.error.ApiException 400 if the text is no month, or its month has not begun */
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
            all = all(Map.of()); // the kept months differ from the books
            kept = new Kept(kept.corrections, difference, kept.sums);
        }
        return all;
    }

    private List<Month> all(Map<YearMonth, Sums> known) {
        YearMonth last = now();
        YearMonth first = first(database, last);
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

    /** Returns the month of the first booking; the last month if there is none before. */
    static YearMonth first(Database database, YearMonth last) {
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

    /** The sums next to the months that are read. @param heldMicros by all accounts now */
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
}
