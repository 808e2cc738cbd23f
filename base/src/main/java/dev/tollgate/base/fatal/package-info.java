/**
 * Failures that the process must not survive: memory has run out, or a thread that everything depends on has ended. A server that continued would
 * serve no one and keep their credits on hold. A server that ends is restarted, and the start releases them. Imports nothing; every package may
 * import it.
 *
 * <p>Threading: any thread.
 */
@NullMarked
package dev.tollgate.base.fatal;

import org.jspecify.annotations.NullMarked;
