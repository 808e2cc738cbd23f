package dev.tollgate.models;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.base.words.TimeForm;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Formats figures in sentences of the catalogue as pages do, which show them, too. Pure functions. */
public final class Written {

    private Written() {}

    /** Returns the day in UTC, e.g. {@code 1 Dec 2026}. */
    static Sentence day(Instant at) {
        return TimeForm.DAY.of(at.atZone(ZoneOffset.UTC));
    }

    /** Returns the day in UTC, with the time unless it is midnight, e.g. {@code 1 Jan 2027, 08:00 UTC}. */
    static Sentence time(Instant at) {
        boolean isMidnight = at.truncatedTo(ChronoUnit.DAYS).equals(at);
        return isMidnight
                ? day(at)
                : sentence("time::{time} {zone}", TimeForm.MINUTE_OF_YEAR_APART.of(at.atZone(ZoneOffset.UTC)), "UTC");
    }

    /** Formats a number in groups of three digits. */
    public static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Formats a number in groups of three digits, without trailing zeros. */
    public static String credits(long micros) {
        BigDecimal credits = BigDecimal.valueOf(micros, 6).stripTrailingZeros();
        return String.format(Locale.ROOT, "%,." + Math.max(0, credits.scale()) + "f", credits);
    }
}
