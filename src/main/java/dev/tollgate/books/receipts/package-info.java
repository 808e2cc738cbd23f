/**
 * Receipts (decision D42): what proves to a customer that a charge was made once, and was never changed or left out afterwards.
 * Each account has one chain; a receipt holds the SHA-256 of the one before it, and is signed with Ed25519.
 *
 * <p>A receipt is a JSON object in the form of RFC 8785, so that everybody hashes and signs the same bytes. {@link
 * dev.tollgate.books.receipts.WriteReceipt} adds it in the charge's own transaction; {@link dev.tollgate.books.receipts.Receipts} signs what
 * is read; {@link dev.tollgate.books.receipts.ReceiptFileCheck} checks a file, without a database.
 *
 * <p>Invariants: each charge above zero has exactly one receipt, and each receipt its charge; the sequence of an account's
 * receipts runs from 1 without gaps; a body is never changed; the key that signs it is fixed when it is written, and kept for
 * good; private keys lie sealed.
 *
 * <p>Threading: changes are applied on the writer's thread; {@link dev.tollgate.books.receipts.Receipts}'s reads block and sign, which
 * takes a third of a millisecond a receipt; checking is pure.
 */
@NullMarked
package dev.tollgate.books.receipts;

import org.jspecify.annotations.NullMarked;
