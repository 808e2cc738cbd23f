package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentForm;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.TestPayments;
import dev.tollgate.customers.stripe.StripeCheckout;
import dev.tollgate.http.Form;
import dev.tollgate.http.limits.RequestRates;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.Visitor;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The begin of payments: their ids, their rate, and the page on which they are paid. Thread-safe; blocks. */
public final class PaymentStart {

    /** The field of a form that has its id. */
    static final String ID = "id";

    private static final int ID_BYTES = 16;
    private static final int TRIES_A_MINUTE = 10;

    private final @Nullable StripeCheckout stripe;
    private final @Nullable TestPayments maybeTests;
    private final SecureRandom random;
    private final RequestRates tries = new RequestRates();

    /** @param stripe null if customers do not pay by Stripe @param testPayments null if Stripe is set up */
    public PaymentStart(@Nullable StripeCheckout stripe, @Nullable TestPayments testPayments, SecureRandom random) {
        this.stripe = stripe;
        this.maybeTests = testPayments;
        this.random = random;
    }

    /** Begins a payment for a form. */
    @FunctionalInterface
    interface Begin {
        Outcome<Payment> of(Payment.Channel channel, PaymentForm form);
    }

    /** Returns whether customers can pay. */
    boolean isOpen() {
        return stripe != null || tests() != null;
    }

    /** Returns the test payments; null if they are not open now. */
    @Nullable
    TestPayments tests() {
        return maybeTests != null && maybeTests.isOpen() ? maybeTests : null;
    }

    /** Returns an id for a form that begins payments. */
    String next() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** Begins a payment for a form, once for what it chooses, and asks for the page on which it is paid. */
    Outcome<Payment> begin(PageRequest<Visitor.Member> request, Form form, Begin begin) {
        if (!isOpen()) {
            return Outcome.refused(409, sentence("Online payment is not available. Ask the operator to add credits."));
        }
        PaymentForm its = PaymentForm.of(form.text(ID));
        if (its == null) {
            return Outcome.refused(409, Payments.OPEN_AGAIN);
        }
        RequestRates.Rate rate = tries.take(request.visitor().accountId(), TRIES_A_MINUTE);
        if (!rate.allowed()) {
            return Outcome.refused(
                    429,
                    sentence(
                            "{a} {b}",
                            sentence("Too many tries."),
                            sentence(
                                    "Try again in {seconds} seconds.",
                                    String.valueOf(rate.retryAfter().toSeconds() + 1))));
        }
        Outcome<Payment> begun = begin.of(stripe == null ? Payment.Channel.TEST : stripe.channel(), its);
        if (begun instanceof Outcome.Done<Payment>(Payment payment)) {
            ask(request, payment);
        }
        return begun;
    }

    /** Asks for the page on which a payment is paid. Its own page offers to try again if that was asked for too often. */
    void open(PageRequest<Visitor.Member> request, Payment payment) {
        if (tries.take(payment.accountId(), TRIES_A_MINUTE).allowed()) {
            ask(request, payment);
        }
    }

    private void ask(PageRequest<Visitor.Member> request, Payment payment) {
        if (stripe != null && payment.channel() == stripe.channel() && payment.state() == Payment.State.OPEN) {
            stripe.open(payment, request.address() + TopUpPages.path(payment));
        }
    }

    /** Returns whether the page of a payment can be opened here. */
    boolean canPay(Payment payment) {
        boolean isThere = payment.channel().isStripes()
                ? stripe != null && payment.channel() == stripe.channel()
                : tests() != null;
        return payment.url() != null && isThere;
    }
}
