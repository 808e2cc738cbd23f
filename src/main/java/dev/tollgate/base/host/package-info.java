/**
 * The machine that the program runs on: files that nobody but the installation's user may open, files that the operator names, texts from
 * outside that reach a terminal or the log, and what the system is asked about limits and for memory.
 *
 * <p>Invariants: nothing here imports another package of ours; whatever is read is bounded; a file system without permissions of this kind
 * is no error. Everything may be called by any thread and blocks, the texts excepted.
 */
@NullMarked
package dev.tollgate.base.host;

import org.jspecify.annotations.NullMarked;
