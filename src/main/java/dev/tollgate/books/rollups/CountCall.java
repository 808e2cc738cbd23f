package dev.tollgate.books.rollups;

import dev.tollgate.books.ledger.Resolution;

/**
 * Counts a call that has ended; nothing where its reservation had ended before.
 *
 * @param resolution of the same unit
 */
public record CountCall(Resolution resolution, CallFigures figures) implements RollupChange {}
