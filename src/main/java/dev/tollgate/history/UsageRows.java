package dev.tollgate.history;

import dev.tollgate.history.UsageQuestion.By;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An account's roll-ups: days where they are whole and folded, quarters for the rest. Within one read transaction. */
final class UsageRows {

    private static final long DAY_MILLIS = 86_400_000;

    private static final String PART = """
            SELECT CASE WHEN ? = 1 THEN starts_at - starts_at %% 86400000 ELSE 0 END AS by_day,
                CASE WHEN ? = 1 THEN model ELSE '' END AS by_model, CASE WHEN ? = 1 THEN key_id ELSE '' END AS by_key, %s
            FROM %s WHERE account_id = ? AND starts_at >= ? AND starts_at < ? AND (? = '' OR model = ?) AND (? = '' OR key_id = ?)
            """;

    private static final String SELECT = "SELECT by_day, by_model, by_key, "
            + Arrays.stream(Figures.SUMS.split(", "))
                    .map(sum -> "SUM(" + sum + ")")
                    .collect(Collectors.joining(", "))
            + " FROM (" + PART.formatted(Figures.SUMS, "usage_day") + " UNION ALL "
            + PART.formatted(Figures.SUMS, "usage_quarter") + " UNION ALL "
            + PART.formatted(Figures.SUMS, "usage_quarter") + ") AS parts" + """
             GROUP BY by_day, by_model, by_key
            HAVING by_day > ? OR (by_day = ? AND (by_model > ? OR (by_model = ? AND by_key > ?)))
            ORDER BY by_day, by_model, by_key LIMIT ?""";

    private static final String FOLDED = "SELECT folded_until FROM usage_fold WHERE id = 1";

    private final Connection connection;
    private final String accountId;
    private final long foldedUntil;

    UsageRows(Connection connection, String accountId) throws SQLException {
        this.connection = connection;
        this.accountId = accountId;
        this.foldedUntil = foldedUntil(connection);
    }

    private static long foldedUntil(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FOLDED);
                ResultSet row = select.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** All of a range; its ends lie where quarters begin, and where it is long ago where days of UTC do. */
    Figures sum(Instant from, Instant to, @Nullable String model, @Nullable String keyId) throws SQLException {
        Ask ask = new Ask(false, false, false, model, keyId);
        return from.isBefore(to)
                ? run(ask, from, to, null, 1, null).stream()
                        .findFirst()
                        .map(UsageGroup::figures)
                        .orElse(Figures.NONE)
                : Figures.NONE;
    }

    /** In the order of day, model and key. */
    List<UsageGroup> groups(UsageQuestion question) throws SQLException {
        Span span = question.span();
        boolean byDay = question.by().contains(By.DAY);
        Ask ask = new Ask(
                byDay && span.isUtc(),
                question.by().contains(By.MODEL),
                question.by().contains(By.KEY),
                question.model(),
                question.keyId());
        if (!byDay || span.isUtc()) {
            return run(ask, span.from(), span.to(), question.after(), question.limit(), null);
        }
        return byLocalDay(question, ask);
    }

    private List<UsageGroup> byLocalDay(UsageQuestion question, Ask ask) throws SQLException {
        Span span = question.span();
        UsageGroup after = question.after();
        LocalDate day = after == null || after.day() == null ? span.firstDay() : after.day();
        List<UsageGroup> groups = new ArrayList<>();
        for (Instant from = latest(span.from(), day, span);
                from.isBefore(span.to()) && groups.size() < question.limit();
                day = day.plusDays(1), from = latest(span.from(), day, span)) {
            Instant next = Span.quarter(Span.start(day.plusDays(1), span.zone()));
            Instant to = next.isBefore(span.to()) ? next : span.to();
            if (from.isBefore(to)) {
                boolean isAfters = after != null && day.equals(after.day());
                groups.addAll(run(ask, from, to, isAfters ? after : null, question.limit() - groups.size(), day));
            }
        }
        return groups;
    }

    private static Instant latest(Instant from, LocalDate day, Span span) {
        Instant start = Span.quarter(Span.start(day, span.zone()));
        return start.isBefore(from) ? from : start;
    }

    /** @param byDay whether by days of UTC */
    private record Ask(
            boolean byDay,
            boolean byModel,
            boolean byKey,
            @Nullable String model,
            @Nullable String keyId) {}

    /** @param day what the groups' day is where it is not a day of UTC */
    private List<UsageGroup> run(
            Ask ask, Instant from, Instant to, @Nullable UsageGroup after, int limit, @Nullable LocalDate day)
            throws SQLException {
        long fromMillis = from.toEpochMilli();
        long toMillis = to.toEpochMilli();
        long wholeFrom = ceilDay(fromMillis);
        long wholeTo = Math.min(Math.min(floorDay(toMillis), foldedUntil), toMillis);
        if (wholeFrom >= wholeTo) {
            wholeFrom = fromMillis;
            wholeTo = fromMillis;
        }
        try (PreparedStatement select = connection.prepareStatement(SELECT)) {
            int next = part(select, 1, ask, wholeFrom, wholeTo);
            next = part(select, next, ask, fromMillis, wholeFrom);
            next = part(select, next, ask, wholeTo, toMillis);
            after(select, next, ask, after);
            select.setInt(next + 5, limit);
            try (ResultSet row = select.executeQuery()) {
                return read(row, ask, day);
            }
        }
    }

    private int part(PreparedStatement select, int first, Ask ask, long from, long to) throws SQLException {
        select.setInt(first, ask.byDay ? 1 : 0);
        select.setInt(first + 1, ask.byModel ? 1 : 0);
        select.setInt(first + 2, ask.byKey ? 1 : 0);
        select.setString(first + 3, accountId);
        select.setLong(first + 4, from);
        select.setLong(first + 5, to);
        String model = ask.model == null ? "" : ask.model;
        String keyId = ask.keyId == null ? "" : ask.keyId;
        select.setString(first + 6, model);
        select.setString(first + 7, model);
        select.setString(first + 8, keyId);
        select.setString(first + 9, keyId);
        return first + 10;
    }

    private static void after(PreparedStatement select, int first, Ask ask, @Nullable UsageGroup after)
            throws SQLException {
        long day = -1;
        if (after != null) {
            day = ask.byDay && after.day() != null
                    ? Span.start(after.day(), ZoneOffset.UTC).toEpochMilli()
                    : 0;
        }
        String model = after == null || after.model() == null ? "" : after.model();
        String keyId = after == null || after.keyId() == null ? "" : after.keyId();
        select.setLong(first, day);
        select.setLong(first + 1, day);
        select.setString(first + 2, model);
        select.setString(first + 3, model);
        select.setString(first + 4, keyId);
    }

    private static List<UsageGroup> read(ResultSet row, Ask ask, @Nullable LocalDate day) throws SQLException {
        List<UsageGroup> groups = new ArrayList<>();
        while (row.next()) {
            LocalDate utcDay = ask.byDay ? LocalDate.ofEpochDay(row.getLong(1) / DAY_MILLIS) : day;
            String model = ask.byModel ? row.getString(2) : null;
            String keyId = ask.byKey ? row.getString(3) : null;
            groups.add(new UsageGroup(utcDay, model, keyId, Figures.read(row, 4)));
        }
        return groups;
    }

    private static long floorDay(long millis) {
        return millis - Math.floorMod(millis, DAY_MILLIS);
    }

    private static long ceilDay(long millis) {
        return floorDay(millis + DAY_MILLIS - 1);
    }
}
