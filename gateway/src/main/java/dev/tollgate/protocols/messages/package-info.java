/**
 * The Anthropic door: {@code POST /v1/messages} and its count of tokens. It reads a request of Anthropic's Messages API into a conversation, passes it
 * to the meter and shows the response as events or as one message.
 *
 * <p>Invariants: known fields are checked strictly, everything unknown is listed and skipped, because clients run ahead (E5). Usage is raw tokens (E4).
 * Thought signatures never depend on the caller: they are in the store, and clients carry a mark that says nothing (E14). Every event has a name, no
 * event is Tollgate's own, and the stream has no {@code [DONE]} (E46).
 *
 * <p>Threading: a call stays on its exchange's event loop; only a large body is read on another thread.
 */
@NullMarked
package dev.tollgate.protocols.messages;

import org.jspecify.annotations.NullMarked;
