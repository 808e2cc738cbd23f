/**
 * Thought signatures kept for callers who do not send them back: a client of OpenAI's protocol drops what it does not know, and Gemini 3
 * refuses a tool loop without them (protocol 2.4).
 *
 * <ul>
 *   <li>A row is found by account and by a keyed hash ({@code SecretBox.print}) of the call's id, name and arguments by value, or of the text. An
 *       edited call is not found, as it should be: a signature is valid for its part only.
 *   <li>A request with calls in its current turn, or with any assistant message where the model demands signatures, is looked up in one read, on a
 *       virtual thread, before it is translated; others are not. What was found goes with the ask as a {@link dev.tollgate.upstreams.pool.Replay}. The
 *       channel that translates takes what it has made itself ({@code Replay.onChannel}); the ask names the preferred channel. The bytes count in
 *       the prompt's bound.
 *   <li>Callers of the Gemini door send signatures back themselves. What is found of them goes with the ask as {@link
 *       dev.tollgate.upstreams.pool.SignatureOrigins}, and {@code gemini/NativeRequestWriter} leaves out those that are not valid on its channel.
 *   <li>The dummy is written by the translation alone ({@code gemini/ContentsWriter}, {@code gemini/NativeRequestWriter}): on the first call of a
 *       step in the current turn, if the model demands a signature and there is none.
 *   <li>An account's rows lie on a tape of KiB: each takes its size, and what is further back than the account's share is deleted by the commit
 *       that writes. A use is noted when the last note is a day old; a sweep deletes what was not used for 30 days, 500 rows in a unit.
 * </ul>
 *
 * <p>Invariants: what was signed is written in the commit that charges for the answer, and so is there before its end leaves. It is found
 * by account and by a keyed hash of the call (id, name, arguments) or text that the caller was shown: nobody gets another account's, and a
 * call that was renamed or whose arguments were edited is not found. Where callers send signatures back themselves, only who made each is
 * kept, under a hash of the signature. Signatures are sealed, together with the upstream's own parts that stood before a call; nothing of
 * calls and texts is kept. Each belongs to the model and the channel that made it (decision D50). An account's share and every age are
 * bounded.
 *
 * <p>Threading: changes are applied on the writer's thread; {@link dev.tollgate.upstreams.signatures.Signatures#find} and {@link
 * dev.tollgate.upstreams.signatures.Signatures#forgetOld} block.
 */
@NullMarked
package dev.tollgate.upstreams.signatures;

import org.jspecify.annotations.NullMarked;
