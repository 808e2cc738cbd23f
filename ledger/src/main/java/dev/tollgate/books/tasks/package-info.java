/**
 * Tasks: accepted calls as their callers read them (D14, D41), with usage, charge and calculation. A task never contains the content of a call.
 *
 * <p>Invariants: a task exists from the hold on and has its id. While the call runs, the task is read from {@code open_hold}, afterwards from the
 * call's row and the price that it names (B7). It has no row of its own.
 *
 * <p>Threading: {@link Tasks}'s reads block; rendering is pure.
 */
@NullMarked
package dev.tollgate.books.tasks;

import org.jspecify.annotations.NullMarked;
