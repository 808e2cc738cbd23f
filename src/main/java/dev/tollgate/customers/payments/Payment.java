package dev.tollgate.customers.payments;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A payment by which somebody gets credits.
 *
 * @param netCents what the credits cost, in cents of a US dollar, without tax
 * @param taxCents on top of it; 0 until it is paid
 * @param creditMicros what it buys
 * @param sessionId the far side's; null until it has answered
 * @param intentId the far side's; null until it is paid
 * @param url where it is paid; null until the far side has answered
 * @param endedAt when it was paid or has failed; null before
 * @param reversedMicros what of the credits is taken back, because money went back
 * @param missingMicros what of that the balance did not have
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
        long missingMicros) {

    /** Two credits. */
    public static final long MICROS_A_CENT = 2_000_000;

    public static final long DOLLARS_MAX = 5_000;

    /** Who takes the money. */
    public enum Channel {
        STRIPE("stripe"),
        /** The same with a test key: no money moves. */
        STRIPE_TEST("stripe-test"),
        /** Nobody: no money moves. */
        TEST("test");

        private final String code;

        Channel(String code) {
            this.code = code;
        }

        /** The name in the database and in JSON. */
        public String code() {
            return code;
        }

        /** Whether it is paid at Stripe. */
        public boolean isStripes() {
            return this != TEST;
        }

        public boolean movesMoney() {
            return this == STRIPE;
        }
    }

    /** How far it is. */
    public enum State {
        /** Nothing was heard of it yet. */
        OPEN("open"),
        /** The far side waits for the money. */
        PENDING("pending"),
        PAID("paid"),
        /** It was given up or refused; should the money come all the same, it is paid. */
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

    /** What so many dollars buy, micro-credits. */
    public static long micros(long dollars) {
        return Math.multiplyExact(Math.multiplyExact(dollars, 100L), MICROS_A_CENT);
    }

    public boolean isPaid() {
        return state == State.PAID;
    }

    /** With tax. */
    public long grossCents() {
        return netCents + taxCents;
    }

    /** The dollars that the credits cost. */
    public long dollars() {
        return netCents / 100;
    }
}
