/**
 * The audit log: what operators have done, who, from where, the state before and after, and why.
 *
 * <p>Invariants: a {@link Deed} is a row in the same commit as its change, so there is no change without its row and no row without its change. Rows
 * are added and never changed; their sequence has no gaps; no row contains a credential.
 *
 * <p>Threading: rows are written on the writer's thread; {@link AuditLog}'s reads block.
 */
@NullMarked
package dev.tollgate.books.auditlog;

import org.jspecify.annotations.NullMarked;
