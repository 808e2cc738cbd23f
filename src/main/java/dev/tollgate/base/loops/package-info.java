/**
 * The event loops of the process and their transport.
 *
 * <p>Invariants: no feature is known here. A loop that ends before it is told to ends the process.
 *
 * <p>Threading: {@link dev.tollgate.base.loops.EventLoops} may be used by any thread.
 */
@NullMarked
package dev.tollgate.base.loops;

import org.jspecify.annotations.NullMarked;
