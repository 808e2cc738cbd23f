/**
 * The operator's API under {@code /admin}, and who may use it.
 *
 * <p>Invariants: a route of the operator's takes the admin key alone, compared in constant time; an API key that is good elsewhere is a 403
 * here, anything else a 401; no answer holds a credential or an upstream's address.
 *
 * <p>Threading: everything runs on the exchange's event loop.
 */
@NullMarked
package dev.tollgate.admin;

import org.jspecify.annotations.NullMarked;
