/**
 * Channels to any server that speaks OpenAI's Chat Completions: requests are written from our records, streams are read into upstream events.
 *
 * <p>Invariants: a request that the protocol cannot express is refused with an {@code invalid_request} that names the field, so another channel is
 * tried, or its field is listed as ignored (D5). A tool call is reported whole. Nothing of a candidate follows its finish reason. Media go inside the
 * request, and no caller's URL is passed on. The credential is in one request header and nowhere else. Differences between servers are options of the
 * channel, not guesses.
 *
 * <p>Threading: translation is confined to its caller's thread and its result is immutable; a stream's reader is confined to its call.
 */
@NullMarked
package dev.tollgate.upstreams.compat;

import org.jspecify.annotations.NullMarked;
