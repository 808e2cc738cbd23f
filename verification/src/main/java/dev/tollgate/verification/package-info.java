/**
 * Checks of the books: {@link Audit} recomputes every amount from the calls and the entries, {@link AccountStatement} explains an account's balance.
 * Read-only.
 *
 * <p>It knows the tables, not the code that fills them: a mistake that both shared would cancel out. So it has its own SQL, its own list of what each
 * kind of entry may move and each ending may have, its own arithmetic for a charge and its own form of a receipt.
 *
 * <p>Invariants: one run sees one snapshot. Rows are streamed and none is kept beyond its account, so memory does not grow with the file.
 *
 * <p>Threading: blocks in proportion to the size of the file; not for an event loop. A run belongs to one thread.
 */
@NullMarked
package dev.tollgate.verification;

import org.jspecify.annotations.NullMarked;
