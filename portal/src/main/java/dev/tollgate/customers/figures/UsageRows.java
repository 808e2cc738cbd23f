package dev.tollgate.customers.figures;

import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.customers.figures.RememberedQuarters.Folded;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An account's roll-ups: days where they are whole and folded, quarters for the rest. Within one read transaction. */
final class UsageRows {

    private static final long DAY_MILLIS = 86_400_000;

    private static final List<String> SUMS = UsageColumn.columns(UsageColumn.OF_ACCOUNTS);

    private static final String NAMES = "by_day, by_model, by_key, by_team, by_member";

    private static final String PART =
            "SELECT starts_at - starts_at %% 86400000 AS by_day, %s AS by_model, %s AS by_key, "
                    + "%s AS by_team, %s AS by_member, " + String.join(", ", SUMS) + " FROM ";

    private static final String SELECT = "SELECT " + NAMES + ", "
            + SUMS.stream().map(sum -> "SUM(" + sum + ")").collect(Collectors.joining(", "))
            + " FROM (";

    private static final String PAGE =
            ") AS parts GROUP BY " + NAMES + " HAVING (" + NAMES + ") > (?, ?, ?, ?, ?) ORDER BY " + NAMES + " LIMIT ?";

    /** The owner of a row's key; empty if there is none. */
    private static final String OWNER = "COALESCE((SELECT k.%s FROM api_key k WHERE k.id = key_id), '')";

    /** The largest number of days that are returned one by one. */
    static final int DAYS_TOLD_MAX = 92;

    private static final String FOLDED = "SELECT folded_until FROM usage_fold WHERE id = 1";

    private final Reads sql;
    private final String accountId;
    private final UsagePeriods.Known known;

    /** Makes rows for sums, which read nothing from memory. */
    UsageRows(Reads sql, String accountId) throws SQLException {
        this(new RememberedQuarters(), sql, accountId, new Folded(foldedUntil(sql), null), Instant.EPOCH);
    }

    /**
     * @param folded as of this transaction
     * @param now quarters that are over by then are kept
     */
    UsageRows(RememberedQuarters kept, Reads sql, String accountId, Folded folded, Instant now) {
        this.sql = sql;
        this.accountId = accountId;
        this.known = new UsagePeriods.Known(kept, folded, Span.quarter(now).toEpochMilli());
    }

    static long foldedUntil(Reads sql) throws SQLException {
        return sql.number(FOLDED);
    }

    /** All that was charged between the begins of two days of UTC; what was refunded is not taken away. */
    long chargedMicros(Instant from, Instant to) throws SQLException {
        return sum(periods(UsagePeriods.CREDITS, Set.of(), null, KeyFilter.ALL), from, to)
                .chargedMicros();
    }

    /** All of a range; its ends lie where quarters begin, and where it is long ago where days of UTC do. */
    Figures sum(Instant from, Instant to, @Nullable String model, KeyFilter keys) throws SQLException {
        return sum(periods(UsageColumn.OF_ACCOUNTS, Set.of(), model, keys), from, to);
    }

    private static Figures sum(UsagePeriods periods, Instant from, Instant to) throws SQLException {
        return from.isBefore(to)
                ? periods.of(from.toEpochMilli(), to.toEpochMilli()).values().stream()
                        .reduce(Figures.NONE, Figures::plus)
                : Figures.NONE;
    }

    /** Returns the start of the nearest quarter or day with calls outside of a range; null if there is none. */
    @Nullable
    Instant nearest(Instant from, Instant to, @Nullable String model, KeyFilter keys) throws SQLException {
        long before = Math.max(
                nearest(BEFORE, from, model, keys, "usage_day"), nearest(BEFORE, from, model, keys, "usage_quarter"));
        long day = nearest(AFTER, to, model, keys, "usage_day");
        long quarter = nearest(AFTER, to, model, keys, "usage_quarter");
        long after = day < 0 || quarter < 0 ? Math.max(day, quarter) : Math.min(day, quarter);
        if (before < 0 && after < 0) {
            return null;
        }
        boolean isBefore = after < 0 || (before >= 0 && from.toEpochMilli() - before <= after - to.toEpochMilli());
        return Instant.ofEpochMilli(isBefore ? before : after);
    }

    private static final String OF_CALLS = "SELECT starts_at FROM %s WHERE account_id = ? AND calls > 0";
    private static final String BEFORE = " AND starts_at < ? ORDER BY starts_at DESC LIMIT 1";
    private static final String AFTER = " AND starts_at >= ? ORDER BY starts_at LIMIT 1";

