package dev.tollgate.pages.console.parts;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.pages.frame.SwitchLink;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A range of the console's figures in hours or days of UTC, and the earlier range to compare it with. Days are compared with the same weekdays,
 * so the other range begins whole weeks earlier: 91 days for 90. A month is compared with the month before, a year with the year before. If the
 * range is not over, the other ends at the same hour.
 *
 * @param word its name in the URL: {@code 24h}, {@code 30d}, a month like {@code 2026-11}, a day like {@code 2026-11-02}, or two like {@code 2026-11-02_2026-11-15}
 * @param days 1 for 24 hours
 * @param past what it is compared with
 * @param isOver whether it ended before now
 */
public record ConsoleRange(String word, int days, Span span, Past past, boolean isOver) {

    private ConsoleRange(String word, int days, Span span, Span before, boolean isOver) {
        this(word, days, span, new Past(before, null), isOver);
    }

    /** Returns this range, compared only if the time before lies behind a first call. @param begun from when there are figures */
    public ConsoleRange since(@Nullable Instant first, @Nullable Instant begun) {
        return begun == null ? this : new ConsoleRange(word, days, span, Past.of(before(), first, begun), isOver);
    }

    public Span before() {
        return past.span();
    }

    public static final String FIELD = "range";

    /** The longest ranges of pages, in days. */
    public static final int QUARTER = 90;

    public static final int YEAR = 365;

    private static final List<Integer> RANGES = List.of(1, 7, 30, QUARTER, YEAR);
    private static final int STANDARD = 30;
    private static final int DAYS_SHOWN_MAX = 31;
    private static final int MONTHS = 12;
    private static final int DAYS_A_WEEK = 7;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration WEEK = Duration.ofDays(DAYS_A_WEEK);
    private static final LocalDate EARLIEST = LocalDate.of(2020, 1, 1);
    private static final TimeForm DAYS = TimeForm.DAY_OF_MONTH;
    private static final TimeForm HOURS = TimeForm.MINUTE;
    private static final TimeForm MONTH = TimeForm.MONTH;
    private static final TimeForm MONTH_NAME = TimeForm.MONTH_NAME;

    /** @param word of a request; null for the last 30 days @throws dev.tollgate.base.error.ApiException 400 for an unknown word */
    public static ConsoleRange of(@Nullable String word, Instant now) {
        if (word == null) {
            return last(STANDARD, now);
        }
        ConsoleRange chosen = chosen(word, now);
        return chosen != null
                ? chosen
                : RANGES.stream()
                        .filter(each -> word(each).equals(word))
                        .findFirst()
                        .map(days -> last(days, now))
                        .orElseThrow(() -> ApiError.of(
                                        ErrorCode.INVALID_REQUEST,
                                        sentence(
                                                "The range '{range}' is unknown; allowed are 24h, 7d, 30d, 90d, 365d, a month like"
                                                        + " 2026-11, and days like 2026-11-02_2026-11-15, none in the future.",
                                                word))
                                .asException());
    }

    /** Returns the word of two days; null if one is missing. @param first as the URL has it */
    public static @Nullable String word(@Nullable String first, @Nullable String last) {
        return first == null || last == null ? null : first + "_" + last;
    }

    private static String word(LocalDate first, LocalDate last) {
        return first.equals(last) ? first.toString() : first + "_" + last;
    }

    private static @Nullable ConsoleRange chosen(String word, Instant now) {
        try {
            if (word.matches("[0-9]{4}-[0-9]{2}")) {
                return ofMonth(YearMonth.parse(word), now);
            }
            String[] days = word.split("_", 2);
            LocalDate first = LocalDate.parse(days[0]);
            return ofDays(first, days.length < 2 ? first : LocalDate.parse(days[1]), now);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static ConsoleRange last(int days, Instant now) {
        ZonedDateTime today = now.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS);
        ZonedDateTime end =
                days == YEAR ? today.plusDays(1) : soFar(now); // so long ago, hours of accounts are no longer known
        ZonedDateTime from =
                switch (days) {
                    case 1 -> end.minusDays(1);
                    case YEAR -> today.withDayOfMonth(1).minusMonths(MONTHS - 1);
                    default -> today.minusDays(days - 1);
                };
        Period back = days == YEAR ? Period.ofMonths(MONTHS) : weeks(days);
        return new ConsoleRange(word(days), days, span(from, end), span(from.minus(back), end.minus(back)), false);
    }

    private static ZonedDateTime soFar(Instant now) {
        return now.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.HOURS).plusHours(1);
    }

