/**
 * The door for text completions, {@code POST /v1/completions} (E71): one prompt becomes a user turn, and the model's text is the response.
 *
 * <p>Invariants: thoughts are not shown. A response that has more than text fails and is free.
 *
 * <p>Threading: a call stays on its exchange's event loop; only a large body is read on another thread.
 */
@NullMarked
package dev.tollgate.protocols.completions;

import org.jspecify.annotations.NullMarked;
