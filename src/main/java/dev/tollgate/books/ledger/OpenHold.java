package dev.tollgate.books.ledger;

import java.time.Instant;

/**
 * Whose a hold is and what for. While it is open it lies in a table of its own with this beside its amounts; what belongs to its call's
 * history is written once, at the end, from here.
 *
 * @param id the task's id, never used before
 * @param door which protocol the call came by, in the task's word
 * @param model as the call named it
 * @param createdAt decides in which windows the call counts (decision D47)
 */
public record OpenHold(String id, String accountId, String keyId, String door, String model, Instant createdAt) {}
