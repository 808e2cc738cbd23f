/**
 * The closed list of errors: what may reach a caller, with its status, code and type, in one place.
 *
 * <p>Invariants: no message carries a secret, a stack trace or anything of an upstream's; what is not an {@link
 * dev.tollgate.base.error.ApiError} is shown as {@code internal_error}. This package imports no other.
 */
@NullMarked
package dev.tollgate.base.error;

import org.jspecify.annotations.NullMarked;
