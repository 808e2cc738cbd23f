/**
 * The common part of all protocols of callers: a {@link Door} has a request read, finds known responses, checks the key's models, has the call
 * metered and shows its response. A protocol adds its own words: how to read a body and how events and errors look.
 *
 * <p>Invariants: nothing reaches an upstream except through the {@code Meter}. A caller who may not use a model learns only that it does not exist. A
 * large body is read only for callers who can pay, or if its response is known.
 *
 * <p>Threading: a door serves all event loops. A request stays on its event loop; blocking work runs on other threads.
 */
@NullMarked
package dev.tollgate.protocols.door;

import org.jspecify.annotations.NullMarked;
