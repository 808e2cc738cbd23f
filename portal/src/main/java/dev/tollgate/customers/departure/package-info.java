/**
 * The stored data of a customer: export into one file, and erasure when the account is deleted.
 *
 * <p>Invariants: every table and column is in the file or is left out on purpose, and every table is erased or kept on purpose; a test compares both
 * with the schema. An account ends in one commit: blocked, its credits booked away, its keys deleted, its people erased. Entries, receipts, calls,
 * payments and issued invoices stay under the bare id.
 *
 * <p>Threading: {@link Leaving} and {@link AccountFile} are thread-safe and block; the part runs in the writer's turn.
 */
@NullMarked
package dev.tollgate.customers.departure;

import org.jspecify.annotations.NullMarked;
