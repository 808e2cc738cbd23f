/**
 * What is set from outside: knobs in a model's name or a prompt, and scripts, which are lists of steps.
 *
 * <p>Invariants: a script and the count of a knob's uses are bounded; what cannot be done is refused, never left out in silence.
 *
 * <p>Threading: knobs, steps and scripts are immutable; the script in force and the counts are safe to use from any thread.
 */
@NullMarked
package dev.tollgate.sandbox.scripting;

import org.jspecify.annotations.NullMarked;
