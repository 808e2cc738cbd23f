package dev.tollgate.customers.payments;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a far side tells of a payment, in our words.
 *
 * @param id the far side's: what comes again under it is the same
 * @param type the far side's word for it
 * @param createdAt when it took place there
 * @param paymentId ours, as the far side was given it; null where it tells none
 * @param sessionId the far side's; null where it tells none
 * @param intentId the far side's, which all that happens to the money has in common; null where it tells none
 * @param objectId of the charge that is refunded, or of the dispute; null for others
 * @param cents paid, tax included; or refunded of that charge in all; or disputed
 * @param taxCents of what was paid
 * @param wrong why it counts for nothing, whatever we know of the payment; null where it may count
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
        @Nullable String wrong) {

    /** What is so. Of one dispute the later in this list holds, in whichever order they are told. */
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
