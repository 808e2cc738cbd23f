package dev.tollgate.customers.payments;

import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/**
 * Payments in which no money moves, for trying things out. They are open only while the installation has no real upstream: their credits would
 * be free money. Thread-safe; blocks.
 *
 * @param open asked each time, on any thread
 */
public record TestPayments(Payments payments, BooleanSupplier open, InstantSource clock) {

    public boolean isOpen() {
        return open.getAsBoolean();
    }

    /** Ends a payment as a payment service would: paid or failed. @param payment a payment of the test channel */
    public void end(Payment payment, boolean isPaid) {
        if (payment.channel() != Payment.Channel.TEST) {
            throw new IllegalArgumentException("a payment of money");
        }
        payments.notices()
                .take(
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
