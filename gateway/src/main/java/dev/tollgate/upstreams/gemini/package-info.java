/**
 * Gemini's generateContent protocol on the wire: translation of requests from our records, streams read into upstream events, and the channel.
 *
 * <p>Invariants: a request is complete and checked before a byte is sent. Requests that Gemini is known to refuse are refused here with an
 * {@code invalid_request} that names the field; fields that cannot be expressed are listed, never dropped silently (D2, D5). The events of a stream
 * do not depend on where its bytes were cut. Key order and digits of schemas, arguments and results stay unchanged. The credential is in one request
 * header and nowhere else. Only the channel uses the network.
 *
 * <p>Threading: translation is confined to its caller's thread and its result is immutable; a stream's reader is confined to the event loop of its
 * call.
 */
@NullMarked
package dev.tollgate.upstreams.gemini;

import org.jspecify.annotations.NullMarked;
