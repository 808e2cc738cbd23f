package dev.tollgate.customers.payments;

import dev.tollgate.books.plans.Plan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A form that begins payments. Pressed again it begins no other one, unless something else is chosen: who goes back to the page and changes the amount
 * gets that.
 *
 * @param id that the page has given to it: 32 hex digits
 */
public record PaymentForm(String id) {

    /** The hex digits in the id of a form, and of its payments. */
    private static final int DIGITS = 32;

    /** Returns the form; null for an id that no page has given. */
    public static @Nullable PaymentForm of(String id) {
        return id.matches("[0-9a-f]{" + DIGITS + "}") ? new PaymentForm(id) : null;
    }

    /** Returns the id of its payment for an amount of credits. */
    public String credits(Payment.Channel channel, long dollars) {
        return payment(channel, Long.toString(dollars));
    }

    /** Returns the id of its payment for a period of a plan. @param now whether the period begins at once */
    public String period(Payment.Channel channel, Plan.Version seen, boolean now) {
        return payment(channel, String.join(" ", seen.plan(), Long.toString(seen.number()), now ? "now" : "after"));
    }

    private String payment(Payment.Channel channel, String chosen) {
        String all = String.join(" ", id, channel.code(), chosen);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return "pay_" + HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
