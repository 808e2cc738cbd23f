/**
 * Reads the books and nothing else: {@link dev.tollgate.books.verification.Audit} recomputes every amount from the entries and the tasks, {@link
 * dev.tollgate.books.verification.AccountStatement} tells a customer why the balance is what it is.
 *
 * <p>It knows the tables, not the code that fills them: a mistake that both shared would cancel out. So it has its own SQL, its own
 * list of what each kind of entry may move, and its own arithmetic for a charge.
 *
 * <p>Invariants: one run sees one snapshot; rows are streamed and none is kept beyond its account or call, so memory does not
 * grow with the file; nothing is written.
 *
 * <p>Threading: blocks for as long as the file is long; not for an event loop. A run is used by one thread.
 */
@NullMarked
package dev.tollgate.books.verification;

import org.jspecify.annotations.NullMarked;