    private static Period weeks(int days) {
        return Period.ofDays(Math.ceilDiv(days, DAYS_A_WEEK) * DAYS_A_WEEK);
    }

    private static @Nullable ConsoleRange ofMonth(YearMonth month, Instant now) {
        ZonedDateTime from = month.atDay(1).atStartOfDay(ZoneOffset.UTC);
        ZonedDateTime latest = soFar(now);
        boolean isOver = from.plusMonths(1).isBefore(latest);
        if (!from.isBefore(latest) || month.atDay(1).isBefore(EARLIEST)) {
            return null;
        }
        ZonedDateTime end = isOver ? from.plusMonths(1) : latest;
        ZonedDateTime first = from.minusMonths(1);
        ZonedDateTime sameDay = first.plus(Duration.between(from, end));
        ZonedDateTime until = isOver || sameDay.isAfter(from) ? from : sameDay;
        return new ConsoleRange(month.toString(), month.lengthOfMonth(), span(from, end), span(first, until), isOver);
    }

    private static @Nullable ConsoleRange ofDays(LocalDate first, LocalDate last, Instant now) {
        LocalDate today = day(now);
        LocalDate end = last.isAfter(today) ? today : last;
        LocalDate begin = first.isBefore(end.minusDays(YEAR)) ? end.minusDays(YEAR) : first;
        if (begin.isAfter(end) || begin.isBefore(EARLIEST)) {
            return null;
        }
        int days = (int) ChronoUnit.DAYS.between(begin, end) + 1;
        ZonedDateTime from = begin.atStartOfDay(ZoneOffset.UTC);
        ZonedDateTime midnight = end.plusDays(1).atStartOfDay(ZoneOffset.UTC);
        boolean isOver = midnight.isBefore(soFar(now));
        ZonedDateTime to = isOver || days > QUARTER ? midnight : soFar(now);
        Period back = weeks(days);
        String word = word(begin, end);
        return new ConsoleRange(word, days, span(from, to), span(from.minus(back), to.minus(back)), isOver);
    }

    /** Returns the range of a list of calls, the last 30 days if it has no limit; null if it has a single hour, or more than a year. */
    public static @Nullable ConsoleRange ofCalls(EndedWithin within, Instant now) {
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
        return new ConsoleRange("", days, span, span, isOver);
    }

    private static Span span(ZonedDateTime from, ZonedDateTime to) {
        return new Span(from.toInstant(), to.toInstant(), ZoneOffset.UTC);
    }

    private static String word(int days) {
        return days == 1 ? "24h" : days + "d";
    }

    private boolean isMonth() {
        return word.matches("[0-9]{4}-[0-9]{2}");
    }

    /** Returns whether it is two days of the reader's choice. */
    public boolean isOwn() {
        return word.matches("[0-9]{4}-[0-9]{2}-.*");
    }

    public boolean isOfHours() {
        return days == 1;
    }

    private boolean isOfMonths() {
        return days == YEAR && !isOwn() && span.from().atZone(ZoneOffset.UTC).getDayOfMonth() == 1;
    }

    /** A page has no room for a row for each of so many days: they stand in weeks or months, of which the last is shorter. */
    private boolean isOfMoreDays() {
        return days > DAYS_SHOWN_MAX;
    }

    /** Returns what it is compared with, in words that follow the name of a page. */
    public String against() {
        if (past.since() != null) {
            return say("since {day}", DAYS.format(past.since()));
        }
        if (isOfHours()) {
            return say("against the same weekday, a week before");
        }
        if (isOfMonths()) {
            return say("against the {months} months before", MONTHS);
        }
        return isMonth()
                ? say("against {span}", pastDays())
                : say(
                        "against the same weekdays, {days} days before",
                        (span.from().toEpochMilli() - before().from().toEpochMilli()) / DAY.toMillis());
    }

