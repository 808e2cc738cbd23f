/** The common parts of commands: the row of an action as a command, the way to the running server or the books, and how answers are printed. */
@NullMarked
package dev.tollgate.operator.cli.parts;

import org.jspecify.annotations.NullMarked;
