package dev.tollgate.books.rollups;

import dev.tollgate.books.ledger.ExpireOpen;

/**
 * Counts the calls whose owner has died as failed.
 *
 * @param expired of the same unit
 */
public record CountAbandoned(ExpireOpen expired) implements RollupChange {}
