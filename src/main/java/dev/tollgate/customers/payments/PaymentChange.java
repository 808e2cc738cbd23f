package dev.tollgate.customers.payments;

import dev.tollgate.storage.Decision;

/** A change of payments. */
abstract sealed class PaymentChange<O> extends Decision<O> permits BeginPayment, OpenSession, TakeNotice, SetContact {}
