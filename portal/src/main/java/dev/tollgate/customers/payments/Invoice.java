package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.verification.EntryOrigin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The paper of a payment, as both sides were called when it was paid.
 *
 * @param period of a plan that was bought; null for credits
 * @param series whose numbers have no gaps within a year (UTC)
 * @param sequence from 1
 * @param seller named: it is an invoice; else a receipt
 */
public record Invoice(
        Payment payment,
        @Nullable BoughtPeriod period,
        String series,
        int year,
        long sequence,
        Instant issuedAt,
        Party seller,
        Party buyer) {

    /** Returns the number series before a restore. Each seller has one, and so have receipts without a seller; each restore begins another (C32). */
    static String series(Payment.Channel channel, Party seller) {
        return (channel.movesMoney() ? "of " : "tests of ") + seller.name();
    }

    /** Returns the number, as in {@code 2026-00017}, after a first restore {@code 2026-2-00001}; receipts start with {@code R-}, documents of test payments with {@code TEST-}. */
    public String number() {
        return EntryOrigin.number(year, sequence, !isTest(), seller.name(), series);
    }

    /** Returns whether the payment was a test without money. */
    public boolean isTest() {
        return !payment.channel().movesMoney();
    }

    /** Returns the title of the document, with its number. */
    public Sentence title() {
        if (payment.channel() == Payment.Channel.TEST) {
            return sentence("Test receipt {number}", number());
        }
        return seller.isNamed()
                ? sentence("Invoice {number}", number())
                : sentence("Payment receipt {number}", number());
    }
}
