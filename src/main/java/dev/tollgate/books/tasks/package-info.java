/**
 * Tasks: one record for each admitted call (decisions D14, D41), with what it used, what it cost and how that was worked out. What
 * was asked and answered is never in it.
 *
 * <p>Invariants: a task is there from the reservation on and has its id. While its call runs, the open hold stands for it; its own row is
 * written once, by the commit that ends the reservation, and only if that change was the one that ended it. A task that carries a charge
 * is kept for good (decision D44).
 *
 * <p>Threading: changes are applied on the writer's thread; {@link dev.tollgate.books.tasks.Tasks}'s reads block; rendering is pure.
 */
@NullMarked
package dev.tollgate.books.tasks;

import org.jspecify.annotations.NullMarked;
