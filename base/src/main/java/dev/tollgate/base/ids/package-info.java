/**
 * New ids.
 *
 * <p>Invariants: time and random numbers come in from outside.
 *
 * <p>Threading: thread-safe if the random generator is.
 */
@NullMarked
package dev.tollgate.base.ids;

import org.jspecify.annotations.NullMarked;
