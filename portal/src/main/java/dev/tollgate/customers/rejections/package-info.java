/**
 * Requests that were refused with a 4xx and created no task: the latest of each account with the reason, and counts by code and hour. Only of this
 * node and in memory: a restart clears them.
 *
 * <p>Invariants: at most {@value RefusedCalls#OF_ACCOUNT_MAX} are kept for an account, and at most {@value RefusedCalls#ALL_MAX} in all, of the
 * accounts refused last. Refusals without an account (an unknown key) are counted and not kept. So memory stays constant.
 *
 * <p>Threading: one lock, held for a few writes and never while waiting. Accepted calls do not come here.
 */
@NullMarked
package dev.tollgate.customers.rejections;

import org.jspecify.annotations.NullMarked;
