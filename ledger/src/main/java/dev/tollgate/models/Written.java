package dev.tollgate.models;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Formats figures in sentences of the catalogue as pages do, which show them, too. Pure functions. */
public final class Written {

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("', 'HH:mm' UTC'", Locale.ROOT);

    private Written() {}

    /** Returns the day in UTC, e.g. {@code 1 Dec 2026}. */
    static String day(Instant at) {
        return DAY.format(at.atZone(ZoneOffset.UTC));
    }

    /** Returns the day in UTC, with the time unless it is midnight, e.g. {@code 1 Jan 2027, 08:00 UTC}. */
    static String time(Instant at) {
        boolean isMidnight = at.truncatedTo(ChronoUnit.DAYS).equals(at);
        return isMidnight ? day(at) : day(at) + CLOCK.format(at.atZone(ZoneOffset.UTC));
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
