/**
 * The door for images in OpenAI's words, {@code POST /v1/images/generations} and {@code /v1/images/edits} (Y19 to Y23), and in the words of OpenRouter's
 * programs, {@code /v1/images}: a prompt, with images before it, becomes a user turn, and the image that the model makes of it the response.
 *
 * <p>Invariants: an answer without an image fails and is free, and its text is not shown. If an answer has several images, only the last one is shown: the
 * others are drafts. Nothing of the caller's is dropped without its name.
 *
 * <p>Threading: a call stays on its exchange's event loop; a request with images, or a large body, is read on another thread.
 */
@NullMarked
package dev.tollgate.protocols.images;

import org.jspecify.annotations.NullMarked;
