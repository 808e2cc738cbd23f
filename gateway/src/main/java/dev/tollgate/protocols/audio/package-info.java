/**
 * The doors for audio in OpenAI's words: {@code POST /v1/audio/speech}, which has a model speak a text, and {@code /v1/audio/transcriptions}, which has
 * a model write down the speech of a file (Y54 to Y56).
 *
 * <p>Invariants: the audio that a model makes is never whole on the heap. A speech without audio fails and is free. Nothing of the caller's is dropped
 * without its name.
 *
 * <p>Threading: a call stays on its exchange's event loop; a form with a file is read on another thread.
 */
@NullMarked
package dev.tollgate.protocols.audio;

import org.jspecify.annotations.NullMarked;
