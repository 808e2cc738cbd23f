/**
 * What the build asks of the sentences that people read: {@link dev.tollgate.words.Sentences} finds them in the sources, {@link
 * dev.tollgate.words.WordsFile} holds a language's file against them, {@link dev.tollgate.words.Districts} says which part of the pages each
 * belongs to. {@code SentencesTest} has the rules.
 */
@NullMarked
package dev.tollgate.words;

import org.jspecify.annotations.NullMarked;
