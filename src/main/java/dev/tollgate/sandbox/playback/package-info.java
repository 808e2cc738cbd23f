/**
 * Sends the steps of one answer: as events, as an array or as one response, with the faults that were asked for.
 *
 * <p>Threading: one answer belongs to the event loop of its connection; each write waits for the one before.
 */
@NullMarked
package dev.tollgate.sandbox.playback;

import org.jspecify.annotations.NullMarked;
