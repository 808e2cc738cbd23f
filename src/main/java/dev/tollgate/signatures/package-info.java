/**
 * Thought signatures kept for callers who do not send them back: a client of OpenAI's protocol drops what it does not know, and Gemini 3
 * refuses a tool loop without them (protocol 2.4).
 *
 * <p>Invariants: what was signed is written in the commit that charges for the answer, and so is there before its end leaves. It is found
 * by account and by a keyed hash of the call (id, name, arguments) or text that the caller was shown: nobody gets another account's, and a
 * call that was renamed or whose arguments were edited is not found. Where callers send signatures back themselves, only who made each is
 * kept, under a hash of the signature. Signatures are sealed, together with the upstream's own parts that stood before a call; nothing of
 * calls and texts is kept. Each belongs to the model and the channel that made it (decision D50). An account's share and every age are
 * bounded.
 *
 * <p>Threading: changes are applied on the writer's thread; {@link dev.tollgate.signatures.Signatures#find} and {@link
 * dev.tollgate.signatures.Signatures#forgetOld} block.
 */
@NullMarked
package dev.tollgate.signatures;

import org.jspecify.annotations.NullMarked;
