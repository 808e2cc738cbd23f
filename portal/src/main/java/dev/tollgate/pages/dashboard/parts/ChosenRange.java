package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.pages.frame.PageRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The days that a page's filters name in the URL: {@code range} is {@code today}, {@code 7}, {@code 30}, {@code 90}, {@code month} or {@code
 * own} with {@code from} and {@code to}. Days are in the person's zone, or in UTC with {@code utc}.
 *
 * @param name of the range
 * @param last inclusive
 * @param isUtcByWish whether the URL asks for UTC days
 */
public record ChosenRange(String name, LocalDate first, LocalDate last, ZoneId zone, boolean isUtcByWish) {

    /** Nothing was there before. */
    private static final LocalDate EARLIEST = LocalDate.of(2020, 1, 1);

    /** Returns the range in the query; null if it names none. @throws dev.tollgate.base.error.ApiException 400 for an unknown one */
    static @Nullable ChosenRange of(PageRequest<?> request, Instant now, ZoneId personal) {
        boolean utc = request.query("utc") != null;
        ZoneId zone = utc ? ZoneOffset.UTC : personal;
        LocalDate today = now.atZone(zone).toLocalDate();
        LocalDate latest = later(today, now.atZone(ZoneOffset.UTC).toLocalDate());
        String name = request.query("range");
        LocalDate from = date(request.query("from"));
        LocalDate to = date(request.query("to"));
        if (name == null && (from != null || to != null)) {
            name = "own";
        }
        ChosenRange range = name == null ? null : of(name, from, to, today, latest, zone);
        return range == null ? null : new ChosenRange(range.name, range.first, range.last, zone, utc);
    }

    private static LocalDate later(LocalDate one, LocalDate other) {
        return one.isAfter(other) ? one : other;
    }

    /** @param latest the current day in the zone or in UTC; long ranges use UTC days */
    private static ChosenRange of(
            String name,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            LocalDate today,
            LocalDate latest,
            ZoneId zone) {
        return switch (name) {
            case "today" -> new ChosenRange(name, today, today, zone, false);
            case "7", "30" -> days(name, Integer.parseInt(name), today, zone);
            case "90" -> days(name, 90, latest, zone);
            case "month" -> new ChosenRange(name, today.withDayOfMonth(1), today, zone, false);
            case "own" -> own(from == null ? today.minusDays(6) : from, to == null ? today : to, latest, zone);
            default ->
                throw ApiError.of(
                                ErrorCode.INVALID_REQUEST,
                                sentence(
                                        "The range '{name}' is unknown; allowed are today, 7, 30, 90, month, and own with from and to.",
                                        name))
                        .asException();
        };
    }

    private static ChosenRange days(String name, int days, LocalDate today, ZoneId zone) {
        return new ChosenRange(name, today.minusDays(days - 1L), today, zone, false);
    }

    public static ChosenRange lastThirtyDays(Instant now, ZoneId zone) {
        return days("30", 30, now.atZone(zone).toLocalDate(), zone);
    }

    private static ChosenRange own(LocalDate from, LocalDate to, LocalDate latest, ZoneId zone) {
        LocalDate last = within(to, latest);
        LocalDate first = within(from, latest);
        return first.isAfter(last)
                ? new ChosenRange("own", last, first, zone, false)
                : new ChosenRange("own", first, last, zone, false);
    }

    private static LocalDate within(LocalDate day, LocalDate latest) {
        return day.isBefore(EARLIEST) ? EARLIEST : day.isAfter(latest) ? latest : day;
    }

    private static @Nullable LocalDate date(@Nullable String text) {
        try {
            return text == null ? null : LocalDate.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Inclusive. */
    public Instant from() {
        return first.atStartOfDay(zone).toInstant();
    }

    /** Exclusive. */
    public Instant to() {
        return last.plusDays(1).atStartOfDay(zone).toInstant();
    }
}
