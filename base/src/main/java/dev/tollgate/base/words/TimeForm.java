package dev.tollgate.base.words;

import static dev.tollgate.base.words.Sentence.sentence;

import java.time.Instant;
import java.time.Year;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;

/**
 * The forms of days and times on pages. Each is a sentence, and so are the months: nothing comes from the JDK's locale data (L29). The short ones get
 * the year, unless it is the one in which they are read.
 */
public enum TimeForm {
    /** {@code 21 Nov}. */
    DAY_OF_MONTH,
    /** {@code 21 November}. */
    LONG_DAY_OF_MONTH,
    /** {@code 21 November} in each year, for a sentence that names the year. */
    LONG_DAY_WITHOUT_YEAR,
    /** {@code 21 Nov 2026}. */
    DAY,
    /** {@code 21 November 2026}. */
    LONG_DAY,
    /** {@code Nov 2026}. */
    MONTH,
    /** {@code November 2026}. */
    LONG_MONTH,
    /** {@code November}. */
    MONTH_NAME,
    /** {@code 2026}. */
    YEAR,
    /** {@code 14:03}. */
    CLOCK,
    /** {@code 21 Nov 14:03}. */
    MINUTE,
    /** {@code 21 Nov, 14:03}. */
    MINUTE_APART,
    /** {@code 21 November 14:03}. */
    LONG_MINUTE,
    /** {@code 21 November 2026 14:03}. */
    LONG_MINUTE_OF_YEAR,
    /** {@code 14:03 on 21 November}. */
    CLOCK_ON_DAY,
    /** {@code 21 Nov 2026 14:03}. */
    MINUTE_OF_YEAR,
    /** {@code 21 Nov 2026, 14:03}. */
    MINUTE_OF_YEAR_APART,
    /** {@code 21 Nov 14:03:09}. */
    SECOND,
    /** {@code 21 Nov 2026 14:03:09}. */
    SECOND_OF_YEAR,
    /** {@code 21 Nov 2026, 14:03:09.412}. */
    MILLISECOND;

    private static final DateTimeFormatter HOUR_AND_MINUTE = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final DateTimeFormatter TO_SECONDS = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter TO_MILLISECONDS = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private static final List<Sentence> SHORT_MONTHS = List.of(
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

    private static final List<Sentence> LONG_MONTHS = List.of(
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

    /** Returns a day or a time in the language of now. @param at has the parts of this form, in the zone to show */
    public String format(TemporalAccessor at) {
        return of(at).said();
    }

    /** Returns a day or a time, to be written later. */
    public Sentence of(TemporalAccessor at) {
        Year now = Language.year();
        return now != null && now.getValue() == at.get(ChronoField.YEAR)
                ? written(at)
                : withYear().written(at);
    }

    private TimeForm withYear() {
        return switch (this) {
            case DAY_OF_MONTH -> DAY;
            case LONG_DAY_OF_MONTH -> LONG_DAY;
            case MINUTE -> MINUTE_OF_YEAR;
            case MINUTE_APART -> MINUTE_OF_YEAR_APART;
            case LONG_MINUTE -> LONG_MINUTE_OF_YEAR;
            case SECOND -> SECOND_OF_YEAR;
            default -> this;
        };
    }

    private Sentence written(TemporalAccessor at) {
        return switch (this) {
            case DAY_OF_MONTH -> sentence("date::{day} {month}", day(at), month(SHORT_MONTHS, at));
            case LONG_DAY_OF_MONTH, LONG_DAY_WITHOUT_YEAR ->
                sentence("date::{day} {month}", day(at), month(LONG_MONTHS, at));
            case DAY -> sentence("date::{day} {month} {year}", day(at), month(SHORT_MONTHS, at), year(at));
            case LONG_DAY -> sentence("date::{day} {month} {year}", day(at), month(LONG_MONTHS, at), year(at));
            case MONTH -> sentence("date::{month} {year}", month(SHORT_MONTHS, at), year(at));
            case LONG_MONTH -> sentence("date::{month} {year}", month(LONG_MONTHS, at), year(at));
            case MONTH_NAME -> month(LONG_MONTHS, at);
            case YEAR -> sentence("year::{year}", year(at));
            case CLOCK -> sentence("time::{time}", HOUR_AND_MINUTE.format(at));
            case MINUTE ->
                sentence("date::{day} {month} {time}", day(at), month(SHORT_MONTHS, at), HOUR_AND_MINUTE.format(at));
            case MINUTE_APART ->
                sentence("date::{day} {month}, {time}", day(at), month(SHORT_MONTHS, at), HOUR_AND_MINUTE.format(at));
            case LONG_MINUTE ->
                sentence("date::{day} {month} {time}", day(at), month(LONG_MONTHS, at), HOUR_AND_MINUTE.format(at));
            case LONG_MINUTE_OF_YEAR -> sentence("date::{date} {time}", LONG_DAY.of(at), HOUR_AND_MINUTE.format(at));
            case CLOCK_ON_DAY ->
                sentence("date::{time} on {date}", HOUR_AND_MINUTE.format(at), LONG_DAY_OF_MONTH.of(at));
            case MINUTE_OF_YEAR -> sentence("date::{date} {time}", DAY.of(at), HOUR_AND_MINUTE.format(at));
            case MINUTE_OF_YEAR_APART -> sentence("date::{date}, {time}", DAY.of(at), HOUR_AND_MINUTE.format(at));
            case SECOND ->
                sentence("date::{day} {month} {time}", day(at), month(SHORT_MONTHS, at), TO_SECONDS.format(at));
            case SECOND_OF_YEAR -> sentence("date::{date} {time}", DAY.of(at), TO_SECONDS.format(at));
            case MILLISECOND -> sentence("date::{date}, {time}", DAY.of(at), TO_MILLISECONDS.format(at));
        };
    }

    /** Returns a time of UTC with its zone, e.g. {@code 21 Nov 2026 14:03:09 UTC}. */
    static Sentence withZone(Instant at) {
        return sentence("time::{time} {zone}", SECOND_OF_YEAR.of(at.atZone(ZoneOffset.UTC)), "UTC");
    }

    private static Sentence month(List<Sentence> names, TemporalAccessor at) {
        return names.get(at.get(ChronoField.MONTH_OF_YEAR) - 1);
    }

    private static String day(TemporalAccessor at) {
        return Integer.toString(at.get(ChronoField.DAY_OF_MONTH));
    }

    private static String year(TemporalAccessor at) {
        return Integer.toString(at.get(ChronoField.YEAR));
    }
}
