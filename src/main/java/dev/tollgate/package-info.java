/** The root: the command line and the composition of everything else. Nothing imports it. */
@NullMarked
package dev.tollgate;

import org.jspecify.annotations.NullMarked;
