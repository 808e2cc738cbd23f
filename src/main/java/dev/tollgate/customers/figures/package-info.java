/**
 * What is recorded of an account's calls and money, as pages, lists and files show it: figures of a range, the log of calls, the ledger with its
 * running balance, a month's statement; and the operator's figures of all accounts. Reads only.
 *
 * <p>Invariants: sums come from the roll-ups and never from rows that are shown; all that one method tells is of one instant, in one read
 * transaction of {@link dev.tollgate.storage.PageReads}; nothing is counted, skipped over or searched for by a pattern, and where a filter has no
 * index at most {@value dev.tollgate.customers.figures.CallLog#LOOKED_AT_MAX} rows are looked at, and it is told how far back that was. A call is in the
 * range in which it ended; ids sort by the start, so a range is looked for among ids from as much earlier as a call can last.
 *
 * <p>Threading: blocks for two seconds at most, then {@link dev.tollgate.storage.StoreUnavailable}. Thread-safe.
 */
@NullMarked
package dev.tollgate.customers.figures;

import org.jspecify.annotations.NullMarked;
