package dev.tollgate.customers.stripe;

import dev.tollgate.customers.payments.Payment;
import java.util.List;

/**
 * The operator's account at Stripe.
 *
 * @param webhookSecrets what its events are signed with, at least one; none of them empty
 * @param url where it is asked
 * @param isLive whether money moves
 * @param tax whether Stripe works out tax
 */
public record StripeAccount(String secretKey, List<String> webhookSecrets, String url, boolean isLive, boolean tax) {

    public StripeAccount {
        webhookSecrets = List.copyOf(webhookSecrets);
        if (webhookSecrets.isEmpty() || webhookSecrets.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("a webhook secret must not be blank, and there must be at least one");
        }
    }

    /** Returns the channel of its payments. */
    public Payment.Channel channel() {
        return channel(isLive);
    }

    static Payment.Channel channel(boolean isLive) {
        return isLive ? Payment.Channel.STRIPE : Payment.Channel.STRIPE_TEST;
    }

    @Override
    public String toString() {
        return "StripeAccount[" + (isLive ? "live" : "test") + "]";
    }
}
