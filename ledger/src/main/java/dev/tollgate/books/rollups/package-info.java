/**
 * Roll-ups: sums of calls and refunds, added up in the commit that writes their rows. Pages, lists and statements show these sums and never add up rows
 * themselves.
 *
 * <p>{@code usage_quarter} has a row for each account, quarter of an hour (UTC, so a day is right in every zone), key and requested model.
 * {@code usage_day} has the same by day (UTC), folded from closed quarters. {@code usage_hour} is the operator's, with channel, end and cost at the
 * upstream's list price, with the attempts on each channel, also those of calls that another one answered. It has a row for each node, so no two nodes write
 * the same one.
 *
 * <p>Invariants: a call counts once, when it ends, in the commit that writes its row; a refund counts when it is made. Both count at the time of
 * their row, also a call whose server has died; {@code ledger verify} compares them with the rows. Days before {@code usage_fold.folded_until} are in {@code usage_day}, the
 * others only in {@code usage_quarter}. A fold replaces a day's row by the sum of its quarters, never by a smaller one, so it may be repeated. A call
 * that counts into a folded day sends the fold back to that day; if an account has no quarters of that day left, the call's own day is folded in the
 * same commit instead.
 *
 * <p>Every server runs the sweep ({@link Rollups#sweep}); the server that locks the fold's row does the work. A quarter is deleted if three things
 * hold: its day is folded, it is {@value Rollups#QUARTER_DAYS} days old by the clock, and its account has calls or refunds on 99 later days. So a
 * wrong clock deletes nothing. Days and hours stay.
 *
 * <p>Threading: changes are applied on the writer's thread; the sweep blocks.
 */
@NullMarked
package dev.tollgate.books.rollups;

import org.jspecify.annotations.NullMarked;
