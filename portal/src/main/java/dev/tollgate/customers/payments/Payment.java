package dev.tollgate.customers.payments;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A purchase of credits.
 *
 * @param netCents the price of the credits in US cents, without tax
 * @param taxCents the tax on top; 0 until the payment is paid
 * @param creditMicros the purchased micro-credits
 * @param sessionId the payment service's id of the payment page; null until the service has answered
 * @param intentId the payment service's id of the money; null until the payment is paid
 * @param url the payment page; null until the service has answered
 * @param endedAt when the payment was paid or failed; null before
 * @param reversedMicros credits taken back because money went back
 * @param missingMicros the part of them that the balance did not cover
 * @param isDisputed whether a dispute of it is not decided
 */
public record Payment(
        String id,
        String accountId,
        Channel channel,
        Instant createdAt,
        long netCents,
        long taxCents,
        long creditMicros,
        State state,
        @Nullable String sessionId,
        @Nullable String intentId,
        @Nullable String url,
        @Nullable Instant endedAt,
        long reversedMicros,
        long missingMicros,
        boolean isDisputed) {

    /** The price of credits: two for a cent. */
    public static final long MICROS_A_CENT = 2_000_000;

    public static final long DOLLARS_MAX = 5_000;

    /** The service that takes the money. */
    public enum Channel {
        STRIPE("stripe"),
        /** Stripe with a test key: no money moves. */
        STRIPE_TEST("stripe-test"),
        /** No service: the sandbox of payments, in which no money moves. */
        TEST("test");

        private final String code;

        Channel(String code) {
            this.code = code;
        }

        /** The name in the database and in JSON. */
        public String code() {
            return code;
        }

        /** Returns whether Stripe takes the payment. */
        public boolean isStripes() {
            return this != TEST;
        }

        public boolean movesMoney() {
            return this == STRIPE;
        }
    }

    /** The progress of a payment. */
    public enum State {
        /** No notice has come yet. */
        OPEN("open"),
        /** The customer has paid in a way that takes time; the payment service waits for the money. */
        PENDING("pending"),
        PAID("paid"),
        /** The payment was abandoned or refused. It still becomes paid if the money arrives later. */
        FAILED("failed");

        private final String code;

        State(String code) {
            this.code = code;
        }

        /** The name in the database and in JSON. */
        public String code() {
            return code;
        }
    }

    /** Returns the micro-credits that an amount of dollars buys. */
    public static long micros(long dollars) {
        return Math.multiplyExact(Math.multiplyExact(dollars, 100L), MICROS_A_CENT);
    }

    public boolean isPaid() {
        return state == State.PAID;
    }

    /** Returns the price with tax. */
    public long grossCents() {
        return netCents + taxCents;
    }

    /** The dollars that the credits cost. */
    public long dollars() {
        return netCents / 100;
    }
}
