package dev.tollgate.rollups;

import dev.tollgate.ledger.Resolution;

/**
 * Counts a call that has ended; nothing where its reservation had ended before.
 *
 * @param resolution of the same unit
 */
public record CountCall(Resolution resolution, CallFigures figures) implements RollupChange {}
