/**
 * How credits come in beside an operator's grants: vouchers.
 *
 * <p>Invariants: a voucher is redeemed once, under any race, and in the commit of the grant that it is good for; its code is kept as a hash
 * only and is told once, to who makes it; of a code that cannot be used nobody learns why.
 *
 * <p>Threading: {@link dev.tollgate.customers.payments.Vouchers} is thread-safe and blocks; vouchers are decided and written on the writer's thread,
 * before the ledger, so that their rows are locked before those of accounts.
 */
@NullMarked
package dev.tollgate.customers.payments;

import org.jspecify.annotations.NullMarked;
