/**
 * The documentation inside the program: the files of {@code docs}, rendered once, with samples and a price list from the current catalogue. It is public, so it
 * contains nothing about an account or this installation except what is sold. Engineers' notes are not included; a link out of the shelf becomes
 * plain words.
 *
 * <p>Threading: {@link Manual} is immutable and shared by all threads.
 */
@NullMarked
package dev.tollgate.pages.docs;

import org.jspecify.annotations.NullMarked;