    /** Returns the days that it is compared with. */
    String pastDays() {
        LocalDate first = day(before().from());
        LocalDate last = day(before().to().minusMillis(1));
        return isMonth() && last.equals(YearMonth.from(last).atEndOfMonth())
                ? MONTH_NAME.format(first)
                : first.equals(last) ? DAYS.format(first) : span(DAYS.format(first), DAYS.format(last));
    }

    private static String span(String first, String last) {
        return say("{first} – {last}", first, last);
    }

    public String unit() {
        if (isOfHours()) {
            return "hour";
        }
        if (isOfMonths()) {
            return "month";
        }
        return isOfMoreDays() ? "week" : "day";
    }

    /** Returns the title of what is grouped by its hours, days, weeks or months. */
    public String title() {
        return switch (unit()) {
            case "hour" -> say("By hour");
            case "day" -> say("By day");
            case "week" -> say("By week");
            default -> say("By month");
        };
    }

    /** Returns the head of a column of its hours, days, weeks or months. */
    public String head() {
        return switch (unit()) {
            case "hour" -> say("Hour");
            case "day" -> say("Day");
            case "week" -> say("Week");
            default -> say("Month");
        };
    }

    /**
     * Returns links to ranges, this month and the one before among them.
     *
     * @param path of a page, with a query up to the name of the range
     * @param longest in days; a page of a year also has a range of one's own
     */
    public static List<SwitchLink> links(String path, ConsoleRange current, int longest, Instant now) {
        List<SwitchLink> links = new ArrayList<>();
        RANGES.stream()
                .filter(each -> each <= longest)
                .forEach(each -> links.add(current.link(
                        path,
                        word(each),
                        each == 1 ? say("24 h") : each == YEAR ? say("Year") : say("{n} day | {n} days", each))));
        YearMonth month = YearMonth.from(day(now));
        List.of(month, month.minusMonths(1))
                .forEach(each -> links.add(current.link(path, each.toString(), MONTH_NAME.format(each))));
        if (longest == YEAR) {
            String word = word(current.firstDay(), current.lastDay());
            links.add(new SwitchLink(
                    current.isMonth() && links.stream().noneMatch(SwitchLink::isCurrent)
                            ? MONTH.format(YearMonth.parse(current.word))
                            : say("Custom"),
                    path + word,
                    links.stream().noneMatch(SwitchLink::isCurrent)));
        }
        return links;
    }

    private SwitchLink link(String path, String other, String text) {
        return new SwitchLink(text, path + other, other.equals(word));
    }

    /** Returns the begins of its hours, days, weeks or months. */
    public List<Instant> periods() {
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

    /** Returns the time that is compared with another. The last day of a month that is over is compared with the rest of the month before. */
    public Instant before(Instant time) {
        if (!time.isBefore(span.to())) {
            return before().to();
        }
        Instant then = isOfMonths()
                ? time.atZone(ZoneOffset.UTC).minusMonths(MONTHS).toInstant()
                : before().from().plus(Duration.between(span.from(), time));
        return then.isAfter(before().to()) ? before().to() : then;
    }

    /** Returns what a period of this range is compared with. */
    public Past past(Instant period) {
        Instant from = before(period);
        Instant to = before(end(period));
        return new Past(new Span(from, to.isAfter(from) ? to : from.plusMillis(1), ZoneOffset.UTC), past.since());
    }

    /** Returns the word of the range of a day, a week or a month. */
    public String word(Instant period) {
        return isOfMonths()
                ? YearMonth.from(day(period)).toString()
                : word(day(period), day(end(period).minusMillis(1)));
    }

    public String label(Instant period) {
        TimeForm form = isOfHours() ? HOURS : isOfMonths() ? MONTH : DAYS;
        String label = form.format(period.atZone(ZoneOffset.UTC));
        String last = form.format(end(period).minusMillis(1).atZone(ZoneOffset.UTC));
        String all = isOfMoreDays() && !label.equals(last) ? span(label, last) : label;
        return isOver || end(period).isBefore(span.to()) ? all : say("{period} so far", all);
    }

    /** Returns the fields of a link to the calls of an hour, a day, a week or a month: see {@link EndedWithin}. */
    public String fields(Instant period) {
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

    public LocalDate firstDay() {
        return day(span.from());
    }

    public LocalDate lastDay() {
        return day(span.to().minusMillis(1));
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }
}
