/**
 * Commands that read the books while a server may run: {@code ledger verify} and {@code statement}, {@code backup}, and files of receipts. And what a server
 * finds out by itself: the daily check of the books (C37), and their size (C39).
 *
 * <p>Invariants: nothing is changed, except by {@code backup}, which writes a file of its own; what cannot be read is said in a sentence, and is no
 * verdict. The daily check records its result and changes nothing else.
 *
 * <p>Threading: an {@link dev.tollgate.operator.inspection.Inspection} is one thread's; the daily check has a thread of its own.
 */
@NullMarked
package dev.tollgate.operator.inspection;

import org.jspecify.annotations.NullMarked;
