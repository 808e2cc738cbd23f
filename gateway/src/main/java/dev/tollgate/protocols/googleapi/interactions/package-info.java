/**
 * The door of Google's Interactions API: {@code POST /v1beta/interactions}, and the interactions that are kept. It rewrites steps into the native door's
 * request, whose rules, tools and prices hold, and shows the response as steps, in a stream of events or as one JSON object.
 *
 * <p>Invariants: a refusal of a native field names the caller's own field for it ({@code Places}). Unknown members never fail a call, they are
 * named (E5). A stream begins with {@code interaction.created}; a step is started once and stopped before the next one starts; the last event is
 * {@code error}, or {@code interaction.completed} before {@code done} (Y45). The steps of a stream and of a whole response are written here alone, so a
 * kept interaction has the same bytes.
 *
 * <p>Source of the wire form: the types of @google/genai 2.32.0 and 3.3.0, revision 2026-05-20.
 *
 * <p>Threading: a call stays on its exchange's event loop; only a large body, or a body that continues an interaction, is read on another thread.
 */
@NullMarked
package dev.tollgate.protocols.googleapi.interactions;

import org.jspecify.annotations.NullMarked;
