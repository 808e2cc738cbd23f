/**
 * Receipts (D42): proof for a customer that a charge was made once and was never changed or omitted. Each account has one chain; a receipt contains
 * the SHA-256 of the previous one and is signed with Ed25519.
 *
 * <p>A receipt is a JSON object in the form of RFC 8785, so everyone hashes and signs the same bytes. {@link WriteReceipt} adds it in the charge's
 * own transaction; {@link Receipts} signs what is read; {@link ReceiptFileCheck} checks a file, without a database.
 *
 * <p>Invariants: each charge above zero has exactly one receipt, and each receipt its charge. The sequence of an account's receipts starts at 1
 * without gaps. A body never changes. Its signing key is fixed when it is written, and kept permanently. Private keys are encrypted.
 *
 * <p>Threading: changes are applied on the writer's thread. {@link Receipts}'s reads block and sign, which takes a third of a millisecond for a
 * receipt. Checking is pure.
 */
@NullMarked
package dev.tollgate.books.receipts;

import org.jspecify.annotations.NullMarked;
