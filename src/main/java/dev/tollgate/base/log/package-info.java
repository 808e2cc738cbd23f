/**
 * The log: what a line is made of, how often one may come, and its way out of the process.
 *
 * <p>Invariants: a line's fields are those of {@link dev.tollgate.base.log.LogFields} and no others, so that no key, prompt or answer can get
 * into one by way of a map; its event is one of {@link dev.tollgate.base.log.Event}, which alerts match. No thread that logs waits
 * for whoever reads the log: lines that cannot be written are dropped and counted.
 *
 * <p>Threading: lines are rendered by the thread that logs, and written by one thread of their own.
 */
@NullMarked
package dev.tollgate.base.log;

import org.jspecify.annotations.NullMarked;
