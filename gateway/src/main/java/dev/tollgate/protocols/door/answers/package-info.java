/**
 * The answers of conversations in the words of any protocol: the two sinks, the renderer that a door brings, and how bytes leave.
 *
 * <p>Invariants: usage and the end leave after the charge is durable; what is collected is charged to the request; text leaves as far as the hold covers it.
 *
 * <p>Threading: an answer belongs to the event loop of its exchange.
 */
@NullMarked
package dev.tollgate.protocols.door.answers;

import org.jspecify.annotations.NullMarked;
