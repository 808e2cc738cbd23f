package dev.tollgate.models;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How sentences of the catalogue write figures: as pages do, for they stand there, too. Pure functions. */
final class Written {

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);

    private Written() {}

    /** The day in UTC, e.g. {@code 1 Dec 2026}. */
    static String day(Instant at) {
        return DAY.format(at.atZone(ZoneOffset.UTC));
    }

    /** In groups of three digits. */
    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** In groups of three digits, with no more decimals than it has. */
    static String credits(long micros) {
        BigDecimal credits = BigDecimal.valueOf(micros, 6).stripTrailingZeros();
        return String.format(Locale.ROOT, "%,." + Math.max(0, credits.scale()) + "f", credits);
    }
}
