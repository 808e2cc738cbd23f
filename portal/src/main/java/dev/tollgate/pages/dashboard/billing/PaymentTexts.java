package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Language;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.words.Joined;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The state of a payment in words, the same for its customer and for operators. */
public record PaymentTexts(Payment payment, Instant now) {

    /** The time after which Stripe rejects the payment. */
    private static final Duration OPEN_MAX = Duration.ofHours(24);

    /** Cents as dollars, e.g. {@code $25.00}. */
    public static String dollars(long cents) {
        String amount = Display.number(Math.abs(cents / 100))
                + Language.now().signs().decimal()
                + String.format(Locale.ROOT, "%02d", Math.abs(cents % 100));
        return (cents < 0 ? "\u2212" : "") + say("${amount}", amount);
    }

    public boolean isOver() {
        return payment.state() == Payment.State.FAILED
                || payment.state() == Payment.State.OPEN
                        && Duration.between(payment.createdAt(), now).compareTo(OPEN_MAX) > 0;
    }

    public boolean isWaiting() {
        return !payment.isPaid() && !isOver();
    }

    public String state() {
        if (payment.isDisputed()) {
            return say("disputed");
        }
        if (payment.isPaid()) {
            boolean isWhole = payment.reversedMicros() == payment.creditMicros();
            return payment.reversedMicros() == 0 ? say("paid") : isWhole ? say("reversed") : say("partly reversed");
        }
        if (isOver()) {
            return payment.state() == Payment.State.FAILED ? say("failed") : say("expired");
        }
        return payment.state() == Payment.State.PENDING ? say("being confirmed") : say("unpaid");
    }

    /** Returns why nothing was paid; null if the payment is not over. */
    public @Nullable String why() {
        if (!isOver()) {
            return null;
        }
        Instant end = payment.endedAt();
        boolean isLate =
                end == null || Duration.between(payment.createdAt(), end).compareTo(OPEN_MAX) >= 0;
        return payment.channel() == Payment.Channel.TEST
                ? say("The test payment was ended as failed.")
                : isLate
                        ? say("It was not paid within 24 hours.")
                        : say("The bank or the card did not pay. You were not charged.");
    }

    public String badge() {
        if (payment.isPaid()) {
            return payment.isDisputed() ? "bad" : payment.reversedMicros() == 0 ? "ok" : "warn";
        }
        return isOver() ? "bad" : "run";
    }

    /**
     * The texts of a payment's page, of which one is not empty.
     *
     * @param waiting how it stands while it is not over
     */
    public record StateTexts(String waiting, String arrived, String failed) {}

    private String arrived(BoughtPeriod period) {
        String credits = Display.charge(payment.creditMicros());
        String paid = say("{period}: {credits} credits.", PlanWords.bought(period), credits);
        return isBesidePlan()
                ? Joined.sentences(
                        paid,
                        say(
                                "The payment could not become a period of your plan: these credits are a grant apart from the plan."))
                : paid;
    }

    /** Returns whether it has bought credits for a period that is no period of the account's plan. */
    public boolean isBesidePlan() {
        Payment.Bought bought = payment.bought();
        return payment.isPaid() && bought != null && bought.subscription() == null;
    }

    /** @param isBack whether the customer has come back from where one pays @param period that it buys; null for credits */
    StateTexts stateTexts(boolean isBack, @Nullable BoughtPeriod period, ZoneId zone) {
        if (payment.isPaid() && period != null) {
            return new StateTexts("", arrived(period), "");
        }
        if (payment.isPaid()) {
            Instant end = payment.endedAt();
            String credits = Display.charge(payment.creditMicros());
            return new StateTexts(
                    "",
                    end == null
                            ? say("{credits} credits arrived.", credits)
                            : say("{credits} credits arrived at {time}.", credits, Display.time(end, zone)),
                    "");
        }
        if (isOver()) {
            boolean hasFailed = payment.state() == Payment.State.FAILED;
            return new StateTexts(
                    "",
                    "",
                    hasFailed
                            ? say("The payment failed. You were not charged.")
                            : say("The payment expired: it was not paid within 24 hours."));
        }
        if (payment.url() == null) {
            return new StateTexts(say("The payment page could not be opened. You were not charged."), "", "");
        }
        boolean isSent = isBack || payment.state() == Payment.State.PENDING;
        return new StateTexts(
                isSent
                        ? say("Waiting for the payment to be confirmed. You may close this page.")
                        : say("One step left: pay {dollars}.", dollars(payment.netCents())),
                "",
                "");
    }
}
