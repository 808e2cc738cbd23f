package dev.tollgate.calls.replay;

import dev.tollgate.books.ledger.ReleaseAbandoned;

/**
 * Frees the keys of calls whose owner has died (decision D34).
 *
 * @param expired of the same unit
 */
public record FreeAbandoned(ReleaseAbandoned expired) implements AnswerChange {}
