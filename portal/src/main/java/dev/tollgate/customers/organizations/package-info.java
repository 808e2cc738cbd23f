/**
 * {@code /v1/organization}: the requests of a management key about its organization, which the operator makes below {@code /admin/accounts/{id}}; and an
 * organization's name, time zone, budgets and labels.
 *
 * <p>Invariants: all changes are the stores' own, with the key or the operator as who acts, so each has its row of the organization's log in its
 * commit, and the operator's also one of the operator's log. No key creates, changes or removes owners, admins or management keys.
 *
 * <p>Threading: handlers run on the exchange's event loop and ask the stores off it; the store blocks and may be called from any thread.
 */
@NullMarked
package dev.tollgate.customers.organizations;

import org.jspecify.annotations.NullMarked;
