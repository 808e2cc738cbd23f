/**
 * A caller's request, independent of the protocol: messages, parts, tools, sampling, the form of the response; and the usage of a response.
 *
 * <p>Invariants: no protocol, no upstream and no price is known here. A value that can be refused knows where it was in the caller's body: its reader
 * gives it a {@link Place}, which spells the field in the caller's own words on demand. A media file knows the caller's name for it, not its field. A
 * reader has checked types and ranges; decisions that depend on a model come later. {@link PrintedUsage} writes usage as one object in OpenAI's words,
 * with the same members and figures in a response, in a task and in a receipt. A receipt is hashed over this text, so a change of its canonical form
 * would break every existing chain.
 *
 * <p>Threading: everything is immutable, except the trees of schemas, which no one changes.
 */
@NullMarked
package dev.tollgate.base.conversation;

import org.jspecify.annotations.NullMarked;
