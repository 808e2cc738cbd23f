/**
 * Receipts (D42): proof for a customer that a charge was made once and was never changed or omitted. Each account has one chain; a receipt contains
 * the SHA-256 of the previous one and is signed with Ed25519.
 *
 * <p>A receipt is a JSON object in the form of RFC 8785, so everyone hashes and signs the same bytes. It is stored nowhere: the ledger puts its hash
 * and the count of receipts into the call's row and into the account's row, in the charge's own transaction; {@link Receipts} renders what is asked
 * for from the rows ({@link dev.tollgate.books.calls.ReceiptText}) and signs it; {@link ReceiptFileCheck} checks a file, without a database.
 *
 * <p>Invariants: each charge above zero has exactly one receipt, and each receipt its charge. The sequence of an account's receipts starts at 1
 * without gaps. Its text never changes. Its signing key is fixed when the charge is made, and kept permanently. Private keys are encrypted.
 *
 * <p>Threading: {@link Receipts}'s reads block and sign, which takes a third of a millisecond for a receipt. Checking is pure.
 */
@NullMarked
package dev.tollgate.books.receipts;

import org.jspecify.annotations.NullMarked;
