package dev.tollgate.books.rollups;

import dev.tollgate.books.ledger.Refund;

/**
 * Counts what was given back of a call's charge later, for the key and the model of that call, at the time of the refund's own entry; nothing
 * where nothing was given back.
 *
 * @param refund of the same unit
 */
public record CountRefund(Refund refund) implements RollupChange {}
