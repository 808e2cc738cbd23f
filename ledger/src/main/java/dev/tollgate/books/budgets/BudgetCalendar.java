package dev.tollgate.books.budgets;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The windows of an organization's budgets in its time zone. A window begins with the first full UTC hour of its first local day: midnight in Berlin, half
 * past midnight in India. So each hour of a key's spending is in one window. Keeps the windows of the latest hour for one thread.
 */
public final class BudgetCalendar {

    static final long HOUR_MILLIS = 3_600_000;
    static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    /** A window. @param endMillis the first instant after it; {@link Long#MAX_VALUE} without an end */
    public record Period(long startMillis, long endMillis) {

        public @Nullable Instant end() {
            return endMillis == Long.MAX_VALUE ? null : Instant.ofEpochMilli(endMillis);
        }
    }

    private static final Period ALL_TIME = new Period(0, Long.MAX_VALUE);

    private final ZoneId zone;
    private final Map<SpendWindow, Period> ofHour = new EnumMap<>(SpendWindow.class);
    private long hourMillis = -1;

    public BudgetCalendar(ZoneId zone) {
        this.zone = zone;
    }

    public ZoneId zone() {
        return zone;
    }

    /** Returns the window that contains an instant. */
    public Period at(SpendWindow window, long atMillis) {
        long hour = atMillis - Math.floorMod(atMillis, HOUR_MILLIS);
        if (hour != hourMillis) {
            ofHour.clear();
            hourMillis = hour;
        }
        return ofHour.computeIfAbsent(window, this::find);
    }

    private Period find(SpendWindow window) {
        return switch (window) {
            case HOUR -> new Period(hourMillis, hourMillis + HOUR_MILLIS);
            case DAY -> period(today(), today().plusDays(1));
            case WEEK -> {
                LocalDate monday = today().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                yield period(monday, monday.plusWeeks(1));
            }
            case MONTH -> {
                LocalDate first = today().withDayOfMonth(1);
                yield period(first, first.plusMonths(1));
            }
            case TOTAL -> ALL_TIME;
        };
    }

    /** Returns the last local day that has begun: a clock that is set back past midnight does not return to the day before. */
    private LocalDate today() {
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(hourMillis), zone);
        return start(day.plusDays(1)) <= hourMillis ? day.plusDays(1) : day;
    }

    private Period period(LocalDate first, LocalDate after) {
        return new Period(start(first), start(after));
    }

    /** Returns the first full UTC hour of a local day. */
    private long start(LocalDate day) {
        long begin = day.atStartOfDay(zone).toInstant().toEpochMilli();
        return begin + Math.floorMod(-begin, HOUR_MILLIS);
    }
}
