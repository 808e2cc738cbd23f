/**
 * The recorded calls and money of an account, as pages, lists and files show them: figures of a range, the log of calls, the ledger with its running
 * balance, a month's statement; and the operator's figures of all accounts. Read-only.
 *
 * <p>Invariants: sums come from the roll-ups, never from the displayed rows. Each method reads one instant, in one read transaction of
 * {@code PageReads}. Nothing is skipped or searched by pattern; without an index a filter looks at no more than
 * {@value CallLog#LOOKED_AT_MAX} rows, a count of failures at {@value CallLog#COUNTED_MAX}, and the result says how far back it looked. A call belongs to the range in which it ended; ids sort by the
 * start, so a search includes earlier ids by the longest duration of a call.
 *
 * <p>Threading: blocks for two seconds at most, then {@code StoreUnavailable}. Thread-safe.
 */
@NullMarked
package dev.tollgate.customers.figures;

import org.jspecify.annotations.NullMarked;
