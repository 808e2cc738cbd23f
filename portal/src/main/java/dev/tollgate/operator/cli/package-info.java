/**
 * The command line: {@code serve}, {@code sandbox}, and the commands that administer accounts and keys, also while a server runs.
 *
 * <p>A command that administers asks the server of its data folder over a Unix socket ({@code tollgate.sock}, mode 0600): the same HTTP
 * as under {@code /admin}, and a little more. Without a server it opens the store itself, which takes the data lock; so there is never more
 * than one writer. Either way it uses an {@link dev.tollgate.operator.admin.AdminApi}, which the root supplies: this package
 * parses, transports and prints, knows no store and never imports the root.
 *
 * <p>Invariants: standard output carries results only (an id or a key alone on its line), everything else goes to standard
 * error; exit code 0 done, 1 refused or failed (a check: something is wrong), 2 wrong arguments or settings (a check: it
 * could not look). A key is printed once and never logged.
 *
 * <p>Threading: a command runs on the thread that called it; the socket is served as other HTTP is.
 */
@NullMarked
package dev.tollgate.operator.cli;

import org.jspecify.annotations.NullMarked;
