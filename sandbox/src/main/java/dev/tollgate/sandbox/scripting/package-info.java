/**
 * Control from outside: knobs in a model's name or a prompt, and scripts, which are lists of steps.
 *
 * <p>Invariants: the size of a script and the count of a knob's uses are bounded. An impossible request is refused, never ignored silently.
 *
 * <p>Threading: knobs, steps and scripts are immutable; the current script and the counts are thread-safe.
 */
@NullMarked
package dev.tollgate.sandbox.scripting;

import org.jspecify.annotations.NullMarked;
