package dev.tollgate.customers.months;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.months.MonthRow.Customer;
import dev.tollgate.customers.months.MonthRow.OfCall;
import dev.tollgate.customers.months.MonthRow.OfChannel;
import dev.tollgate.customers.months.MonthRow.OfCustomer;
import dev.tollgate.customers.months.MonthRow.OfEntry;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows of a month's lines, of which its figures are sums. Thread-safe; blocks. */
public final class MonthRows {

    /** The most rows of one read. */
    public static final int PAGE_MAX = 1_000;

    private static final int HOLDERS_AT_ONCE = 250;

    private final Database database;

    MonthRows(Database database) {
        this.database = database;
    }

    /**
     * Returns the rows of a line in their order: by time, customers by id.
     *
     * @param after the place of the last row before them; empty for the first
     * @param limit 1 to {@value #PAGE_MAX}, or one more, to see whether the list continues; channels are returned all
     */
    public List<MonthRow> of(YearMonth month, MonthLine line, String after, int limit) {
        if (limit < 1 || limit > PAGE_MAX + 1) {
            throw new IllegalArgumentException("1 to " + PAGE_MAX + " rows are read at once, not " + limit);
        }
        long from = Month.start(month).toEpochMilli();
        long to = Month.start(month.plusMonths(1)).toEpochMilli();
        if (line == MonthLine.HELD) {
            return new ArrayList<>(held(month, to, after, limit));
        }
        return database.pages()
                .read(
                        Months.OPERATOR,
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
            accounts = database.pages().read(Months.OPERATOR, sql -> holders(sql, until, from));
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
        database.pages().read(Months.OPERATOR, sql -> {
            sql.each(
                    MonthSql.SANDBOX_MOVED,
                    row -> sandbox.merge(row.getString(1), row.getLong(2), Long::sum),
                    until,
                    afterId,
                    lastId);
            return sandbox;
        });
        for (YearMonth month = Months.first(database, last); !month.isAfter(last); month = month.plusMonths(1)) {
            long from = Month.start(month).toEpochMilli();
            long to = Month.start(month.plusMonths(1)).toEpochMilli();
            database.pages().read(Months.OPERATOR, sql -> {
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
