/**
 * Makes up values: arguments and JSON that follow a schema, filled with what a prompt names.
 *
 * <p>Invariants: nothing of a prompt goes where a program would run it, write it or look for it; depth, size and the part of a prompt that is
 * looked at are bounded.
 *
 * <p>Threading: a filling is used for one answer, on one thread.
 */
@NullMarked
package dev.tollgate.sandbox.samples;

import org.jspecify.annotations.NullMarked;
