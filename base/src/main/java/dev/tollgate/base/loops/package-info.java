/**
 * The event loops of the process and their transport.
 *
 * <p>Invariants: no feature is known here. A loop that ends unexpectedly ends the process.
 *
 * <p>Threading: any thread may use {@link EventLoops}.
 */
@NullMarked
package dev.tollgate.base.loops;

import org.jspecify.annotations.NullMarked;
