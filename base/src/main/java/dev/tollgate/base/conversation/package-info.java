/**
 * A caller's request, independent of the protocol: messages, parts, tools, sampling, the form of the response.
 *
 * <p>Invariants: no protocol, no upstream and no price is known here. A value that can be refused knows where it was in the caller's body: its reader
 * gives it a {@link Place}, which spells the field in the caller's own words on demand. A media file knows the caller's name for it, not its field. A
 * reader has checked types and ranges; decisions that depend on a model come later.
 *
 * <p>Threading: everything is immutable, except the trees of schemas, which no one changes.
 */
@NullMarked
package dev.tollgate.base.conversation;

import org.jspecify.annotations.NullMarked;
