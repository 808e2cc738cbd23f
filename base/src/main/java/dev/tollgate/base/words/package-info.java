/**
 * Sentences for people, in the language of the reader. English stands where a sentence is used and is the key of its translations
 * (notes/protocol/languages.md, L1).
 *
 * <p>Invariants: a missing translation is shown in English; a translation contains text and the English sentence's own names, no HTML. The
 * language of now is bound to a thread's work, never stored in it: it does not cross threads by itself (L5). No locale data of the JDK is used.
 *
 * <p>Threading: immutable values; a language caches the sentences that it has read. This package imports none but {@code money}.
 */
@NullMarked
package dev.tollgate.base.words;

import org.jspecify.annotations.NullMarked;
