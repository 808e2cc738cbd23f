package dev.tollgate.payments;

import java.time.InstantSource;

/**
 * Payments in which no money moves, for trying things out. Made only where nothing but the sandbox answers: beside a real upstream they would be
 * free money. Thread-safe; blocks.
 */
public final class TestPayments {

    private final Payments payments;
    private final InstantSource clock;

    public TestPayments(Payments payments, InstantSource clock) {
        this.payments = payments;
        this.clock = clock;
    }

    /** Plays the far side that has got the money, or has not. @param payment one of the test channel */
    public void end(Payment payment, boolean isPaid) {
        if (payment.channel() != Payment.Channel.TEST) {
            throw new IllegalArgumentException("a payment of money");
        }
        payments.take(
                new PaymentNotice(
                        "test-" + payment.id() + (isPaid ? "-paid" : "-failed"),
                        "test",
                        isPaid ? PaymentNotice.Fact.PAID : PaymentNotice.Fact.FAILED,
                        clock.instant(),
                        Payment.Channel.TEST,
                        payment.id(),
                        "test-" + payment.id(),
                        "test-" + payment.id(),
                        null,
                        payment.netCents(),
                        0,
                        null),
                "here");
    }
}
