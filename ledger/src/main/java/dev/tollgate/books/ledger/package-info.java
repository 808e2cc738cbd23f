/**
 * Accounts, holds, ends of calls, entries and spend windows: it decides whether a call is covered, and moves the money. It knows no other feature.
 *
 * <p>Money moves between buckets. A customer's are {@code available} and {@code reserved}; {@code funding}, {@code revenue} and {@code shortfall} are
 * the platform's and exist only as sums. A call's money moves in two phases: {@link Reserve} (and {@link Extend} while the response grows), then
 * exactly one of {@link Settle}, {@link Resolution.Release} and {@link Resolution.Withdrawal}; a second resolution writes nothing and says so. Open
 * holds are rows of {@code open_hold}; the resolution deletes that row and writes the call's, once. A withdrawal writes none: the provider has refused
 * a try of a job, which is made again.
 *
 * <p>A later movement is a {@link Correction}: one row of {@code entry} for each request, with its id and the refunded call. An {@link Entry} is a
 * line of the ledger: the charge of a call, or such a row. Movements follow from the rows (B6).
 *
 * <p>Invariants, at any instant and after any crash: the sum over all buckets is zero. {@code balance + reserved + consumed = purchased} for each
 * account (D40, also a constraint of the table). No balance and no window exceeds its limit. The refunds of a call never exceed its charge. The
 * numbers of an account's calls and entries together have no gaps (B3). Amounts are {@code long} micro-credits.
 *
 * <p>Threading: changes are decided on the writer's thread, one after the other, so there are no races. A {@link Book} lives from the first decision
 * to the commit. {@link Ledger}'s reads block.
 */
@NullMarked
package dev.tollgate.books.ledger;

import org.jspecify.annotations.NullMarked;
