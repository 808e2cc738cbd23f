package dev.tollgate.upstreams.connections;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Waits as providers write them: a day at most, never below nothing. */
final class RetryTimes {

    private static final Duration WAIT_MAX = Duration.ofDays(1);
    private static final String NUMBER = "\\d{1,9}(?:\\.\\d{1,12})?";

    /** A figure with its unit, like {@code 6m} or {@code 5.07 seconds}. */
    private static final Pattern PIECE = Pattern.compile("(" + NUMBER
            + ")\\s?(milliseconds?|millis|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])");

    private static final Pattern PLAIN = Pattern.compile(NUMBER);
    private static final Pattern PIECES = Pattern.compile("(?:" + PIECE.pattern() + "\\s?){1,5}");
    private static final Pattern IN_WORDS =
            Pattern.compile("\\b(?:re)?try (?:again |your request |the request )?(?:in|after) (?:about )?(?<wait>"
                    + PIECES.pattern() + ")");

    /** Ten digits are seconds since 1970, thirteen are milliseconds. */
    private static final Pattern EPOCH = Pattern.compile("(?<seconds>\\d{10})(?:\\.\\d{1,9})?|(?<millis>\\d{13})");

    private RetryTimes() {}

    /** Returns a plain number's time; null if the text is none. @param unitMillis of the number */
    static @Nullable Duration number(@Nullable String text, long unitMillis) {
        return text == null || !PLAIN.matcher(text).matches() ? null : bounded(millis(text, unitMillis));
    }

    /** Returns a number of seconds or a time with units, like {@code 34.4s} or {@code 6m0s}; null if the text is neither. */
    static @Nullable Duration wait(String text) {
        Duration seconds = number(text, 1_000);
        String lower = text.toLowerCase(Locale.ROOT);
        return seconds == null && PIECES.matcher(lower).matches() ? pieces(lower) : seconds;
    }

    /** Returns the wait until a limit is back: {@link #wait}, or a time since 1970 in seconds or milliseconds. */
    static @Nullable Duration reset(String text, Instant now) {
        Matcher epoch = EPOCH.matcher(text);
        if (!epoch.matches()) {
            return wait(text);
        }
        String seconds = epoch.group("seconds");
        Instant back = seconds == null
                ? Instant.ofEpochMilli(Long.parseLong(epoch.group("millis")))
                : Instant.ofEpochSecond(Long.parseLong(seconds));
        return bounded(Duration.between(now, back));
    }

    /** Returns the wait in a sentence like "Please retry in 5.07s."; null if there is none. */
    static @Nullable Duration inWords(String message) {
        Matcher found = IN_WORDS.matcher(message.toLowerCase(Locale.ROOT));
        return found.find() ? pieces(found.group("wait")) : null;
    }

    private static Duration pieces(String text) {
        Duration sum = Duration.ZERO;
        Matcher piece = PIECE.matcher(text);
        while (piece.find()) {
            sum = sum.plus(millis(piece.group(1), unitMillis(piece.group(2))));
        }
        return bounded(sum);
    }

    private static long unitMillis(String unit) {
        return switch (unit.charAt(0)) {
            case 's' -> 1_000;
            case 'h' -> 3_600_000;
            case 'd' -> 86_400_000;
            default -> unit.startsWith("mi") && !unit.startsWith("mil") || unit.equals("m") ? 60_000 : 1;
        };
    }

    private static Duration millis(String number, long unitMillis) {
        return Duration.ofMillis(
                new BigDecimal(number).multiply(BigDecimal.valueOf(unitMillis)).longValue());
    }

    static Duration bounded(Duration wait) {
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : wait;
    }
}
