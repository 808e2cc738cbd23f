/**
 * Traces of calls, and of requests that were refused before they became one, for the operator's OpenTelemetry collector. Without a collector neither
 * this package nor its libraries are loaded.
 *
 * <p>Invariants: spans are created when a call is over, from data that it has anyway: nothing for each event, and no context travels with it. Their
 * attributes are the fields named here, without words of a caller or a model. The sampling decision is made at the end. Nothing waits for the
 * collector: what does not fit into the queue is dropped and counted.
 *
 * <p>Threading: spans are created on the event loop of the call or the request, and sent by one thread of their own.
 */
@NullMarked
package dev.tollgate.telemetry.traces;

import org.jspecify.annotations.NullMarked;
