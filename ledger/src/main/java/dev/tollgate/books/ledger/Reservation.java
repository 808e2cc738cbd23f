package dev.tollgate.books.ledger;

import java.time.Instant;
import java.util.Locale;

/**
 * A hold as it was at one instant.
 *
 * @param id the task's id
 * @param heldMicros the whole hold, including extensions
 * @param chargedMicros 0 to {@code heldMicros}; 0 unless settled
 */
public record Reservation(
        String id,
        String accountId,
        String keyId,
        Instant createdAt,
        ReservationState state,
        long heldMicros,
        long chargedMicros) {

    /** A reservation leaves {@link #OPEN} exactly once. Its end follows from the row of its call. */
    public enum ReservationState {
        OPEN,
        /** The call has a price. */
        SETTLED,
        RELEASED,
        /** The server that held it died (decision D34). */
        EXPIRED;

        private final String code = name().toLowerCase(Locale.ROOT);

        /** The name in JSON. */
        public String code() {
            return code;
        }
    }
}
