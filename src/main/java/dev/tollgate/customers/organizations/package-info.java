/**
 * {@code /v1/organization}: what a management key does with its organization, and what an organization has besides members and teams: a name, a time
 * zone and budgets.
 *
 * <p>Invariants: all changes are the stores' own, with the key as who acts, so each has its row of the organization's log in its commit. No
 * key creates, changes or removes owners, admins or management keys.
 *
 * <p>Threading: handlers run on the exchange's event loop and ask the stores off it; the store blocks and may be called from any thread.
 */
@NullMarked
package dev.tollgate.customers.organizations;

import org.jspecify.annotations.NullMarked;
