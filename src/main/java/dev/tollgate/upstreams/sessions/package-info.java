/**
 * The sessions of calls: which calls belong together, and the order of channels that follows from it (E85). Knows no channel.
 *
 * <p>Invariant: nothing here is shared between nodes; the same session has the same order on each of them. Thread-safe.
 */
@NullMarked
package dev.tollgate.upstreams.sessions;

import org.jspecify.annotations.NullMarked;
