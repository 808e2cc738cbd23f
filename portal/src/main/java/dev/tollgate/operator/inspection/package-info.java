/**
 * Commands that read the books while a server may run: {@code ledger verify} and {@code statement}, {@code backup}, and files of receipts.
 *
 * <p>Invariants: nothing is changed, except by {@code backup}, which writes a file of its own; what cannot be read is said in a sentence, and is no
 * verdict.
 *
 * <p>Threading: an {@link dev.tollgate.operator.inspection.Inspection} is one thread's.
 */
@NullMarked
package dev.tollgate.operator.inspection;

import org.jspecify.annotations.NullMarked;
