package dev.tollgate.customers.payments;

import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

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
        take(payment, isPaid ? PaymentNotice.Fact.PAID : PaymentNotice.Fact.FAILED, payment.id(), null);
    }

    /** Returns the whole money of a paid payment, as a payment service would. @param payment a payment of the test channel */
    public void refund(Payment payment) {
        if (payment.channel() != Payment.Channel.TEST) {
            throw new IllegalArgumentException("a payment of money");
        }
        take(payment, PaymentNotice.Fact.REFUNDED, null, "test-charge-" + payment.id());
    }

    private void take(Payment payment, PaymentNotice.Fact fact, @Nullable String paymentId, @Nullable String objectId) {
        String service = "test-" + payment.id();
        payments.notices()
                .take(
                        new PaymentNotice(
                                service + "-" + fact.code(),
                                "test",
                                fact,
                                clock.instant(),
                                Payment.Channel.TEST,
                                paymentId,
                                paymentId == null ? null : service,
                                service,
                                objectId,
                                payment.netCents(),
                                0,
                                null),
                        "here");
    }
}
