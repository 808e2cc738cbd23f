/**
 * The audit log: what operators have done, who, from where, what stood before and after, and why.
 *
 * <p>Invariants: a {@link dev.tollgate.books.auditlog.Deed} is a row in the very commit that does what it tells, so that there is no deed without its
 * row and no row without its deed; rows are added and never changed; their sequence has no gaps; no row holds a credential.
 *
 * <p>Threading: rows are written on the writer's thread; {@link dev.tollgate.books.auditlog.AuditLog}'s reads block.
 */
@NullMarked
package dev.tollgate.books.auditlog;

import org.jspecify.annotations.NullMarked;
