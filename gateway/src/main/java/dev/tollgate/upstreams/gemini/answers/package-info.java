/**
 * The reading of what Gemini answers: chunks of a stream become upstream events, with usage, citations and the signs of a price, and its errors
 * become failures. It knows the wire and no request.
 *
 * <p>Invariants: the events of a stream do not depend on where its bytes were cut.
 *
 * <p>Threading: a reader is confined to the event loop of its call.
 */
@NullMarked
package dev.tollgate.upstreams.gemini.answers;

import org.jspecify.annotations.NullMarked;
