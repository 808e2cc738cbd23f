/**
 * The one meter: admit, reserve, ask, relay, settle. Whatever door a call comes through, it reaches an upstream only here.
 *
 * <p>Invariants: nothing is asked before the reservation is decided; where several nodes share the books no byte of an
 * answer leaves before it is durable (D58), and nowhere a usage, {@code [DONE]} or JSON body before its settlement is; a reservation is resolved exactly once, by
 * {@link dev.tollgate.calls.metering.Call}; what is relayed is always covered by the hold, which grows first (D32, D46),
 * by the key as it is then (D54); a charge is never above what the call's own bounds come to (D53).
 *
 * <p>Threading: a {@code Call} is confined to the event loop of its exchange; the ledger's outcomes are brought back there.
 */
@NullMarked
package dev.tollgate.calls.metering;

import org.jspecify.annotations.NullMarked;
