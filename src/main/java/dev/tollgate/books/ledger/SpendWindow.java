package dev.tollgate.books.ledger;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The period of a spend limit: the calendar hour or day in UTC, or all time (decision D47). */
public enum SpendWindow {
    HOUR(Duration.ofHours(1).toMillis()),
    DAY(Duration.ofDays(1).toMillis()),
    TOTAL(0);

    private final long lengthMillis;

    SpendWindow(long lengthMillis) {
        this.lengthMillis = lengthMillis;
    }

    /** Returns the start of the window that contains a time, in milliseconds since 1970; 0 for {@link #TOTAL}. */
    long startMillis(long atMillis) {
        return this == TOTAL ? 0 : atMillis - Math.floorMod(atMillis, lengthMillis);
    }

    /** Returns the end of the window that contains a time; null for {@link #TOTAL}. */
    public @Nullable Instant endsAt(Instant at) {
        return this == TOTAL ? null : Instant.ofEpochMilli(startMillis(at.toEpochMilli()) + lengthMillis);
    }

    /** The name in the database, in JSON and in messages. */
    public String code() {
        return Codes.of(this);
    }

    /**
     * The use of a spend window, in micro-credits.
     *
     * @param chargedMicros charges of calls that have ended
     * @param heldMicros holds of running calls
     */
    public record WindowUse(long chargedMicros, long heldMicros) {

        public static final WindowUse NONE = new WindowUse(0, 0);

        /** Returns the amount that counts against the limit. */
        public long micros() {
            return chargedMicros + heldMicros;
        }
    }
}