    /** -1 where there is none. */
    /** Returns the begin of the first quarter of an hour or day with a call; null without any. */
    @Nullable
    Instant first() throws SQLException {
        long day = nearest(AFTER, Instant.EPOCH, null, KeyFilter.ALL, "usage_day");
        long first = day >= 0 ? day : nearest(AFTER, Instant.EPOCH, null, KeyFilter.ALL, "usage_quarter");
        return first < 0 ? null : Instant.ofEpochMilli(first);
    }

    private long nearest(String side, Instant at, @Nullable String model, KeyFilter keys, String table)
            throws SQLException {
        List<Object> values = new ArrayList<>(List.of(accountId));
        String text = OF_CALLS.formatted(table) + where(model, keys, values) + side;
        values.add(at);
        Long found = sql.one(text, row -> row.getLong(1), values.toArray());
        return found == null ? -1 : found;
    }

    private String where(@Nullable String model, KeyFilter keys, List<Object> values) {
        if (model != null) {
            values.add(model);
        }
        return (model == null ? "" : " AND model = ?") + keys.sql("key_id", accountId, values);
    }

    private UsagePeriods periods(List<UsageColumn> sums, Set<By> by, @Nullable String model, KeyFilter keys) {
        return new UsagePeriods(known, sql, new UsagePeriods.Rows(accountId, sums, by, model, keys));
    }

    private UsagePeriods periods(UsageQuestion question) {
        return periods(UsageColumn.OF_ACCOUNTS, question.by(), question.model(), question.keys());
    }

    /**
     * Returns groups by day and, within it, by model, key, team or member, with calls and credits alone, in this order. A long range of days of UTC is
     * returned in whole months, under the day on which they begin.
     */
    List<UsageGroup> credits(Span span, By by, @Nullable String model, KeyFilter keys) throws SQLException {
        return credits(periods(UsagePeriods.CREDITS, Set.of(by), model, keys), span, by);
    }

    private static List<UsageGroup> credits(UsagePeriods periods, Span span, By by) throws SQLException {
        List<UsageGroup> days = new ArrayList<>();
        boolean byMonth = span.isUtc() && span.days() > DAYS_TOLD_MAX;
        if (!byMonth) {
            periods.ahead(span.from().toEpochMilli(), span.to().toEpochMilli());
        }
        for (Day day : byMonth ? months(span) : days(span, span.firstDay())) {
            periods.of(day.from, day.to)
                    .forEach((name, figures) -> days.add(group(day.day, Set.of(by), name, figures)));
        }
        return days;
    }

    /** @param days by model; @param netMicros what was paid for in a range within them */
    record Recent(List<UsageGroup> days, long netMicros) {}

    /**
     * Returns the sums of a span's days, and the sum of a range within the span without a second query for those days. The range's ends follow the rule of
     * {@link #sum}.
     */
    Recent recent(Span span, Instant from, Instant to, KeyFilter keys) throws SQLException {
        UsagePeriods periods = periods(UsagePeriods.CREDITS, Set.of(By.MODEL), null, keys);
        List<UsageGroup> days = credits(periods, span, By.MODEL);
        return new Recent(days, sum(periods, from, to).netMicros());
    }

    /** Returns the groups in the order of day, model, key, team and member. */
    List<UsageGroup> groups(UsageQuestion question) throws SQLException {
        if (!question.by().contains(By.DAY)) {
            return ofAllDays(question);
        }
        return question.span().isUtc() ? byDay(question) : byLocalDay(question);
    }

    private List<UsageGroup> ofAllDays(UsageQuestion question) throws SQLException {
        Span span = question.span();
        UsagePeriods.Name after = question.after() == null ? null : name(question.after());
        return periods(question).of(span.from().toEpochMilli(), span.to().toEpochMilli()).entrySet().stream()
                .filter(group -> after == null || group.getKey().compareTo(after) > 0)
                .limit(question.limit())
                .map(group -> group(null, question.by(), group.getKey(), group.getValue()))
                .toList();
    }

    private List<UsageGroup> byLocalDay(UsageQuestion question) throws SQLException {
        UsageGroup after = question.after();
        LocalDate first = after == null || after.day() == null ? question.span().firstDay() : after.day();
        List<UsageGroup> groups = new ArrayList<>();
        UsagePeriods periods = periods(question);
        for (Day day : days(question.span(), first)) {
            UsagePeriods.Name last = after != null && day.day.equals(after.day()) ? name(after) : null;
            for (var group : periods.of(day.from, day.to).entrySet()) {
                if (groups.size() == question.limit()) {
                    return groups;
                }
                if (last == null || group.getKey().compareTo(last) > 0) {
                    groups.add(group(day.day, question.by(), group.getKey(), group.getValue()));
                }
            }
        }
        return groups;
    }

