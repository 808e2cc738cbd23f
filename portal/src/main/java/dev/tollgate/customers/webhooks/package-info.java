/**
 * Webhooks: addresses of an organization that receive its events.
 *
 * <p>Invariants: an event is queued for each webhook in the commit of what it reports, and sent at least once, or the delivery says why not. A body has
 * neither contents of calls nor end users. The connection goes where downloads may go. Secrets are encrypted at rest.
 *
 * <p>Threading: all methods block and may be called from any thread.
 */
@NullMarked
package dev.tollgate.customers.webhooks;

import org.jspecify.annotations.NullMarked;
