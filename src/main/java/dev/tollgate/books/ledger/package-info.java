/**
 * Accounts, reservations, entries and spend windows: it decides whether a call is covered, and moves the money. It knows no other
 * feature.
 *
 * <p>Each movement is an immutable {@link dev.tollgate.books.ledger.Entry} from one bucket to another. A customer's buckets are
 * {@code available} and {@code reserved}; {@code funding}, {@code revenue} and {@code shortfall} are the platform's and exist only
 * as sums of entries. A call's money moves in two phases: {@link dev.tollgate.books.ledger.Reserve} (and {@link
 * dev.tollgate.books.ledger.Extend} while the answer grows), then exactly one of {@link dev.tollgate.books.ledger.Settle} and {@link
 * dev.tollgate.books.ledger.Release}; a second resolution writes nothing and says so. What is open lies in {@code open_hold}, apart from the
 * history: a row of {@code reservation} is written once, by the resolution.
 *
 * <p>What is moved after the fact is a {@link dev.tollgate.books.ledger.Correction}. Beside its entry stands in {@code requested_entry} what the
 * entry does not say: which call a refund is of, and under which id it was asked for.
 *
 * <p>Invariants, at any instant and after any crash: the sum over all buckets is zero; {@code balance + reserved + consumed =
 * purchased} for each account (decision D40, a constraint of the table too); no balance and no window goes past its limit; the refunds of a call never come to more than its charge; the
 * sequence of an account's entries has no gaps. Amounts are {@code long} micro-credits.
 *
 * <p>Threading: changes are decided on the writer's thread, one after the other, so there is nothing to race for. A {@link
 * dev.tollgate.books.ledger.Book} lives from the first decision to the commit. {@link
 * dev.tollgate.books.ledger.Ledger}'s reads block.
 */
@NullMarked
package dev.tollgate.books.ledger;

import org.jspecify.annotations.NullMarked;
