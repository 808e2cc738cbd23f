package dev.tollgate.base.words;

import static dev.tollgate.base.words.Sentence.sentence;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The form of days and times. Each is a sentence, and so are the months: nothing comes from the JDK's locale data (L29). */
public final class Times {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter CLOCK_MILLIS = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private static final List<Sentence> SHORT = List.of(
            sentence("short::Jan"),
            sentence("short::Feb"),
            sentence("short::Mar"),
            sentence("short::Apr"),
            sentence("short::May"),
            sentence("short::Jun"),
            sentence("short::Jul"),
            sentence("short::Aug"),
            sentence("short::Sep"),
            sentence("short::Oct"),
            sentence("short::Nov"),
            sentence("short::Dec"));

    private static final List<Sentence> LONG = List.of(
            sentence("long::January"),
            sentence("long::February"),
            sentence("long::March"),
            sentence("long::April"),
            sentence("long::May"),
            sentence("long::June"),
            sentence("long::July"),
            sentence("long::August"),
            sentence("long::September"),
            sentence("long::October"),
            sentence("long::November"),
            sentence("long::December"));

    private Times() {}

    /** Returns the name of a month, short, e.g. {@code Nov}. */
    public static Sentence shortMonth(int month) {
        return SHORT.get(month - 1);
    }

    /** E.g. {@code 21 Nov}. */
    public static Sentence dayOfMonth(LocalDate day) {
        return sentence("date::{day} {month}", dayNumber(day), shortMonth(day.getMonthValue()));
    }

    /** E.g. {@code 21 Nov 2026}. */
    public static Sentence day(LocalDate day) {
        return sentence(
                "date::{day} {month} {year}", dayNumber(day), shortMonth(day.getMonthValue()), year(day.getYear()));
    }

    /** E.g. {@code November 2026}. */
    public static Sentence month(YearMonth month) {
        return sentence("date::{month} {year}", LONG.get(month.getMonthValue() - 1), year(month.getYear()));
    }

    /** E.g. {@code 21 Nov 14:03:09}. */
    public static Sentence time(Instant instant, ZoneId zone) {
        ZonedDateTime at = instant.atZone(zone);
        return sentence(
                "date::{day} {month} {time}",
                dayNumber(at.toLocalDate()),
                shortMonth(at.getMonthValue()),
                CLOCK.format(at));
    }

    /** E.g. {@code 21 Nov 2026, 14:03:09.412 Europe/Berlin}. */
    public static Sentence fullTime(Instant instant, ZoneId zone) {
        ZonedDateTime at = instant.atZone(zone);
        return sentence("date::{date}, {time} {zone}", day(at.toLocalDate()), CLOCK_MILLIS.format(at), zone.getId());
    }

    /** Returns a time of UTC, e.g. {@code 21 Nov 14:03:09 UTC}. */
    static String withZone(Instant instant, Language language) {
        return sentence("date::{time} {zone}", time(instant, ZoneOffset.UTC), "UTC")
                .in(language);
    }

    private static String dayNumber(LocalDate day) {
        return Integer.toString(day.getDayOfMonth());
    }

    private static String year(int year) {
        return Integer.toString(year);
    }
}
