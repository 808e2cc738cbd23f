package dev.tollgate.customers.payments;

import dev.tollgate.books.ledger.TakeBack;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A purchase of credits, or of a period of a plan.
 *
 * @param netCents the price in US cents, without tax
 * @param creditMicros the purchased micro-credits
 * @param bought what it buys of a plan; null for general credits
 */
public record Payment(
        String id,
        String accountId,
        Channel channel,
        Instant createdAt,
        long netCents,
        long creditMicros,
        @Nullable Bought bought,
        Progress progress) {

    /** The object of a payment. */
    public enum Purpose {
        CREDITS("credits"),
        PLAN("plan");

        private final String code;

        Purpose(String code) {
            this.code = code;
        }

        /** The name in the database and in JSON. */
        public String code() {
            return code;
        }
    }

    /**
     * The part of a plan that a payment buys: a period of the version that the customer has seen (K15, K16).
     *
     * @param plan the id of the plan
     * @param version its number
     * @param atOnce whether the period begins at once, whatever runs; else it follows a running one
     * @param subscription the number of the account's plan of which it bought a period
     * @param period that it bought; both are null until it is paid, and if it bought credits beside the plan
     */
    public record Bought(
            String plan,
            long version,
            boolean atOnce,
            @Nullable Long subscription,
            @Nullable Integer period) {

        /** Makes what a payment buys that is not paid. */
        public Bought(String plan, long version, boolean atOnce) {
            this(plan, version, atOnce, null, null);
        }
    }

    /**
     * The parts of a payment that the payment service and its notices change.
     *
     * @param page of the service
     * @param intentId the service's id of the money; null until the payment is paid
     * @param taxCents the tax on top of the price; 0 until the payment is paid
     * @param endedAt when the payment was paid or failed; null before
     * @param taken credits taken back because money went back
     * @param isDisputed whether a dispute of it is not decided
     */
    public record Progress(
            State state,
            Page page,
            @Nullable String intentId,
            long taxCents,
            @Nullable Instant endedAt,
            TakeBack.Taken taken,
            boolean isDisputed) {

        /** Returns the progress of a payment that has begun. */
        static Progress begun(Page page) {
            return new Progress(State.OPEN, page, null, 0, null, TakeBack.Taken.NOTHING, false);
        }
    }

    /** The payment page. @param sessionId the service's id of it. Both are null until the service has answered. */
    public record Page(@Nullable String sessionId, @Nullable String url) {}

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

    /** Returns whether it buys what another one does in the same way: as many credits, or a period of the same version with the same begin. */
    boolean buysAs(Payment other) {
        if (channel != other.channel || netCents != other.netCents || creditMicros != other.creditMicros) {
            return false;
        }
        Bought its = other.bought;
        if (bought == null || its == null) {
            return bought == null && its == null;
        }
        return bought.plan.equals(its.plan) && bought.version == its.version && bought.atOnce == its.atOnce;
    }

    public Purpose purpose() {
        return bought == null ? Purpose.CREDITS : Purpose.PLAN;
    }

    public State state() {
        return progress.state();
    }

    /** Returns the service's id of the payment page; null until the service has answered. */
    public @Nullable String sessionId() {
        return progress.page().sessionId();
    }

    /** Returns the payment page; null until the service has answered. */
    public @Nullable String url() {
        return progress.page().url();
    }

    /** Returns the service's id of the money; null until the payment is paid. */
    public @Nullable String intentId() {
        return progress.intentId();
    }

    /** Returns the tax on top of the price; 0 until the payment is paid. */
    public long taxCents() {
        return progress.taxCents();
    }

    /** Returns when the payment was paid or failed; null before. */
    public @Nullable Instant endedAt() {
        return progress.endedAt();
    }

    /** Returns the credits that were taken back because money went back. */
    public long reversedMicros() {
        return progress.taken().micros();
    }

    /** Returns whether a dispute of it is not decided. */
    public boolean isDisputed() {
        return progress.isDisputed();
    }

    public boolean isPaid() {
        return state() == State.PAID;
    }

    /** Returns the price with tax. */
    public long grossCents() {
        return netCents + taxCents();
    }

    /** Returns an amount of dollars, with cents if it has some. */
    public static String dollars(long cents) {
        return cents % 100 == 0
                ? Long.toString(cents / 100)
                : BigDecimal.valueOf(cents, 2).toPlainString();
    }
}
