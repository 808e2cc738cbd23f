package dev.tollgate.books.ledger;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a spend limit counts over: the calendar hour and day in UTC, and all there ever was (decision D47). */
public enum SpendWindow {
    HOUR(Duration.ofHours(1).toMillis()),
    DAY(Duration.ofDays(1).toMillis()),
    TOTAL(0);

    private final long lengthMillis;

    SpendWindow(long lengthMillis) {
        this.lengthMillis = lengthMillis;
    }

    /** When the window that contains a time began, in milliseconds since 1970; 0 for {@link #TOTAL}. */
    long startMillis(long atMillis) {
        return this == TOTAL ? 0 : atMillis - Math.floorMod(atMillis, lengthMillis);
    }

    /** When the window that contains a time gives way to the next; null where it never does. */
    public @Nullable Instant endsAt(Instant at) {
        return this == TOTAL ? null : Instant.ofEpochMilli(startMillis(at.toEpochMilli()) + lengthMillis);
    }

    /** The name in the database, in JSON and in messages. */
    public String code() {
        return Codes.of(this);
    }
}
