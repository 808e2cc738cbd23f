/**
 * JSON as Google reads and writes it: messages by their fields ({@code ProtoTypes}), errors in Google's words, base64 and the types that bytes show.
 *
 * <p>Invariants: every refusal is a {@code GoogleError.Failure}. A large text is never decoded in one piece. Knows no other package.
 *
 * <p>Threading: readers are used for one request on one thread; everything else is immutable.
 */
@NullMarked
package dev.tollgate.sandbox.wire;

import org.jspecify.annotations.NullMarked;
