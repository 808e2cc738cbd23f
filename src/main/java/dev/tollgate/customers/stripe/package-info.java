/**
 * Payments by Stripe Checkout: a session is asked for, and what Stripe tells of it comes to {@code /webhooks/stripe}.
 *
 * <p>Invariants: a payment is written down before Stripe is asked for it; where Stripe is comes from the operator's settings alone; an event
 * counts only where one of the operator's secrets has signed its very bytes, lately; what it says is turned into a {@link
 * dev.tollgate.customers.payments.PaymentNotice} and judged there. Stripe is told of no fault that trying again would not mend.
 *
 * <p>Threading: {@link dev.tollgate.customers.stripe.StripeCheckout} blocks and is thread-safe; the webhook's handler runs on the exchange's event loop.
 */
@NullMarked
package dev.tollgate.customers.stripe;

import org.jspecify.annotations.NullMarked;
