/** The command line's entry. Nothing imports it. */
@NullMarked
package dev.tollgate;

import org.jspecify.annotations.NullMarked;
