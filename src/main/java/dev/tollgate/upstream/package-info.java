/**
 * What can be asked of an upstream, what comes back, and who asks: channels, tried again, failed over and hedged until the first
 * event.
 *
 * <p>Invariants: an ask is complete and checked before it gets here; events of a call arrive in order, on the event loop
 * that asked, and end with exactly one of {@code ended} and {@code failed}, after which nothing follows; a failure holds
 * nothing that a caller may not see except in its {@code detail}, which is for the log. Only {@code metering} asks.
 *
 * <p>Threading: a call is confined to the event loop that started it.
 */
@NullMarked
package dev.tollgate.upstream;

import org.jspecify.annotations.NullMarked;
