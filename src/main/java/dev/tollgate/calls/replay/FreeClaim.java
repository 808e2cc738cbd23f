package dev.tollgate.calls.replay;

import dev.tollgate.books.ledger.Resolution.Release;

/**
 * Frees the key of a call that ended in an error and a full refund: the retry is a new call. Does nothing where the reservation had
 * ended before.
 *
 * @param release of the same unit
 */
public record FreeClaim(Release release) implements AnswerChange {}
