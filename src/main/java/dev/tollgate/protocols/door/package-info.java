/**
 * What every protocol of callers has in common: a {@link dev.tollgate.protocols.door.Door} has a request read, knows answers that were given before, keeps
 * to the key's models, has the call metered and shows its answer. A protocol brings its own words: how a body is read, what is asked, how events
 * and errors look.
 *
 * <p>Invariants: nothing reaches an upstream but through the {@link dev.tollgate.calls.metering.Meter}; who may not ask for a model learns nothing of it
 * but that it is not there; a large body is read for who can pay, or where an answer to it is known.
 *
 * <p>Threading: a door serves all event loops; a request stays on the one that brought it, and what blocks is computed beside it.
 */
@NullMarked
package dev.tollgate.protocols.door;

import org.jspecify.annotations.NullMarked;
