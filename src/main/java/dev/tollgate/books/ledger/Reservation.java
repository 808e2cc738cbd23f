package dev.tollgate.books.ledger;

import java.time.Instant;

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
        long chargedMicros) {}
