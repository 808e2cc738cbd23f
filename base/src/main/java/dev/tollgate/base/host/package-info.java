/**
 * The machine that the program runs on: files that only the installation's user may open, files that the operator names, text for URLs, external text
 * for a terminal or the log, the system's limits and memory.
 *
 * <p>Invariants: imports no other package of ours. All reads are bounded. A file system without such permissions is no error.
 *
 * <p>Threading: any thread. Everything blocks, except the texts.
 */
@NullMarked
package dev.tollgate.base.host;

import org.jspecify.annotations.NullMarked;
