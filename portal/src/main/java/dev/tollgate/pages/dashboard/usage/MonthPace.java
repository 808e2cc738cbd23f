package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.base.words.TimeForm;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Span;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * A month's spend so far, and at its end if it goes on like this.
 *
 * @param month its name
 * @param spent micro-credits, net
 * @param course at its end, rounded down
 * @param day of the month, of {@code days}
 */
public record MonthPace(String month, long spent, long course, int day, int days) {

    /** @param spent from the month's first in this zone until now, micro-credits */
    public static MonthPace of(long spent, ZoneId zone, Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        LocalDate first = today.withDayOfMonth(1);
        Instant begin = first.atStartOfDay(zone).toInstant();
        long length = Duration.between(
                        begin, first.plusMonths(1).atStartOfDay(zone).toInstant())
                .toMillis();
        long elapsed = Math.max(1, Duration.between(begin, now).toMillis());
        long course = BigInteger.valueOf(spent)
                .multiply(BigInteger.valueOf(length))
                .divide(BigInteger.valueOf(elapsed))
                .longValueExact();
        return new MonthPace(name(today), spent, course, today.getDayOfMonth(), today.lengthOfMonth());
    }

    /** Returns the present month so far. */
    public static Span span(AccountHistory history, ZoneId zone, Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        return history.span(
                today.withDayOfMonth(1).atStartOfDay(zone).toInstant(),
                today.plusDays(1).atStartOfDay(zone).toInstant(),
                zone);
    }

    public static String name(LocalDate day) {
        return TimeForm.MONTH_NAME.format(day);
    }
}
