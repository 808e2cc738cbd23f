/**
 * Thought signatures, kept for callers who do not send them back: clients of OpenAI's protocol drop unknown fields, and Gemini 3 refuses a tool loop
 * without signatures (protocol 2.4).
 *
 * <ul>
 *   <li>A row is found by account and by a keyed hash ({@code SecretBox.print}) of the call's id, name and arguments by value, or of the text. An
 *       edited call is not found, as intended: a signature is valid for its part only.
 *   <li>A request with calls in its current turn, or with any assistant message if the model demands signatures, is looked up in one read, on a
 *       virtual thread, before it is translated; others are not. The result goes with the request as a {@code Replay}. The channel that translates
 *       uses signatures that it has made itself ({@code Replay.onChannel}); the request names the preferred channel. The bytes count in the prompt's
 *       bound.
 *   <li>Callers of the Gemini door send signatures back themselves. The stored origins go with the request as {@code SignatureOrigins}, and
 *       {@code NativeRequestWriter} omits signatures that are not valid on its channel.
 *   <li>Only the translation writes the dummy ({@code ContentsWriter}, {@code NativeRequestWriter}): on the first call of a step in the current
 *       turn, if the model demands a signature and there is none.
 *   <li>An account's rows form a tape of KiB: each uses its size, and the commit that writes deletes rows beyond the account's share. A use is
 *       recorded when the last record is a day old; a sweep deletes signatures unused for 30 days, 500 rows in a unit.
 * </ul>
 *
 * <p>Invariants: a signature is written in the commit that charges for its response, so it exists before the response ends. No account gets
 * another's. If callers send signatures back themselves, only the origin is stored, under a hash of the signature. Signatures are encrypted, together
 * with the upstream's own parts before a call; nothing of calls and texts is stored. Each belongs to the model and the channel that made it (D50). An
 * account's share and every age are bounded.
 *
 * <p>Threading: changes are applied on the writer's thread; {@link Signatures#find} and {@link Signatures#forgetOld} block.
 */
@NullMarked
package dev.tollgate.upstreams.signatures;

import org.jspecify.annotations.NullMarked;
