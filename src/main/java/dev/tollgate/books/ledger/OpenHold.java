package dev.tollgate.books.ledger;

import java.time.Instant;

/**
 * The owner and the purpose of a hold. An open hold is in a table of its own, with these columns next to its amounts; the history of its
 * call is written once, at the end, from this record.
 *
 * @param id the task's id, never used before
 * @param door the protocol of the call, as in its task
 * @param model as named in the call
 * @param createdAt decides in which windows the call counts (decision D47)
 */
public record OpenHold(String id, String accountId, String keyId, String door, String model, Instant createdAt) {}
