package dev.tollgate.refused;

import dev.tollgate.error.ErrorCode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a call lacked that was refused for want of credits, in figures. They are read from what its caller was told, whose words are part of the
 * wire (D27, D31): what is written otherwise is none. Amounts in micro-credits.
 */
public sealed interface Shortage {

    /**
     * The balance does not cover it.
     *
     * @param leastMicros what it had to hold; null where that was not known yet, because nothing was free at all
     * @param heldMicros by running calls, if it would have been covered without them, else 0
     */
    record OfCredits(@Nullable Long leastMicros, long freeMicros, long heldMicros) implements Shortage {}

    /**
     * A spend limit does not.
     *
     * @param isAccounts of all keys together
     * @param heldMicros by running calls, if it would have been covered without them, else 0
     * @param freesAt null where it does not by itself, where that would not help, or as soon as a running call ends
     */
    record OfLimit(
            boolean isAccounts,
            Window window,
            long limitMicros,
            long usedMicros,
            long heldMicros,
            long leastMicros,
            @Nullable Instant freesAt)
            implements Shortage {

        public enum Window {
            HOUR,
            DAY,
            TOTAL
        }
    }

    /** Nothing where the refusal was of another kind. */
    static @Nullable Shortage of(ErrorCode code, String message) {
        try {
            return switch (code) {
                case INSUFFICIENT_CREDITS -> Reading.credits(message);
                case SPEND_LIMIT_EXCEEDED -> Reading.limit(message);
                default -> null;
            };
        } catch (ArithmeticException | NumberFormatException | DateTimeParseException e) {
            return null;
        }
    }

    /** The wire's sentences, taken apart. */
    final class Reading {

        private static final String AMOUNT = "([0-9]{1,13}(?:\\.[0-9]{1,6})?)";
        private static final String HELD = AMOUNT + " are held by running calls";

        private static final Pattern CREDITS = Pattern.compile("Your credit balance is too low\\. Please top up\\."
                + "(?: The call needs at least " + AMOUNT + " credits; " + AMOUNT + " are available(?: while " + HELD
                + ")?\\.| " + AMOUNT + " credits are held by running calls\\.| No credits are available\\.)");

        private static final Pattern LIMIT = Pattern.compile(
                "The (account|key)'s (hourly|daily|total) spend limit of " + AMOUNT + " credits is reached: " + AMOUNT
                        + " are used(?: by all its keys)?(?: and " + HELD + ")?, the call needs at least " + AMOUNT
                        + "\\.(?: It will reset at (\\S{1,40})\\.| It does not reset by itself\\."
                        + "| Not even the whole limit covers it\\.)?");

        private Reading() {}

        private static @Nullable Shortage credits(String message) {
            Matcher told = CREDITS.matcher(message);
            if (!told.matches()) {
                return null;
            }
            if (told.group(1) == null) {
                return new OfCredits(null, 0, micros(told.group(4)));
            }
            return new OfCredits(micros(told.group(1)), micros(told.group(2)), micros(told.group(3)));
        }

        private static @Nullable Shortage limit(String message) {
            Matcher told = LIMIT.matcher(message);
            if (!told.matches()) {
                return null;
            }
            String freesAt = told.group(7);
            return new OfLimit(
                    told.group(1).equals("account"),
                    switch (told.group(2)) {
                        case "hourly" -> OfLimit.Window.HOUR;
                        case "daily" -> OfLimit.Window.DAY;
                        default -> OfLimit.Window.TOTAL;
                    },
                    micros(told.group(3)),
                    micros(told.group(4)),
                    micros(told.group(5)),
                    micros(told.group(6)),
                    freesAt == null ? null : Instant.parse(freesAt));
        }

        private static long micros(@Nullable String credits) {
            return credits == null
                    ? 0
                    : new BigDecimal(credits).movePointRight(6).longValueExact();
        }
    }
}
