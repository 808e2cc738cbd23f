/**
 * Makes up an answer: what it says, which functions it calls, how it is cut into events and what it counts, then what knobs change in it.
 *
 * <p>Invariants: the same seed and request give the same bytes; the usage of every event adds up.
 *
 * <p>Threading: an answer is made on one thread; the generator is immutable.
 */
@NullMarked
package dev.tollgate.sandbox.generation;

import org.jspecify.annotations.NullMarked;
