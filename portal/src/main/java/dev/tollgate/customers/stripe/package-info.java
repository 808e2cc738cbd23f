/**
 * Payments with Stripe Checkout: it requests a session, and Stripe's events arrive at {@code /webhooks/stripe}.
 *
 * <p>Invariants: a payment is stored before Stripe is called. Stripe's address comes from the operator's settings alone. An event counts only if one
 * of the operator's secrets has signed its exact bytes, recently; it becomes a {@code PaymentNotice} and is judged there. Stripe gets an error only
 * if a retry could help.
 *
 * <p>Threading: {@link StripeCheckout} blocks and is thread-safe; the webhook's handler runs on the exchange's event loop.
 */
@NullMarked
package dev.tollgate.customers.stripe;

import org.jspecify.annotations.NullMarked;
