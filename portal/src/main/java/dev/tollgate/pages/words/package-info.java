/**
 * Sentences of pages: with elements in them.
 *
 * <p>Invariants: each text is escaped; elements come from {@code Mark} alone, never from a translation (L4).
 *
 * <p>Threading: immutable.
 */
@NullMarked
package dev.tollgate.pages.words;

import org.jspecify.annotations.NullMarked;
