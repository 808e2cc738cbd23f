/**
 * The closed list of errors that callers can see, with status, code and type, in one place.
 *
 * <p>Invariants: no message contains a secret, a stack trace or upstream text. Every exception that is not an {@link ApiError} is shown as
 * {@code internal_error}. This package imports no other.
 *
 * <p>Threading: immutable.
 */
@NullMarked
package dev.tollgate.base.error;

import org.jspecify.annotations.NullMarked;
