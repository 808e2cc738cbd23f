package dev.tollgate.customers.figures;

import java.time.Instant;

/**
 * The entries of a month.
 *
 * @param begin the first of them
 * @param until the sequence after the last of them
 * @param beforeAt of the entry before the first, or when the account was made where there is none
 */
record StatementSpan(StatementLine.Cursor begin, long until, Instant beforeAt) {}
