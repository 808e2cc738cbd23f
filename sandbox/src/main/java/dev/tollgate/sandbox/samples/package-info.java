/**
 * Invented values: arguments and JSON that follow a schema, filled with names from a prompt.
 *
 * <p>Invariants: nothing of a prompt goes where a program would run it, write it or look for it. Depth, size and the examined part of a prompt are
 * bounded.
 *
 * <p>Threading: a filling is used for one response, on one thread.
 */
@NullMarked
package dev.tollgate.sandbox.samples;

import org.jspecify.annotations.NullMarked;
