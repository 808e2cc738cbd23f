/**
 * Answers that come in several hops, each of which is a request of its own (protocol 2.5, H1 to H8): the place from which one goes on, and the maxima of one hop
 * and of all. Channels and the meter ask it; the door that lets callers ask for such answers makes it.
 *
 * <p>Invariants: a hop is covered by its hold alone, whatever the maximum over all hops. What is sent counts the output of all hops. A hop belongs to the channel
 * of the one before.
 *
 * <p>Threading: immutable.
 */
@NullMarked
package dev.tollgate.upstreams.hops;

import org.jspecify.annotations.NullMarked;
