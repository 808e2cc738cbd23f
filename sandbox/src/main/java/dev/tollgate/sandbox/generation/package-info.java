/**
 * Invents a response: its text, its function calls, its events and its usage, then the changes that knobs ask for.
 *
 * <p>Invariants: the same seed and request give the same bytes. The usage of every event adds up.
 *
 * <p>Threading: a response is created on one thread; the generator is immutable.
 */
@NullMarked
package dev.tollgate.sandbox.generation;

import org.jspecify.annotations.NullMarked;
