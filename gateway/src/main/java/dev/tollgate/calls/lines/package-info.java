/**
 * The calls of batches' lines, as far as they differ from others: their terms and refusals, and how many run.
 *
 * <p>Invariants: a line leaves half of each rate to calls whose callers wait, and next to another line of its account as much money as it holds. A refusal
 * here is never the line's fault: its batch waits.
 */
@NullMarked
package dev.tollgate.calls.lines;

import org.jspecify.annotations.NullMarked;
