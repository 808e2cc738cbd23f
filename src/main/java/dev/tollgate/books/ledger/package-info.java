/**
 * Accounts, reservations, entries and spend windows: it decides whether a call is covered, and moves the money. It knows no other feature.
 *
 * <p>Each movement is an immutable {@link Entry} from one bucket to another. A customer's buckets are {@code available} and {@code reserved}.
 * {@code funding}, {@code revenue} and {@code shortfall} are the platform's and exist only as sums of entries. A call's money moves in two phases:
 * {@link Reserve} (and {@link Extend} while the response grows), then exactly one of {@link Settle} and {@link Resolution.Release}; a second resolution writes
 * nothing and says so. Open holds are in {@code open_hold}, apart from the history: the resolution writes a row of {@code reservation} once.
 *
 * <p>A later movement is a {@link Correction}. {@code requested_entry} adds to its entry the refunded call and the id of the request.
 *
 * <p>Invariants, at any instant and after any crash: the sum over all buckets is zero. {@code balance + reserved + consumed = purchased} for each
 * account (D40, also a constraint of the table). No balance and no window exceeds its limit. The refunds of a call never exceed its charge. The
 * sequence of an account's entries has no gaps. Amounts are {@code long} micro-credits.
 *
 * <p>Threading: changes are decided on the writer's thread, one after the other, so there are no races. A {@link Book} lives from the first decision
 * to the commit. {@link Ledger}'s reads block.
 */
@NullMarked
package dev.tollgate.books.ledger;

import org.jspecify.annotations.NullMarked;
