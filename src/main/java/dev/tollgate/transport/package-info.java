/**
 * What every client of ours for HTTP needs on its connections, whoever they lead to.
 *
 * <p>This is ground: it knows nothing else.
 */
@NullMarked
package dev.tollgate.transport;

import org.jspecify.annotations.NullMarked;
