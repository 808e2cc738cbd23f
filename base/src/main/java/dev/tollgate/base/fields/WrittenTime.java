package dev.tollgate.base.fields;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Times and days as others write them: in the form of RFC 3339, and of the years 1 to 9999 in UTC, since no other time can be written so. The seconds may be
 * left out.
 */
public final class WrittenTime {

    /** The end of the year 9999. */
    static final long SECONDS_MAX = 253_402_300_799L;

    private static final long SECONDS_MIN = -62_135_596_800L;

    private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

    private static final Pattern TIME = Pattern.compile(
            DAY.pattern() + "[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})");

    private WrittenTime() {}

    /** Returns a time with its offset, to the millisecond; null if the text is none. */
    public static @Nullable Instant time(String text) {
        try {
            return TIME.matcher(text).matches()
                    ? within(OffsetDateTime.parse(text).toInstant())
                    : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Returns a day of the years 1970 to 9998, which begins and ends within what can be written in each zone; null if the text is none. */
    public static @Nullable LocalDate date(String text) {
        try {
            LocalDate day = DAY.matcher(text).matches() ? LocalDate.parse(text) : null;
            return day == null || day.getYear() < 1970 || day.getYear() > 9998 ? null : day;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Returns the begin of a day; null if the text is no day. */
    public static @Nullable Instant day(String text, ZoneId zone) {
        try {
            return DAY.matcher(text).matches()
                    ? within(LocalDate.parse(text).atStartOfDay(zone).toInstant())
                    : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Returns a time with its offset, or the begin of a day in UTC; null if the text is neither. */
    public static @Nullable Instant timeOrDay(String text) {
        return timeOrDay(text, ZoneOffset.UTC);
    }

    /** Returns a time with its offset, or the begin of a day in a zone; null if the text is neither. */
    public static @Nullable Instant timeOrDay(String text, ZoneId zone) {
        Instant day = day(text, zone);
        return day == null ? time(text) : day;
    }

    /** Returns a time in Unix seconds; null if it has another year. */
    public static @Nullable Instant seconds(long seconds) {
        return isWithin(seconds) ? Instant.ofEpochSecond(seconds) : null;
    }

    private static boolean isWithin(long seconds) {
        return seconds >= SECONDS_MIN && seconds <= SECONDS_MAX;
    }

    private static @Nullable Instant within(Instant time) {
        return isWithin(time.getEpochSecond()) ? time.truncatedTo(ChronoUnit.MILLIS) : null;
    }
}
