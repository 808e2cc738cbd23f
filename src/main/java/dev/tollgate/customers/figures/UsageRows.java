package dev.tollgate.customers.figures;

import dev.tollgate.books.rollups.UsageColumn;
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

    private static final String PART = """
            SELECT starts_at - starts_at %% 86400000 AS by_day, CASE WHEN ? = 1 THEN model ELSE '' END AS by_model,
                CASE WHEN ? = 1 THEN key_id ELSE '' END AS by_key, %s
            FROM %s WHERE account_id = ? AND starts_at >= ? AND starts_at < ? AND (? = '' OR model = ?) AND (? = '' OR key_id = ?)
            """;

    private static final String SELECT = "SELECT by_day, by_model, by_key, "
            + UsagePeriods.FIGURES.stream().map(sum -> "SUM(" + sum + ")").collect(Collectors.joining(", "))
            + " FROM (" + PART.formatted(String.join(", ", UsagePeriods.FIGURES), "usage_day") + " UNION ALL "
            + PART.formatted(String.join(", ", UsagePeriods.FIGURES), "usage_quarter") + " UNION ALL "
            + PART.formatted(String.join(", ", UsagePeriods.FIGURES), "usage_quarter") + ") AS parts" + """
             GROUP BY by_day, by_model, by_key
            HAVING by_day > ? OR (by_day = ? AND (by_model > ? OR (by_model = ? AND by_key > ?)))
            ORDER BY by_day, by_model, by_key LIMIT ?""";

    /** The largest number of days that are returned one by one. */
    static final int DAYS_TOLD_MAX = 92;

    private static final String FOLDED = "SELECT folded_until FROM usage_fold WHERE id = 1";

    private final RememberedQuarters kept;
    private final Reads sql;
    private final String accountId;
    private final Folded folded;
    private final long open;

    /** Makes rows for sums, which read nothing from memory. */
    UsageRows(Reads sql, String accountId) throws SQLException {
        this(new RememberedQuarters(), sql, accountId, new Folded(foldedUntil(sql), null), Instant.EPOCH);
    }

    /**
     * @param folded as of this transaction
     * @param now quarters that are over by then are kept
     */
    UsageRows(RememberedQuarters kept, Reads sql, String accountId, Folded folded, Instant now) {
        this.kept = kept;
        this.sql = sql;
        this.accountId = accountId;
        this.folded = folded;
        this.open = Span.quarter(now).toEpochMilli();
    }

    static long foldedUntil(Reads sql) throws SQLException {
        return sql.number(FOLDED);
    }

    /** All that was charged between the begins of two days of UTC; what was refunded is not taken away. */
    long chargedMicros(Instant from, Instant to) throws SQLException {
        try (UsagePeriods periods = periods(UsagePeriods.CREDITS, Set.of(), null, null)) {
            return periods.of(from.toEpochMilli(), to.toEpochMilli()).values().stream()
                    .mapToLong(credits -> credits[1])
                    .sum();
        }
    }

    private static long net(long[] credits) {
        return credits[1] - credits[2];
    }

    /** All of a range; its ends lie where quarters begin, and where it is long ago where days of UTC do. */
    Figures sum(Instant from, Instant to, @Nullable String model, @Nullable String keyId) throws SQLException {
        if (!from.isBefore(to)) {
            return Figures.NONE;
        }
        try (UsagePeriods periods = periods(UsagePeriods.FIGURES, Set.of(), model, keyId)) {
            return periods.of(from.toEpochMilli(), to.toEpochMilli()).values().stream()
                    .findFirst()
                    .map(sums -> Figures.of(UsageColumn.OF_ACCOUNTS, sums))
                    .orElse(Figures.NONE);
        }
    }

    /** Returns the start of the nearest quarter or day with calls outside of a range; null if there is none. */
    @Nullable
    Instant nearest(Instant from, Instant to, @Nullable String model, @Nullable String keyId) throws SQLException {
        long before = Math.max(
                nearest(BEFORE, from, model, keyId, "usage_day"), nearest(BEFORE, from, model, keyId, "usage_quarter"));
        long day = nearest(AFTER, to, model, keyId, "usage_day");
        long quarter = nearest(AFTER, to, model, keyId, "usage_quarter");
        long after = day < 0 || quarter < 0 ? Math.max(day, quarter) : Math.min(day, quarter);
        if (before < 0 && after < 0) {
            return null;
        }
        boolean isBefore = after < 0 || (before >= 0 && from.toEpochMilli() - before <= after - to.toEpochMilli());
        return Instant.ofEpochMilli(isBefore ? before : after);
    }

    private static final String OF_CALLS =
            "FROM %s WHERE account_id = ? AND calls > 0 AND (? = '' OR model = ?) AND (? = '' OR key_id = ?) AND starts_at ";

    private static final String BEFORE = "SELECT starts_at " + OF_CALLS + "< ? ORDER BY starts_at DESC LIMIT 1";
    private static final String AFTER = "SELECT starts_at " + OF_CALLS + ">= ? ORDER BY starts_at LIMIT 1";

    /** -1 where there is none. */
    private long nearest(String text, Instant at, @Nullable String model, @Nullable String keyId, String table)
            throws SQLException {
        String ofModel = model == null ? "" : model;
        String ofKey = keyId == null ? "" : keyId;
        Long found =
                sql.one(text.formatted(table), row -> row.getLong(1), accountId, ofModel, ofModel, ofKey, ofKey, at);
        return found == null ? -1 : found;
    }

    private UsagePeriods periods(List<String> sums, Set<By> by, @Nullable String model, @Nullable String keyId)
            throws SQLException {
        return new UsagePeriods(kept, sql, accountId, folded, open, sums, by, model, keyId);
    }

    /**
     * Returns rows by day and, within it, by model or key, for those with a call or a refund, in this order. A long range of days of UTC is
     * returned in whole months, under the day on which they begin.
     */
    List<DayCredits> credits(Span span, By by, @Nullable String model, @Nullable String keyId) throws SQLException {
        try (UsagePeriods periods = periods(UsagePeriods.CREDITS, Set.of(by), model, keyId)) {
            return credits(periods, span, by);
        }
    }

    private static List<DayCredits> credits(UsagePeriods periods, Span span, By by) throws SQLException {
        List<DayCredits> days = new ArrayList<>();
        boolean byMonth = span.isUtc() && span.days() > DAYS_TOLD_MAX;
        if (!byMonth) {
            periods.ahead(span.from().toEpochMilli(), span.to().toEpochMilli());
        }
        for (Day day : byMonth ? months(span) : days(span, span.firstDay())) {
            periods.of(day.from, day.to)
                    .forEach((name, sums) ->
                            days.add(new DayCredits(day.day, by == By.KEY ? name.keyId() : name.model(), net(sums))));
        }
        return days;
    }

    /** @param days by model; @param netMicros what was paid for in a range within them */
    record Recent(List<DayCredits> days, long netMicros) {}

    /**
     * Returns the sum of a span's days and, without a second query for those days, of a range within it, whose ends follow the rule of {@link
     * #sum}.
     */
    Recent recent(Span span, Instant from, Instant to) throws SQLException {
        try (UsagePeriods periods = periods(UsagePeriods.CREDITS, Set.of(By.MODEL), null, null)) {
            List<DayCredits> days = credits(periods, span, By.MODEL);
            long net = from.isBefore(to)
                    ? periods.of(from.toEpochMilli(), to.toEpochMilli()).values().stream()
                            .mapToLong(UsageRows::net)
                            .sum()
                    : 0;
            return new Recent(days, net);
        }
    }

    /** Returns the groups in the order of day, model and key. */
    List<UsageGroup> groups(UsageQuestion question) throws SQLException {
        if (!question.by().contains(By.DAY)) {
            return ofAllDays(question);
        }
        Span span = question.span();
        if (!span.isUtc()) {
            return byLocalDay(question);
        }
        Ask ask = new Ask(
                question.by().contains(By.MODEL), question.by().contains(By.KEY), question.model(), question.keyId());
        return run(ask, span.from(), span.to(), question.after(), question.limit());
    }

    private List<UsageGroup> ofAllDays(UsageQuestion question) throws SQLException {
        Span span = question.span();
        UsagePeriods.Name after = question.after() == null ? null : name(question.after());
        try (UsagePeriods periods = periods(UsagePeriods.FIGURES, question.by(), question.model(), question.keyId())) {
            return periods.of(span.from().toEpochMilli(), span.to().toEpochMilli()).entrySet().stream()
                    .filter(group -> after == null || group.getKey().compareTo(after) > 0)
                    .limit(question.limit())
                    .map(group -> group(
                            null, question, group.getKey(), Figures.of(UsageColumn.OF_ACCOUNTS, group.getValue())))
                    .toList();
        }
    }

    private List<UsageGroup> byLocalDay(UsageQuestion question) throws SQLException {
        UsageGroup after = question.after();
        LocalDate first = after == null || after.day() == null ? question.span().firstDay() : after.day();
        List<UsageGroup> groups = new ArrayList<>();
        try (UsagePeriods periods = periods(UsagePeriods.FIGURES, question.by(), question.model(), question.keyId())) {
            for (Day day : days(question.span(), first)) {
                UsagePeriods.Name last = after != null && day.day.equals(after.day()) ? name(after) : null;
                for (var group : periods.of(day.from, day.to).entrySet()) {
                    if (groups.size() == question.limit()) {
                        return groups;
                    }
                    if (last == null || group.getKey().compareTo(last) > 0) {
                        groups.add(group(
                                day.day,
                                question,
                                group.getKey(),
                                Figures.of(UsageColumn.OF_ACCOUNTS, group.getValue())));
                    }
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
                Objects.requireNonNullElse(group.model(), ""), Objects.requireNonNullElse(group.keyId(), ""));
    }

    private static UsageGroup group(
            @Nullable LocalDate day, UsageQuestion question, UsagePeriods.Name name, Figures figures) {
        return new UsageGroup(
                day,
                question.by().contains(By.MODEL) ? name.model() : null,
                question.by().contains(By.KEY) ? name.keyId() : null,
                figures);
    }

    private static Instant latest(Instant from, LocalDate day, Span span) {
        Instant start = Span.quarter(Span.start(day, span.zone()));
        return start.isBefore(from) ? from : start;
    }

    /** A question about days of UTC. */
    private record Ask(
            boolean byModel,
            boolean byKey,
            @Nullable String model,
            @Nullable String keyId) {}

    private List<UsageGroup> run(Ask ask, Instant from, Instant to, @Nullable UsageGroup after, int limit)
            throws SQLException {
        long fromMillis = from.toEpochMilli();
        long toMillis = to.toEpochMilli();
        long wholeFrom = ceilDay(fromMillis);
        long wholeTo = Math.min(Math.min(floorDay(toMillis), folded.until()), toMillis);
        if (wholeFrom >= wholeTo) {
            wholeFrom = fromMillis;
            wholeTo = fromMillis;
        }
        List<Object> values = new ArrayList<>();
        part(values, ask, wholeFrom, wholeTo);
        part(values, ask, fromMillis, wholeFrom);
        part(values, ask, wholeTo, toMillis);
        after(values, after);
        values.add(limit);
        return sql.list(SELECT, row -> group(row, ask), values.toArray());
    }

    private void part(List<Object> values, Ask ask, long from, long to) {
        String model = ask.model == null ? "" : ask.model;
        String keyId = ask.keyId == null ? "" : ask.keyId;
        values.addAll(List.of(ask.byModel, ask.byKey, accountId, from, to, model, model, keyId, keyId));
    }

    private static void after(List<Object> values, @Nullable UsageGroup after) {
        long day = -1;
        if (after != null) {
            day = after.day() != null ? Span.start(after.day(), ZoneOffset.UTC).toEpochMilli() : 0;
        }
        String model = after == null || after.model() == null ? "" : after.model();
        String keyId = after == null || after.keyId() == null ? "" : after.keyId();
        values.addAll(List.of(day, day, model, model, keyId));
    }

    private static UsageGroup group(ResultSet row, Ask ask) throws SQLException {
        LocalDate day = LocalDate.ofEpochDay(row.getLong(1) / DAY_MILLIS);
        return new UsageGroup(
                day,
                ask.byModel ? row.getString(2) : null,
                ask.byKey ? row.getString(3) : null,
                Figures.read(row, 4, UsageColumn.OF_ACCOUNTS));
    }

    private static long floorDay(long millis) {
        return millis - Math.floorMod(millis, DAY_MILLIS);
    }

    private static long ceilDay(long millis) {
        return floorDay(millis + DAY_MILLIS - 1);
    }
}
