/**
 * Checks of the books: {@link Audit} recomputes every amount from the entries and the tasks, {@link AccountStatement} explains an account's balance.
 * Read-only.
 *
 * <p>It knows the tables, not the code that fills them: a mistake that both shared would cancel out. So it has its own SQL, its own list of what each
 * kind of entry may move, and its own arithmetic for a charge.
 *
 * <p>Invariants: one run sees one snapshot. Rows are streamed and none is kept beyond its account or call, so memory does not grow with the file.
 *
 * <p>Threading: blocks in proportion to the size of the file; not for an event loop. A run belongs to one thread.
 */
@NullMarked
package dev.tollgate.books.verification;

import org.jspecify.annotations.NullMarked;
