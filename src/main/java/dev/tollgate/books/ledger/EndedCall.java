package dev.tollgate.books.ledger;

/**
 * A reservation that is resolved.
 *
 * @param chargedMicros 0 where it was given back
 * @param sandboxMicros what of the charge was credits that buy only what the sandbox answers
 */
record EndedCall(String accountId, ReservationState state, long chargedMicros, long sandboxMicros) {}
