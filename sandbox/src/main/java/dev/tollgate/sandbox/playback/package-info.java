/**
 * Sends the steps of one response: as events, as an array or as one body, with the requested faults.
 *
 * <p>Invariants: each write waits for the previous one.
 *
 * <p>Threading: a response belongs to the event loop of its connection.
 */
@NullMarked
package dev.tollgate.sandbox.playback;

import org.jspecify.annotations.NullMarked;
