/**
 * The one meter: admit, reserve, call, relay, settle. Calls of every door reach an upstream only here.
 *
 * <p>Invariants: no upstream is called before the reservation is decided. If several nodes share the books, no byte of a response leaves before the
 * reservation is durable (D58), and nowhere does a usage, {@code [DONE]} or JSON body leave before the settlement is. {@link Call} resolves a
 * reservation exactly once. The hold always covers what is relayed: it grows first (D32, D46), by the key as it is then (D54). A charge never exceeds
 * the call's own bounds (D53).
 *
 * <p>Threading: a {@code Call} is confined to the event loop of its exchange; outcomes of the ledger are brought back there.
 */
@NullMarked
package dev.tollgate.calls.metering;

import org.jspecify.annotations.NullMarked;
