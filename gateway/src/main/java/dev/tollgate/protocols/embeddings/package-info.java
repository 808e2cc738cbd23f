/**
 * {@code POST /v1/embeddings} in OpenAI's words: reads and checks the request, and writes the vectors (E67).
 *
 * <p>Invariants: a vector in base64 is the float32 of the same digits. Inputs are never decoded.
 *
 * <p>Threading: a request stays on its event loop; large bodies are read on other threads.
 */
@NullMarked
package dev.tollgate.protocols.embeddings;

import org.jspecify.annotations.NullMarked;
