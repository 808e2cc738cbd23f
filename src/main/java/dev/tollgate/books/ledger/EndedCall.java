package dev.tollgate.books.ledger;

/**
 * A reservation that is resolved.
 *
 * @param chargedMicros 0 if the hold was released
 * @param sandboxMicros part of the charge in sandbox credits
 */
record EndedCall(String accountId, ReservationState state, long chargedMicros, long sandboxMicros) {}
