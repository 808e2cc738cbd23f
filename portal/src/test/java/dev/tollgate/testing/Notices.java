package dev.tollgate.testing;

import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What a payment service says of payments, each time in an event of its own. */
public final class Notices {

    private static final AtomicInteger EVENTS = new AtomicInteger();

    private Notices() {}

    /** Says something of a payment whose page is {@code session_ID}. @param cents with tax, of which there is none */
    public static PaymentNotice of(Fact fact, Payment.Channel channel, String paymentId, long cents, Instant at) {
        return with(fact, channel, paymentId, cents, at, null);
    }

    /** The same, with what the page says of how the payment began. */
    public static PaymentNotice begun(
            Payment.Channel channel, String paymentId, long cents, PaymentNotice.Begun begun) {
        return with(Fact.PAID, channel, paymentId, cents, begun.at(), begun);
    }

    private static PaymentNotice with(
            Fact fact,
            Payment.Channel channel,
            String paymentId,
            long cents,
            Instant at,
            PaymentNotice.@Nullable Begun begun) {
        String object =
                switch (fact) {
                    case PENDING, PAID, FAILED -> null;
                    case REFUNDED -> "charge_" + paymentId;
                    default -> "dispute_" + paymentId;
                };
        return new PaymentNotice(
                "evt_" + EVENTS.incrementAndGet(),
                "test",
                fact,
                at,
                channel,
                paymentId,
                "session_" + paymentId,
                "intent_" + paymentId,
                object,
                cents,
                0,
                null,
                begun);
    }
}
