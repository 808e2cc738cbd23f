/**
 * Operator actions, implemented once and shared by the command line, the routes under {@code /admin} and the console. Callers transport and show; the
 * actions are here.
 *
 * <p>Invariants: a change and its row of the audit log are durable, in one commit, when its method returns. An operator's mistake is a
 * {@link Refused} with a sentence. Routes accept only the admin key, compared in constant time; an API key gets a 403, anything else a 401. No
 * response contains a credential or an upstream's address, except a key that was just created.
 *
 * <p>Threading: an {@link Administration} blocks and is thread-safe; an {@link Inspection} belongs to one thread; handlers run on the exchange's
 * event loop.
 */
@NullMarked
package dev.tollgate.operator.admin;

import org.jspecify.annotations.NullMarked;
