/**
 * Traces of calls, and of requests that were refused before they became one, for an OpenTelemetry collector, where the operator names one;
 * without one nothing of this package or of what it needs is loaded.
 *
 * <p>Invariants: spans are made when a call is over, of what it knows anyway: nothing per event, and no context travels with it. Their
 * attributes are fields that are named here, none of them of a caller's or a model's words. Whether a call is told is decided at its end. Nothing
 * waits for the collector: what does not fit into the queue is dropped and counted.
 *
 * <p>Threading: spans are made on the event loop of the call or the request, and sent by one thread of their own.
 */
@NullMarked
package dev.tollgate.operator.telemetry;

import org.jspecify.annotations.NullMarked;
