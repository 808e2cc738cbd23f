/**
 * What a caller asks, whatever protocol it was asked in: messages, parts, tools, sampling, the form of the answer; and what an answer says it
 * used.
 *
 * <p>Invariants: no protocol, no upstream and no price is known here. What has to be blamed can say where it stood in the caller's body: its
 * reader gives it a {@link dev.tollgate.conversation.Place}, which spells the field in the caller's own words, and only when it is asked. A medium
 * tells what the caller named it, not by what field. A reader has checked types and ranges; nothing that depends on a model is decided.
 *
 * <p>Threading: everything is immutable, but for the trees of schemas, which nobody changes.
 */
@NullMarked
package dev.tollgate.conversation;

import org.jspecify.annotations.NullMarked;
