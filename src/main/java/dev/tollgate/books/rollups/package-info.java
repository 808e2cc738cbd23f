/**
 * Roll-ups: what calls came to, added up in the commit that writes their entries. Pages, lists and statements show sums from here and never
 * add up rows themselves.
 *
 * <p>{@code usage_quarter} has a row for each account, quarter of an hour (UTC, so that a day is right in every zone), key and model as it was
 * asked for; {@code usage_day} the same by the day (UTC), folded from closed quarters; {@code usage_hour} is the operator's, with channel, end
 * and cost at the upstream's list price, and a row of each node's own, so that no two write one.
 *
 * <p>Invariants: a call counts once, when it ends, by the commit that ends its reservation and only if that change was the one that ended it; a
 * refund counts when it is given. Both at the stamp that their entry has; {@code ledger verify} compares them with the entries. Days before
 * {@code usage_fold.folded_until} are in {@code usage_day}, the others in {@code usage_quarter} alone. A fold replaces a day's row by the sum of
 * its quarters, never by a smaller one, so it may be repeated. A call that is counted into a folded day sends the fold back to that day; if some
 * account has no quarters of that day any more, the call's own day is folded in the same commit instead.
 *
 * <p>Every server runs the sweep ({@link dev.tollgate.books.rollups.Rollups#sweep}); the one that locks the fold's row does it. A quarter is deleted
 * when three things hold: its day is folded, it is {@value dev.tollgate.books.rollups.Rollups#QUARTER_DAYS} days old by the clock, and its account has
 * calls or refunds on 99 later days. So a wrong clock deletes nothing. Days and hours stay.
 *
 * <p>Threading: changes are applied on the writer's thread; the sweep blocks.
 */
@NullMarked
package dev.tollgate.books.rollups;

import org.jspecify.annotations.NullMarked;
