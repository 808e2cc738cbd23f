/**
 * The OpenAI door: {@code POST /v1/chat/completions}. Reads the request, applies what the catalogue says of the model, hands it to
 * the meter and shows what comes back, as a stream or as one JSON body.
 *
 * <p>Invariants: what a model does not take is refused here with a 400 before anything is reserved (D2); nothing is decided of
 * the answer's form until its first byte, so that a failure before it is a plain error with a status.
 *
 * <p>Threading: a call stays on its exchange's event loop; only a large body is read beside it.
 */
@NullMarked
package dev.tollgate.protocols.chat;

import org.jspecify.annotations.NullMarked;
