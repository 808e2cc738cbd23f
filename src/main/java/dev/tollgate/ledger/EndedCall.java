package dev.tollgate.ledger;

/** A reservation that is resolved. @param chargedMicros 0 where it was given back */
record EndedCall(String accountId, ReservationState state, long chargedMicros) {}
