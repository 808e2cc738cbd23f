/**
 * New ids, and what they are made of.
 *
 * <p>Invariants: time and chance come in from outside.
 *
 * <p>Threading: thread-safe if the random generator is.
 */
@NullMarked
package dev.tollgate.base.ids;

import org.jspecify.annotations.NullMarked;
