package dev.tollgate.books.rollups;

import dev.tollgate.books.ledger.ReleaseAbandoned;

/**
 * Counts the calls whose owner has died as failed.
 *
 * @param expired of the same unit
 */
public record CountAbandoned(ReleaseAbandoned expired) implements RollupChange {}
