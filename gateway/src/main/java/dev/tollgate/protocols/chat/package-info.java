/**
 * The OpenAI door: {@code POST /v1/chat/completions}. It reads the request, applies the model's rules from the catalogue, passes it to the meter and
 * shows the response as a stream or as one JSON body.
 *
 * <p>Invariants: requests that a model cannot serve get a 400 before anything is reserved (D2). The form of the response is decided with its first
 * byte, so an earlier failure is a plain error with a status.
 *
 * <p>Threading: a call stays on its exchange's event loop; only a large body is read on another thread.
 */
@NullMarked
package dev.tollgate.protocols.chat;

import org.jspecify.annotations.NullMarked;
