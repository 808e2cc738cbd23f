package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.Span;
import dev.tollgate.pages.frame.SwitchLink;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A range of the console's figures: hours or days of UTC up to now, and as many just before them, to the same hour. The present one is not over. A
 * year is of months, and compared to the same day.
 *
 * @param days 1 for the last 24 hours
 * @param before what it is compared with
 * @param isOver whether it ended before now
 */
public record ConsoleRange(int days, Span span, Span before, boolean isOver) {

    static final String FIELD = "range";

    /** The longest ranges of pages, in days. */
    static final int QUARTER = 90;

    static final int YEAR = 365;

    private static final List<Integer> RANGES = List.of(1, 7, 30, QUARTER, YEAR);
    private static final int STANDARD = 30;
    private static final int DAYS_SHOWN_MAX = 31;
    private static final long MONTHS = 12;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration WEEK = Duration.ofDays(7);
    private static final DateTimeFormatter DAYS = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
    private static final DateTimeFormatter HOURS = DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("MMM uuuu", Locale.ENGLISH);

    /** @param word of a request; the last 30 days for any other */
    static ConsoleRange of(@Nullable String word, Instant now) {
        int days = RANGES.stream()
                .filter(each -> word(each).equals(word))
                .findFirst()
                .orElse(STANDARD);
        ZonedDateTime at = now.atZone(ZoneOffset.UTC);
        ZonedDateTime today = at.truncatedTo(ChronoUnit.DAYS);
        ZonedDateTime end = days == YEAR // so long ago, hours of accounts are no longer known
                ? today.plusDays(1)
                : at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
        ZonedDateTime from =
                switch (days) {
                    case 1 -> end.minusDays(1);
                    case YEAR -> today.withDayOfMonth(1).minusMonths(MONTHS - 1);
                    default -> today.minusDays(days - 1);
                };
        Period back = back(days);
        return new ConsoleRange(days, span(from, end), span(from.minus(back), end.minus(back)), false);
    }

    /** Returns the range of a list of calls, the last 30 days if it has no limit; null if it has a single hour, or more than a year. */
    static @Nullable ConsoleRange ofCalls(EndedWithin within, Instant now) {
        if (within.isAll()) {
            return of(null, now);
        }
        Instant begin = within.begin();
        Instant end = within.end();
        Instant latest = now.truncatedTo(ChronoUnit.HOURS).plus(HOUR);
        boolean isOver = end != null && end.isBefore(latest);
        ZonedDateTime to = (end != null && isOver ? end : latest).atZone(ZoneOffset.UTC);
        ZonedDateTime from = begin == null
                ? to.minusNanos(1).truncatedTo(ChronoUnit.DAYS).minusDays(STANDARD - 1)
                : begin.atZone(ZoneOffset.UTC);
        long hours = ChronoUnit.HOURS.between(from, to);
        int days = (int) Math.ceilDiv(hours, DAY.toHours());
        if (hours < 2 || days > YEAR + 1) {
            return null;
        }
        Span span = span(days == 1 ? from : from.truncatedTo(ChronoUnit.DAYS), to);
        return new ConsoleRange(days, span, span, isOver);
    }

    private static Span span(ZonedDateTime from, ZonedDateTime to) {
        return new Span(from.toInstant(), to.toInstant(), ZoneOffset.UTC);
    }

    private static Period back(int days) {
        return days == YEAR ? Period.ofMonths((int) MONTHS) : Period.ofDays(days);
    }

    public String word() {
        return word(days);
    }

    private static String word(int days) {
        return days == 1 ? "24h" : days + "d";
    }

    boolean isOfHours() {
        return days == 1;
    }

    private boolean isOfMonths() {
        return days == YEAR && span.from().atZone(ZoneOffset.UTC).getDayOfMonth() == 1;
    }

    /** A page has no room for a row for each of so many days: they stand in weeks or months, of which the last is shorter. */
    private boolean isOfMoreDays() {
        return days > DAYS_SHOWN_MAX;
    }

    /** Returns its length in words. */
    public String length() {
        return isOfHours() ? "24 hours" : isOfMonths() ? MONTHS + " months" : days + " days";
    }

    public String unit() {
        return isOfHours() ? "hour" : isOfMonths() ? "month" : isOfMoreDays() ? "week" : "day";
    }

    /** @param path of a page, with a query up to the name of the range @param longest in days */
    static List<SwitchLink> links(String path, ConsoleRange current, int longest) {
        return RANGES.stream()
                .filter(each -> each <= longest)
                .map(each -> new SwitchLink(
                        each == 1 ? "24 h" : each == YEAR ? "Year" : each + " days",
                        path + word(each),
                        each == current.days))
                .toList();
    }

    /** Returns the begins of its hours, days, weeks or months. */
    List<Instant> periods() {
        List<Instant> periods = new ArrayList<>();
        for (Instant at = span.from(); at.isBefore(span.to()); at = next(at)) {
            periods.add(at);
        }
        return periods;
    }

    private Instant next(Instant period) {
        return isOfMonths()
                ? period.atZone(ZoneOffset.UTC).plusMonths(1).toInstant()
                : period.plus(isOfHours() ? HOUR : isOfMoreDays() ? WEEK : DAY);
    }

    /** Returns the end of an hour, day, week or month, at most the range's. */
    Instant end(Instant period) {
        Instant end = next(period);
        return end.isBefore(span.to()) ? end : span.to();
    }

    /** Returns the time that is compared with another. */
    Instant before(Instant time) {
        return time.atZone(ZoneOffset.UTC).minus(back(days)).toInstant();
    }

    String label(Instant period) {
        DateTimeFormatter form = isOfHours() ? HOURS : isOfMonths() ? MONTH : DAYS;
        String label = form.format(period.atZone(ZoneOffset.UTC));
        String last = form.format(end(period).minusMillis(1).atZone(ZoneOffset.UTC));
        String all = isOfMoreDays() && !label.equals(last) ? label + " – " + last : label;
        return isOver || end(period).isBefore(span.to()) ? all : all + " so far";
    }

    /** Returns the fields of a link to the calls of an hour, a day, a week or a month: see {@link EndedWithin}. */
    String fields(Instant period) {
        return isOfMoreDays()
                ? "from=" + day(period) + "&to=" + day(end(period).minusMillis(1))
                : "on=" + named(period);
    }

    private String named(Instant period) {
        return isOfHours()
                ? period.toString().substring(0, "2026-11-19T14".length())
                : day(period).toString();
    }

    /** Returns the fields of a link to the calls of the range. */
    public String fields() {
        return isOfHours()
                ? "from=" + named(span.from()) + "&to=" + named(span.to().minus(HOUR))
                : "from=" + day(span.from()) + "&to=" + day(span.to().minusMillis(1));
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }
}
