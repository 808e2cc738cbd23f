/**
 * Operator actions, implemented once for all interfaces: the routes under {@code /admin}, which commands use over the control socket and, if no server
 * runs, in their own process ({@link dev.tollgate.operator.cli.parts.LocalApi}), and the console's pages. Each class has its actions, the JSON of
 * its resource and its lines of the API ({@link dev.tollgate.operator.admin.AdminRoute}).
 *
 * <p>Invariants: a change is durable when its method returns, and its row of the audit log with it, in one commit
 * ({@link dev.tollgate.operator.admin.AuditedWriter}); an operator's mistake is {@link dev.tollgate.base.error.ApiException}, in a sentence;
 * over the network a route accepts only the admin key, compared in constant time; a valid API key gets a 403, any other key a 401; no response
 * holds a credential or an upstream's address, except a key, code, link or password that was just created.
 *
 * <p>Threading: actions block and are thread-safe; an
 * {@link dev.tollgate.operator.admin.AdminRoute} reads its request on the exchange's event loop and acts on another thread.
 */
@NullMarked
package dev.tollgate.operator.admin;

import org.jspecify.annotations.NullMarked;
