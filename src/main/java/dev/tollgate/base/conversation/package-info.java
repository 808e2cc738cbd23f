/**
 * A caller's question in no protocol's words: messages, parts, tools, sampling, the form of the answer; and the usage that an answer reports,
 * with its one JSON text for answers, tasks and receipts.
 *
 * <p>Invariants: no protocol, no upstream and no price is known here. What has to be blamed can say where it stood in the caller's body: its
 * reader gives it a {@link dev.tollgate.base.conversation.Place}, which spells the field in the caller's own words, and only when it is asked. A medium
 * tells what the caller named it, not by what field. A reader has checked types and ranges; nothing that depends on a model is decided.
 * Each form of usage has the same members and the same figures. A receipt is hashed over the text, so a change of its canonical form would break
 * every chain that exists.
 *
 * <p>Threading: everything is immutable, but for the trees of schemas, which nobody changes.
 */
@NullMarked
package dev.tollgate.base.conversation;

import org.jspecify.annotations.NullMarked;
