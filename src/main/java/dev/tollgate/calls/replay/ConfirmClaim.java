package dev.tollgate.calls.replay;

import dev.tollgate.books.ledger.Reserve;

/**
 * Gives a claim up where the reservation was refused: a refused call leaves nothing behind.
 *
 * @param claim of the same unit
 * @param reserve of the same unit
 */
public record ConfirmClaim(ClaimKey claim, Reserve reserve) implements AnswerChange {}
