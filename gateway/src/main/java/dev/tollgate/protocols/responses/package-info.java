/**
 * The door of OpenAI's Responses API: {@code POST /v1/responses} and {@code POST /v1/responses/input_tokens}. It reads items into a conversation and
 * shows the response as items, in a stream of events or as one JSON object.
 *
 * <p>Invariants: unknown words of newer clients never fail a call, they are named (E5). Every stream begins with {@code response.created}, every item is
 * announced once and done before the last event, and the final {@code output} has the same items (E35). The object of the response is written here
 * alone, so a stored response has the same bytes.
 *
 * <p>Threading: a call stays on its exchange's event loop; only a large body is read on another thread.
 */
@NullMarked
package dev.tollgate.protocols.responses;

import org.jspecify.annotations.NullMarked;
