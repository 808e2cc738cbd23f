/**
 * What the process must not outlive: no memory left, or the end of a thread that everything else waits for. A server that goes on then
 * answers nobody and holds their credits; one that ends is started again, and the start gives them back. Imports nothing; everybody may
 * import it. Any thread.
 */
@NullMarked
package dev.tollgate.base.fatal;

import org.jspecify.annotations.NullMarked;
