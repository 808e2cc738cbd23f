package dev.tollgate.portal;

import dev.tollgate.pages.Texts;
import dev.tollgate.payments.Payment;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** How a payment is told to who makes it. */
record PaymentTexts(Payment payment, Instant now) {

    /** After it the far side takes no money for it any more. */
    private static final Duration OPEN_MAX = Duration.ofHours(24);

    /** Cents as dollars, e.g. {@code $25.00}. */
    static String dollars(long cents) {
        return "$" + Texts.number(cents / 100) + "." + String.format(Locale.ROOT, "%02d", cents % 100);
    }

    boolean isOver() {
        return payment.state() == Payment.State.FAILED
                || payment.state() == Payment.State.OPEN
                        && Duration.between(payment.createdAt(), now).compareTo(OPEN_MAX) > 0;
    }

    boolean isWaiting() {
        return !payment.isPaid() && !isOver();
    }

    String state() {
        if (payment.isPaid()) {
            boolean isWhole = payment.reversedMicros() == payment.creditMicros();
            return payment.reversedMicros() == 0 ? "paid" : isWhole ? "taken back" : "partly taken back";
        }
        return isOver()
                ? "did not go through"
                : payment.state() == Payment.State.PENDING ? "being confirmed" : "waiting";
    }

    String badge() {
        if (payment.isPaid()) {
            return payment.reversedMicros() == 0 ? "ok" : "warn";
        }
        return isOver() ? "bad" : "run";
    }
}
