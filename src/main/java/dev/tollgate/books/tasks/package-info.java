/**
 * Tasks: one record for each accepted call (D14, D41), with its usage, its cost and the calculation. It never contains the content of a call.
 *
 * <p>Invariants: a task exists from the reservation on and has its id. While its call runs, the open hold represents it; the commit that resolves the
 * reservation writes its own row, once. A task with a charge is kept permanently (D44).
 *
 * <p>Threading: changes are applied on the writer's thread; {@link Tasks}'s reads block; rendering is pure.
 */
@NullMarked
package dev.tollgate.books.tasks;

import org.jspecify.annotations.NullMarked;
