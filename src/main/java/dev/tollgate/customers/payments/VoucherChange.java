package dev.tollgate.customers.payments;

import dev.tollgate.storage.Decision;

/** A change of vouchers. */
abstract sealed class VoucherChange<O> extends Decision<O> permits MakeVouchers, RedeemVoucher {}
