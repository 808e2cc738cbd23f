/**
 * The sessions of calls: which calls belong together, the order of channels that follows from it (E85), and what they have sent before (E86). Knows
 * no channel.
 *
 * <p>Invariant: nothing here is shared between nodes; the same session has the same order on each of them. {@link
 * dev.tollgate.upstreams.sessions.PromptMemory} alone has a state that calls share. Thread-safe.
 */
@NullMarked
package dev.tollgate.upstreams.sessions;

import org.jspecify.annotations.NullMarked;
