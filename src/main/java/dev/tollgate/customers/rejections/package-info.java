/**
 * Calls that were refused with a 4xx and have made no task: the latest of each account with their reason, and how many there were by code
 * and hour. Of this node alone and in memory: a restart forgets them.
 *
 * <p>Invariants: at most {@value dev.tollgate.customers.rejections.RefusedCalls#OF_ACCOUNT_MAX} are kept of an account, of so many accounts as were refused
 * last that all together are at most {@value dev.tollgate.customers.rejections.RefusedCalls#ALL_MAX}; what belongs to no account (a key that nobody has) is
 * counted and not kept. So memory stays flat whoever sends what.
 *
 * <p>Threading: one lock, held for a few writes and never across anything that waits. A call that is let in does not come here.
 */
@NullMarked
package dev.tollgate.customers.rejections;

import org.jspecify.annotations.NullMarked;
