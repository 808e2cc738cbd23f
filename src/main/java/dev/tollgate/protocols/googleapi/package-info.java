/**
 * The Gemini door: {@code generateContent}, {@code streamGenerateContent}, {@code countTokens} and the models in Google's shape, for
 * clients that speak Gemini already (D23, D51). What the caller wrote goes to the upstream in its own words, and the upstream's chunks come
 * back as they are, but for the model's name and the usage, which are those of our books.
 *
 * <p>Invariants: only fields that are known here get upstream, under one spelling each, so that what is bounded is what is asked;
 * everything else is a 400 before anything is reserved (D2), in Google's words where Google has some. Errors have Google's shape,
 * whoever refuses.
 *
 * <p>Threading: a call stays on its exchange's event loop; only a large body is read beside it.
 */
@NullMarked
package dev.tollgate.protocols.googleapi;

import org.jspecify.annotations.NullMarked;
