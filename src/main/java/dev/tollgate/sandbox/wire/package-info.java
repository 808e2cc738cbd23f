/**
 * JSON as Google reads and writes it: messages by their fields ({@code ProtoTypes}), errors in Google's words, bytes in base64 and what
 * they show of themselves.
 *
 * <p>Invariants: every refusal is a {@code GoogleError.Refusal}; a large text is never decoded in one piece. Knows no other package.
 *
 * <p>Threading: readers are used for one request on one thread; everything else is immutable.
 */
@NullMarked
package dev.tollgate.sandbox.wire;

import org.jspecify.annotations.NullMarked;
