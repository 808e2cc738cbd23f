/**
 * What an operator can do, once, for all who let him: the command line, which comes over the control socket or with a store of its own, the
 * routes under {@code /admin}, and pages. They transport and show; what is done stands here.
 *
 * <p>Invariants: a change is durable when its method returns, and its row of the audit log with it, in one commit; what an operator gets wrong is {@link dev.tollgate.operator.admin.Refused}, in a sentence;
 * a route of the operator's takes the admin key alone, compared in constant time; an API key that is good elsewhere is a 403 there, anything
 * else a 401; no answer holds a credential or an upstream's address, but for a key that was just made.
 *
 * <p>Threading: an {@link dev.tollgate.operator.admin.Administration} blocks and is thread-safe; an {@link dev.tollgate.operator.admin.Inspection} is one thread's;
 * handlers run on the exchange's event loop.
 */
@NullMarked
package dev.tollgate.operator.admin;

import org.jspecify.annotations.NullMarked;
