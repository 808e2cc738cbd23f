package dev.tollgate.pages.console.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The days or hours of UTC in which calls have ended, both included; a text is {@code 2026-11-19} or {@code 2026-11-19T14}. Empty: no limit.
 *
 * @param on a single day or hour, instead of the other two
 */
public record EndedWithin(String on, String from, String to) {

    public static final EndedWithin ALL = new EndedWithin("", "", "");

    /** Reads a request. A text that is no day or hour is as good as none. */
    public static EndedWithin of(PageRequest<?> request) {
        String on = known(request.query("on"));
        return on.isEmpty()
                ? new EndedWithin("", known(request.query("from")), known(request.query("to")))
                : new EndedWithin(on, "", "");
    }

    private static String known(@Nullable String text) {
        return text != null && begin(text) != null ? text : "";
    }

    private static @Nullable Instant begin(String text) {
        if (!text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2})?")) {
            return null;
        }
        return WrittenTime.timeOrDay(isHour(text) ? text + ":00Z" : text);
    }

    private static boolean isHour(String text) {
        return text.contains("T");
    }

    /** Null if there is no limit. */
    @Nullable
    public Instant begin() {
        return begin(on.isEmpty() ? from : on);
    }

    /** Exclusive; null if there is no limit. */
    @Nullable
    public Instant end() {
        String last = on.isEmpty() ? to : on;
        Instant begin = begin(last);
        return begin == null ? null : begin.plus(isHour(last) ? Duration.ofHours(1) : Duration.ofDays(1));
    }

    public boolean isAll() {
        return on.isEmpty() && from.isEmpty() && to.isEmpty();
    }

    /** Returns the value of the field for the first day; an hour has none. */
    public String firstDay() {
        return day(on.isEmpty() ? from : on);
    }

    /** Returns the value of the field for the last day; an hour has none. */
    public String lastDay() {
        return day(on.isEmpty() ? to : on);
    }

    private static String day(String text) {
        return isHour(text) ? "" : text;
    }

    /** Returns hours in words; empty if it is of days. */
    public String hours() {
        Instant begin = begin();
        Instant end = end();
        boolean isOfHours = isHour(on) || isHour(from) || isHour(to);
        return begin == null || end == null || !isOfHours
                ? ""
                : say(
                        "Calls that ended from {from} to {to} UTC.",
                        Display.time(begin, ZoneOffset.UTC),
                        Display.time(end, ZoneOffset.UTC));
    }
}
