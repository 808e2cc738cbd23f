/**
 * Channels to any server that speaks OpenAI's Chat Completions: requests written from our own records, streams read into upstream events.
 *
 * <p>Invariants: what the protocol cannot express is refused with an {@code invalid_request} that names the field, so that another channel is
 * asked, or listed as ignored (D5); a tool call is told whole; nothing of a candidate follows its finish reason; media go inside the
 * request, and no URL of a caller's is passed on; the credential stands in one request header and nowhere else. What servers differ in is
 * an option of the channel, not a guess.
 *
 * <p>Threading: translation is confined to the thread that calls it and its result is immutable; a stream's reader is confined to its call.
 */
@NullMarked
package dev.tollgate.upstreams.compat;

import org.jspecify.annotations.NullMarked;
