/**
 * Gemini's generateContent protocol on the wire: requests translated from OpenAI's records, streams read into upstream events,
 * the channel that asks.
 *
 * <p>Invariants: a request is complete and checked before a byte leaves; what Gemini is known to refuse is refused here with an
 * {@code invalid_request} that names the field, and what cannot be expressed is listed, never dropped in silence (D2, D5). The
 * events of a stream do not depend on where its bytes were cut. Key order and digits of schemas, arguments and results stay as
 * they came. The credential stands in one request header and nowhere else. Only the channel touches the network.
 *
 * <p>Threading: translation is confined to the thread that calls it and its result is immutable; a stream's reader is confined
 * to the event loop of its call.
 */
@NullMarked
package dev.tollgate.upstreams.gemini;

import org.jspecify.annotations.NullMarked;
