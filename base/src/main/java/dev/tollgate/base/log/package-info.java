/**
 * The log: the fields of a line, rate limits of lines, and their way out of the process.
 *
 * <p>Invariants: a line has only the fields of {@link LogFields}, so no key, prompt or response can enter through a map. Its event is one of
 * {@link Event}, which alerts match. No logging thread waits for the reader of the log: lines that cannot be written are dropped and counted.
 *
 * <p>Threading: the logging thread renders a line; one thread writes all lines.
 */
@NullMarked
package dev.tollgate.base.log;

import org.jspecify.annotations.NullMarked;
