/**
 * The documentation inside the program: the same files as in the repository's {@code docs}, rendered once, with the price list made of the
 * catalogue as it is now. Open to all, so nothing of an account or of this installation is on these pages but what is sold. What is for those who
 * build and test the program is not among them; a link to it becomes plain words.
 *
 * <p>{@link dev.tollgate.pages.docs.Manual} is immutable and shared by all threads.
 */
@NullMarked
package dev.tollgate.pages.docs;

import org.jspecify.annotations.NullMarked;
