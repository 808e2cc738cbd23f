package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.Span;
import dev.tollgate.pages.frame.SwitchLink;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A range of the console's figures: hours or days of UTC up to now, and as many just before them, to the same hour. The present one is not over.
 *
 * @param days 1 for the last 24 hours
 * @param before what it is compared with
 */
public record ConsoleRange(int days, Span span, Span before) {

    static final String FIELD = "range";

    private static final List<Integer> DAYS = List.of(1, 7, 30, 90);
    private static final int STANDARD = 30;
    private static final int DAYS_SHOWN_MAX = 31;
    private static final Duration WEEK = Duration.ofDays(7);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH);

    /** @param word of a request; the last 30 days for any other */
    static ConsoleRange of(@Nullable String word, Instant now) {
        int days = DAYS.stream()
                .filter(each -> word(each).equals(word))
                .findFirst()
                .orElse(STANDARD);
        Instant end = now.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
        Instant from = days == 1
                ? end.minus(Duration.ofDays(1))
                : now.truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(days - 1));
        Duration back = Duration.ofDays(days);
        return new ConsoleRange(
                days, new Span(from, end, ZoneOffset.UTC), new Span(from.minus(back), end.minus(back), ZoneOffset.UTC));
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

    /** A page has no room for a row for each of so many days: they stand in weeks, of which the last is shorter. */
    private boolean isOfWeeks() {
        return days > DAYS_SHOWN_MAX;
    }

    /** Returns its length in words. */
    public String length() {
        return isOfHours() ? "24 hours" : days + " days";
    }

    public String unit() {
        return isOfHours() ? "hour" : isOfWeeks() ? "week" : "day";
    }

    /** Returns the links to all ranges. @param path of a page, with a query up to the name of the range */
    static List<SwitchLink> links(String path, ConsoleRange current) {
        return DAYS.stream()
                .map(each ->
                        new SwitchLink(each == 1 ? "24 h" : each + " days", path + word(each), each == current.days))
                .toList();
    }

    /** Returns the begins of its hours, days or weeks. */
    List<Instant> periods() {
        List<Instant> periods = new ArrayList<>();
        for (Instant at = span.from(); at.isBefore(span.to()); at = at.plus(step())) {
            periods.add(at);
        }
        return periods;
    }

    private Duration step() {
        return isOfHours() ? Duration.ofHours(1) : isOfWeeks() ? WEEK : Duration.ofDays(1);
    }

    /** Returns the end of an hour, day or week, at most the range's. */
    Instant end(Instant period) {
        Instant end = period.plus(step());
        return end.isBefore(span.to()) ? end : span.to();
    }

    /** Returns the time that is compared with another. */
    Instant before(Instant time) {
        return time.minus(Duration.ofDays(days));
    }

    String label(Instant period) {
        String label = (isOfHours() ? HOUR : DAY).format(period.atZone(ZoneOffset.UTC));
        String last = DAY.format(end(period).minusMillis(1).atZone(ZoneOffset.UTC));
        String all = isOfWeeks() && !label.equals(last) ? label + " – " + last : label;
        return end(period).isBefore(span.to()) ? all : all + " so far";
    }

    /** Returns the fields of a link to the calls of an hour, a day or a week: see {@link EndedWithin}. */
    String fields(Instant period) {
        return isOfWeeks() ? "from=" + day(period) + "&to=" + day(end(period).minusMillis(1)) : "on=" + named(period);
    }

    private String named(Instant period) {
        return isOfHours()
                ? period.toString().substring(0, "2026-11-19T14".length())
                : day(period).toString();
    }

    /** Returns the fields of a link to the calls of the range. */
    public String fields() {
        return isOfHours()
                ? "from=" + named(span.from()) + "&to=" + named(span.to().minus(step()))
                : "from=" + day(span.from()) + "&to=" + day(span.to().minusMillis(1));
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }
}
