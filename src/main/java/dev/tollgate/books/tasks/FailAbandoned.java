package dev.tollgate.books.tasks;

import dev.tollgate.books.ledger.ReleaseAbandoned;

/**
 * Marks the tasks whose owner has died as failed (decision D34).
 *
 * @param expired of the same unit
 */
public record FailAbandoned(ReleaseAbandoned expired) implements TaskChange {}