    /** A day of a zone as far as it is in a span, in milliseconds. */
    private record Day(LocalDate day, long from, long to) {}

    private static List<Day> months(Span span) {
        List<Day> months = new ArrayList<>();
        for (Instant from = span.from(); from.isBefore(span.to()); ) {
            LocalDate first = from.atZone(ZoneOffset.UTC).toLocalDate();
            Instant next = Span.start(first.withDayOfMonth(1).plusMonths(1), ZoneOffset.UTC);
            Instant to = next.isBefore(span.to()) ? next : span.to();
            months.add(new Day(first, from.toEpochMilli(), to.toEpochMilli()));
            from = to;
        }
        return months;
    }

    private static List<Day> days(Span span, LocalDate first) {
        List<Day> days = new ArrayList<>();
        LocalDate day = first;
        for (Instant from = latest(span.from(), day, span); from.isBefore(span.to()); ) {
            Instant next = Span.quarter(Span.start(day.plusDays(1), span.zone()));
            Instant to = next.isBefore(span.to()) ? next : span.to();
            if (from.isBefore(to)) {
                days.add(new Day(day, from.toEpochMilli(), to.toEpochMilli()));
            }
            day = day.plusDays(1);
            from = latest(span.from(), day, span);
        }
        return days;
    }

    private static UsagePeriods.Name name(UsageGroup group) {
        return new UsagePeriods.Name(
                Objects.requireNonNullElse(group.model(), ""),
                Objects.requireNonNullElse(group.keyId(), ""),
                Objects.requireNonNullElse(group.teamId(), ""),
                Objects.requireNonNullElse(group.memberId(), ""));
    }

    private static UsageGroup group(@Nullable LocalDate day, Set<By> by, UsagePeriods.Name name, Figures figures) {
        return new UsageGroup(
                day,
                by.contains(By.MODEL) ? name.model() : null,
                by.contains(By.KEY) ? name.keyId() : null,
                by.contains(By.TEAM) ? name.teamId() : null,
                by.contains(By.MEMBER) ? name.memberId() : null,
                null,
                figures);
    }

    private static Instant latest(Instant from, LocalDate day, Span span) {
        Instant start = Span.quarter(Span.start(day, span.zone()));
        return start.isBefore(from) ? from : start;
    }

    private List<UsageGroup> byDay(UsageQuestion question) throws SQLException {
        long from = question.span().from().toEpochMilli();
        long to = question.span().to().toEpochMilli();
        long wholeFrom = ceilDay(from);
        long wholeTo = Math.min(Math.min(floorDay(to), known.folded().until()), to);
        if (wholeFrom >= wholeTo) {
            wholeFrom = from;
            wholeTo = from;
        }
        List<Object> values = new ArrayList<>();
        String text = SELECT
                + part(question, "usage_day", wholeFrom, wholeTo, values)
                + " UNION ALL "
                + part(question, "usage_quarter", from, wholeFrom, values)
                + " UNION ALL "
                + part(question, "usage_quarter", wholeTo, to, values)
                + PAGE;
        UsageGroup after = question.after();
        UsagePeriods.Name last = after == null ? new UsagePeriods.Name("", "") : name(after);
        long day = after == null || after.day() == null
                ? -1
                : Span.start(after.day(), ZoneOffset.UTC).toEpochMilli();
        values.addAll(List.of(day, last.model(), last.keyId(), last.teamId(), last.memberId(), question.limit()));
        return sql.list(text, row -> group(row, question), values.toArray());
    }

    private String part(UsageQuestion question, String table, long from, long to, List<Object> values) {
        values.addAll(List.of(accountId, from, to));
        Set<By> by = question.by();
        return PART.formatted(
                        by.contains(By.MODEL) ? "model" : "''",
                        by.contains(By.KEY) ? "key_id" : "''",
                        by.contains(By.TEAM) ? OWNER.formatted("team_id") : "''",
                        by.contains(By.MEMBER) ? OWNER.formatted("member_id") : "''")
                + table
                + " WHERE account_id = ? AND starts_at >= ? AND starts_at < ?"
                + where(question.model(), question.keys(), values);
    }

    private static UsageGroup group(ResultSet row, UsageQuestion question) throws SQLException {
        return group(
                LocalDate.ofEpochDay(row.getLong(1) / DAY_MILLIS),
                question.by(),
                new UsagePeriods.Name(row.getString(2), row.getString(3), row.getString(4), row.getString(5)),
                Figures.read(row, 6, UsageColumn.OF_ACCOUNTS));
    }

    private static long floorDay(long millis) {
        return millis - Math.floorMod(millis, DAY_MILLIS);
    }

    private static long ceilDay(long millis) {
        return floorDay(millis + DAY_MILLIS - 1);
    }
}
