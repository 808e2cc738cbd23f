/**
 * Payments, invoices and vouchers: how customers get credits.
 *
 * <p>A {@link Payment} is stored before the customer pays. Each {@link PaymentNotice} (paid, failed, refunded, disputed) is judged here against the
 * earlier ones, so the Stripe package only translates. A paid payment gets its {@link Invoice}. {@link Vouchers} creates and redeems codes.
 *
 * <p>Invariants: credits of a payment are granted once, in the commit that stores the notice; a refund or dispute reverses its share in the same way.
 * Documents are numbered without gaps within a seller and a year (UTC), and never change. A voucher is redeemed once, under any race, in the commit
 * of its credits. Its code is stored as a hash and shown once; a refusal says that a code was used, but not by whom.
 *
 * <p>Threading: {@link Payments} and {@link Vouchers} are thread-safe, their reads block. Changes are decided on the writer's thread, before the
 * ledger, so their rows are locked before rows of accounts.
 */
@NullMarked
package dev.tollgate.customers.payments;

import org.jspecify.annotations.NullMarked;
