/**
 * What is stored about a customer: all of it in one file, and what becomes of it when the account is deleted.
 *
 * <p>Invariants: every table and column is in the file or is left out on purpose, and every table is erased or kept on purpose; a test compares
 * both with the schema. An account ends in one commit: blocked, its credits booked away, its keys deleted, its people erased. Entries,
 * receipts, calls, payments and the invoices that were issued stay, under the bare id.
 *
 * <p>Threading: {@link dev.tollgate.customers.departure.Leaving} and {@link dev.tollgate.customers.departure.AccountFile} are thread-safe and block; the part runs in
 * the writer's turn.
 */
@NullMarked
package dev.tollgate.customers.departure;

import org.jspecify.annotations.NullMarked;
