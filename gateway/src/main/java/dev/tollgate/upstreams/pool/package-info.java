/**
 * Calls to upstreams and their results, and the choice of channels: retries, failover and hedging until the first event.
 *
 * <p>{@link Upstreams} holds the channels of one reading of the operator's file as an immutable set in a volatile field; {@code SIGHUP} replaces it.
 * A channel whose definition has not changed is the same object, with its connections, breaker and rests; a removed one closes when its last call has
 * ended. A call is translated for the first channel before money moves; for another one only if it is needed, on a virtual thread. Health is learned
 * from calls alone and kept lock-free: {@code Breaker} for failures in a row, {@code Rest} by model for quotas and configuration mistakes. If nothing
 * is wrong, a call reads two fields and no clock. Calls at flex have rests and a retry budget of their own and tell the breaker nothing ({@link ModelRoute#atFlex}).
 *
 * <p>{@code Attempts} drives a call until substance arrives: {@code RetryPlan} decides the next channel after a failure, {@code HedgeRace} holds two
 * concurrent attempts, {@code Legs} the translations for each channel.
 *
 * <p>Models retire (D59). {@code Succession} tells a channel the current model for a name: by the catalogue's day, or earlier if it has found out.
 * The doors take their rules from {@code CurrentModels}, which asks the channels; {@code Foresight} writes the operator's sentences. A successor
 * knows its predecessor ({@code UpstreamModel.inPlaceOf}), so requests written for that one are understood.
 *
 * <p>Invariants: a request is complete and checked before it gets here. Events of a call arrive in order, on its event loop, and end with exactly one
 * of {@code ended} and {@code failed}, after which nothing follows. A failure contains nothing that a caller may not see except in its
 * {@code detail}, which is for the log. Only {@code calls.metering} calls upstreams.
 *
 * <p>Threading: a call is confined to the event loop that started it.
 */
@NullMarked
package dev.tollgate.upstreams.pool;

import org.jspecify.annotations.NullMarked;
