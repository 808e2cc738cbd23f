package dev.tollgate.keys;

import dev.tollgate.base.error.Shortage.OfLimit;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.SpendPath;
import java.math.BigDecimal;
import java.time.Instant;
import tools.jackson.core.JsonGenerator;

/**
 * The balance in the words of other platforms, in US dollars. Programs subtract the amount used from an amount that was bought or allowed, and show the
 * difference as what is left. So the larger amount is what is used with what a call of any model can use now: what was bought is also in grants that
 * serve some models only, or give no more before a limit resets.
 */
final class BalanceForms {

    private static final int CENTS = 2;

    private BalanceForms() {}

    /** Returns what the key's owner has used: a member or a team by the key, all others by all keys of the account. */
    static long usedMicros(Key key, SpendPath path) {
        Balance balance = path.account().balance();
        return key.owner().id().isEmpty()
                ? balance.consumedMicros()
                : path.ofKey().chargedMicros() - path.refundedMicros();
    }

    private static long totalMicros(Key key, SpendPath path) {
        return usedMicros(key, path) + path.usableMicros();
    }

    /** Writes the members that OpenRouter's {@code /credits} has. */
    static void writeTotals(JsonGenerator json, Key key, SpendPath path) {
        ApiJson.dollars(json, "total_credits", totalMicros(key, path));
        ApiJson.dollars(json, "total_usage", usedMicros(key, path));
    }

    /** Writes OpenRouter's {@code /key}, with the members that are known here. */
    static void writeKey(JsonGenerator json, Key key, SpendPath path) {
        Instant expiresAt = key.settings().expiresAt();
        json.writeObjectPropertyStart("data");
        json.writeStringProperty("label", key.settings().name());
        ApiJson.dollars(json, "limit", totalMicros(key, path));
        ApiJson.dollars(json, "limit_remaining", path.usableMicros());
        ApiJson.dollars(json, "usage", usedMicros(key, path));
        json.writeBooleanProperty("is_management_key", key.settings().kind() == KeyKind.MANAGEMENT);
        json.writeStringProperty("expires_at", expiresAt == null ? null : OfLimit.text(expiresAt, null));
        json.writeEndObject();
    }

    /** Writes OpenAI's former subscription, as one-api and the programs for it know it. */
    static void writeSubscription(JsonGenerator json, Key key, SpendPath path) {
        json.writeStringProperty("object", "billing_subscription");
        json.writeBooleanProperty("has_payment_method", true);
        for (String name : new String[] {"soft_limit_usd", "hard_limit_usd", "system_hard_limit_usd"}) {
            ApiJson.dollars(json, name, totalMicros(key, path));
        }
        json.writeNumberProperty("access_until", 0);
    }

    /** Writes the usage that is subtracted from the subscription: in cents, and of all time, whatever dates are asked for. */
    static void writeUsage(JsonGenerator json, Key key, SpendPath path) {
        json.writeStringProperty("object", "list");
        json.writeName("total_usage");
        json.writeNumber(new BigDecimal(Credits.dollars(usedMicros(key, path)))
                .movePointRight(CENTS)
                .toPlainString());
    }
}
