package dev.tollgate.customers.payments;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A payment service's notice about a payment, in Tollgate's terms.
 *
 * @param id the event's id at the service; notices with the same id are the same
 * @param type the event's type at the service
 * @param createdAt when the event happened
 * @param paymentId Tollgate's id of the payment; null if the event has none
 * @param sessionId the id of the service's payment page; null if the event has none
 * @param intentId the service's id for the money, in all events about it; null if the event has none
 * @param objectId the id of the refunded charge or of the dispute; null for other facts
 * @param cents the amount paid with tax, the total refunded of the charge, or the amount disputed
 * @param taxCents the tax in the amount paid
 * @param wrong why the notice has no effect, independent of the payment; null if it may have one
 * @param begun what the payment page says of its payment; null if the event is about no page, or the page says nothing
 */
public record PaymentNotice(
        String id,
        String type,
        Fact fact,
        Instant createdAt,
        Payment.Channel channel,
        @Nullable String paymentId,
        @Nullable String sessionId,
        @Nullable String intentId,
        @Nullable String objectId,
        long cents,
        long taxCents,
        @Nullable String wrong,
        @Nullable Begun begun) {

    /**
     * A payment as its page at the service describes it: it is made from that if its row was lost (C32).
     *
     * @param at when the page was made
     * @param accountId null on pages that were made before it was written there
     * @param creditMicros 0 on such pages
     * @param country the buyer's, two letters; empty if the page does not say it
     * @param bought what it buys of a plan; null for general credits
     */
    public record Begun(
            Instant at,
            @Nullable String accountId,
            long creditMicros,
            String country,
            Payment.@Nullable Bought bought) {}

    /** Returns this notice without effect. */
    PaymentNotice withWrong(Blame why) {
        return new PaymentNotice(
                id,
                type,
                fact,
                createdAt,
                channel,
                paymentId,
                sessionId,
                intentId,
                objectId,
                cents,
                taxCents,
                why.kept(),
                begun);
    }

    /** A notice that says nothing of how its payment began. Parameters as above. */
    public PaymentNotice(
            String id,
            String type,
            Fact fact,
            Instant createdAt,
            Payment.Channel channel,
            @Nullable String paymentId,
            @Nullable String sessionId,
            @Nullable String intentId,
            @Nullable String objectId,
            long cents,
            long taxCents,
            @Nullable String wrong) {
        this(
                id, type, fact, createdAt, channel, paymentId, sessionId, intentId, objectId, cents, taxCents, wrong,
                null);
    }

    /** The reported state. For one dispute the last in this order counts, in whichever order the notices come. */
    public enum Fact {
        PENDING("pending"),
        PAID("paid"),
        FAILED("failed"),
        REFUNDED("refunded"),
        DISPUTED("disputed"),
        DISPUTE_LOST("dispute_lost"),
        DISPUTE_WON("dispute_won");

        private final String code;

        Fact(String code) {
            this.code = code;
        }

        /** The name in the database. */
        public String code() {
            return code;
        }

        boolean isOfTheWay() {
            return this == PENDING || this == PAID || this == FAILED;
        }
    }
}
