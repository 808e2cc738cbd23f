/**
 * The command line: {@code serve}, {@code sandbox}, and the commands that manage accounts and keys.
 *
 * <p>A management command calls the server of its data folder over a Unix socket ({@code tollgate.sock}, mode 0600): one line of JSON there, one line
 * back. If no server runs, it opens the store itself, which takes the data lock, so there is never more than one writer. Both ways use an
 * {@code Administration} that {@code app} supplies: this package parses, transports and prints, knows no store and never imports {@code app}.
 *
 * <p>Invariants: standard output contains only results (an id or a key alone on its line); everything else goes to standard error. Exit code 0: done;
 * 1: refused or failed (a check: something is wrong); 2: wrong arguments or settings (a check: it could not look). A key is printed once and never
 * logged.
 *
 * <p>Threading: a command runs on its caller's thread; the socket's server handles each connection on a virtual thread.
 */
@NullMarked
package dev.tollgate.operator.cli;

import org.jspecify.annotations.NullMarked;
