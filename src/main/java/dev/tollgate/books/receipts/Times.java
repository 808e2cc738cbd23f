package dev.tollgate.books.receipts;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** RFC 3339 in UTC with milliseconds, always three digits of them (D42). */
final class Times {

    private static final int DECIMALS = 3;

    private static final DateTimeFormatter FORMAT =
            new DateTimeFormatterBuilder().appendInstant(DECIMALS).toFormatter();

    private Times() {}

    static String text(Instant instant) {
        return FORMAT.format(instant);
    }
}
