/**
 * The machine that the program runs on, as far as others on it, and what they write, are concerned: files that nobody but the installation's
 * user may open, files that the operator names, and texts from outside that reach a terminal or the log.
 *
 * <p>Invariants: nothing here imports another package of ours; whatever is read is bounded; a file system without permissions of this kind
 * is no error. Everything may be called by any thread and blocks, the texts excepted.
 */
@NullMarked
package dev.tollgate.host;

import org.jspecify.annotations.NullMarked;
