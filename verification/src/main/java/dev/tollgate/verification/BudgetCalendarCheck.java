package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Checks that each budget begins with a window of its organization's time zone, and that each counted window is one: an hour, all time, or local days,
 * each of which begins with its first full hour (UTC).
 */
final class BudgetCalendarCheck implements Check {

    private static final long HOUR_MILLIS = 3_600_000;

    private static final String SQL = """
            SELECT w.account_id, w.owner, w.kind, w.starts_at, w.ends_at, a.time_zone
            FROM budget_window w JOIN account a ON a.id = w.account_id
            UNION ALL
            SELECT b.account_id, b.owner, b.kind, b.since, NULL, a.time_zone FROM budget b JOIN account a ON a.id = b.account_id
            ORDER BY 1, 2, 3, 4""";

    @Override
    public String subject() {
        return "budgets";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String kind = row.getString(3);
        long start = row.getLong(4);
        long end = row.getLong(5);
        boolean isWindow = !row.wasNull();
        String zone = row.getString(6);
        Long right = end(kind, start, zone);
        if (right == null || isWindow && end != right) {
            findings.add(row.getString(1) + ", budget of " + row.getString(2) + ": no " + kind + " in time zone " + zone
                    + " begins at " + Instant.ofEpochMilli(start)
                    + (isWindow ? " and ends at " + Instant.ofEpochMilli(end) : ""));
        }
    }

    /** Returns the end of the window that begins at an instant, or null if none begins there. */
    private static @Nullable Long end(String kind, long start, String zoneId) {
        ZoneId zone;
        try {
            zone = ZoneId.of(zoneId);
        } catch (DateTimeException e) {
            return null;
        }
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(start), zone);
        boolean isDay = start(day, zone) == start;
        return switch (kind) {
            case "hour" -> start % HOUR_MILLIS == 0 ? start + HOUR_MILLIS : null;
            case "day" -> isDay ? start(day.plusDays(1), zone) : null;
            case "week" -> isDay && day.getDayOfWeek() == DayOfWeek.MONDAY ? start(day.plusWeeks(1), zone) : null;
            case "month" -> isDay && day.getDayOfMonth() == 1 ? start(day.plusMonths(1), zone) : null;
            default -> start == 0 ? Long.MAX_VALUE : null;
        };
    }

    /** Returns the first full hour of a local day. */
    private static long start(LocalDate day, ZoneId zone) {
        long midnight = day.atStartOfDay(zone).toInstant().toEpochMilli();
        return Math.ceilDiv(midnight, HOUR_MILLIS) * HOUR_MILLIS;
    }
}
