package dev.tollgate.books.budgets;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The period of a spend limit: the calendar hour or day in UTC, or all time (decision D47). Budgets have weeks and months, too, and the days of the
 * organization's time zone.
 */
public enum SpendWindow {
    HOUR(Duration.ofHours(1).toMillis()),
    DAY(Duration.ofDays(1).toMillis()),
    /** The week from Monday on. */
    WEEK(0),
    MONTH(0),
    TOTAL(0);

    /** The windows of the limits of keys and accounts, the shortest first. */
    public static final List<SpendWindow> OF_LIMITS = List.of(HOUR, DAY, TOTAL);

    private final long lengthMillis;
    private final String code = name().toLowerCase(Locale.ROOT);

    SpendWindow(long lengthMillis) {
        this.lengthMillis = lengthMillis;
    }

    /** Returns the start of the window of a limit that contains a time, in milliseconds since 1970; 0 for {@link #TOTAL}. */
    public long startMillis(long atMillis) {
        if (lengthMillis == 0 && this != TOTAL) {
            throw new IllegalArgumentException("a limit by " + code());
        }
        return this == TOTAL ? 0 : atMillis - Math.floorMod(atMillis, lengthMillis);
    }

    /** Returns the end of the window of a limit that contains a time; null for {@link #TOTAL}. */
    public @Nullable Instant endsAt(Instant at) {
        return this == TOTAL ? null : Instant.ofEpochMilli(startMillis(at.toEpochMilli()) + lengthMillis);
    }

    /** Returns the window with a {@link #code}. @throws IllegalArgumentException if there is none */
    public static SpendWindow of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }

    /** Returns the name in the database, in JSON and in messages. */
    public String code() {
        return code;
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
