/**
 * What can be asked of an upstream, what comes back, and who asks: channels, tried again, failed over and hedged until the first
 * event.
 *
 * <p>{@link dev.tollgate.upstreams.pool.Upstreams} holds the channels of one reading of the operator's file as an immutable set in a volatile field; {@code
 * SIGHUP} exchanges it. A channel whose definition has not changed is the same object, with its connections, breaker and rests; one that is gone
 * closes when its last call has ended. A call is translated for the channel that is chosen first, before money moves; for another one only when
 * it comes to that, on a virtual thread. Health is learned from calls alone and kept lock-free: {@code Breaker} for failures in a row, {@code Rest}
 * by model for quotas and for our own mistakes. Where nothing is wrong, a call reads two fields and no clock.
 *
 * <p>{@code Attempts} drives a call until something of substance comes: {@code RetryPlan} says who may be asked after which failure, {@code
 * HedgeRace} keeps two attempts that run at once, {@code Legs} the call as it was translated for each channel.
 *
 * <p>Models retire (D59). {@code gemini/Succession} tells a channel which model it asks for a name now: by the catalogue's day, or since it has found
 * out earlier. The doors take their rules from {@code metering/CurrentModels}, which asks the channels; {@code models/Foresight} makes the
 * operator's sentences of both. A successor carries what it replaces ({@code UpstreamModel.inPlaceOf}), so that what was written for that one is
 * understood.
 *
 * <p>Invariants: an ask is complete and checked before it gets here; events of a call arrive in order, on the event loop
 * that asked, and end with exactly one of {@code ended} and {@code failed}, after which nothing follows; a failure holds
 * nothing that a caller may not see except in its {@code detail}, which is for the log. Only {@code metering} asks.
 *
 * <p>Threading: a call is confined to the event loop that started it.
 */
@NullMarked
package dev.tollgate.upstreams.pool;

import org.jspecify.annotations.NullMarked;
