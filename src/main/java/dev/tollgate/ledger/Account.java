package dev.tollgate.ledger;

import java.time.Instant;

/** A customer's account as it was at one instant. */
public record Account(String id, String name, Instant createdAt, boolean blocked, Balance balance) {}
