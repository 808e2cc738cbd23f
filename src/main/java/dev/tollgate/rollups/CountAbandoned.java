package dev.tollgate.rollups;

import dev.tollgate.ledger.ExpireOpen;

/**
 * Counts the calls whose owner has died as failed.
 *
 * @param expired of the same unit
 */
public record CountAbandoned(ExpireOpen expired) implements RollupChange {}
