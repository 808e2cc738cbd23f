package dev.tollgate.customers.payments;

import dev.tollgate.storage.Change;

/** A change of what the tables of payments hold. */
sealed interface PaymentChange extends Change permits TakeNotice, PaymentWrite {}
