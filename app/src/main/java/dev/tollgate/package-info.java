/** The entry point of the program. Nothing imports it. */
@NullMarked
package dev.tollgate;

import org.jspecify.annotations.NullMarked;
