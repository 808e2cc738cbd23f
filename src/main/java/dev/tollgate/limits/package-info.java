/**
 * How often a key may call. Limits are per node until several nodes share them.
 *
 * <p>Invariants: a key without a limit is never refused; a refusal says when to come back. Bounded memory: a bucket that has
 * not been touched while it would have refilled is forgotten, which changes nothing.
 *
 * <p>Threading: safe from any thread, never blocks.
 */
@NullMarked
package dev.tollgate.limits;

import org.jspecify.annotations.NullMarked;
