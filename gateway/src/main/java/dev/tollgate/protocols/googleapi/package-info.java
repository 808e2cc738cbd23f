/**
 * The Gemini door: {@code generateContent}, {@code streamGenerateContent}, {@code countTokens}, the Files API and the list of models in Google's format,
 * for clients that speak Gemini (D23, D51). The caller's words go to the upstream unchanged, and the upstream's chunks come back unchanged, except for the
 * model's name and the usage, which come from our books.
 *
 * <p>Invariants: only known fields reach the upstream, each under one spelling, so limits apply to what is sent. Everything else is a 400 before
 * anything is reserved (D2), in Google's words if there are any. All errors have Google's format.
 *
 * <p>Threading: a call stays on its exchange's event loop; only a large body is read on another thread.
 */
@NullMarked
package dev.tollgate.protocols.googleapi;

import org.jspecify.annotations.NullMarked;
