package dev.tollgate.customers.payments;

import java.time.Instant;
import java.util.Locale;

/**
 * The paper of a payment, as both sides were called when it was paid.
 *
 * @param series whose numbers have no gaps within a year (UTC)
 * @param sequence from 1
 * @param seller named: it is an invoice; else a receipt
 */
public record Invoice(
        Payment payment, String series, int year, long sequence, Instant issuedAt, Party seller, Party buyer) {

    /** Each seller has numbers of its own, and so have papers of which nobody is the seller. */
    static String series(Payment.Channel channel, Party seller) {
        return (channel.movesMoney() ? "of " : "tests of ") + seller.name();
    }

    /** E.g. {@code 2026-00017}; what is no invoice, or of no money, says so. */
    public String number() {
        String number = year + "-" + String.format(Locale.ROOT, "%05d", sequence);
        return isTest() ? "TEST-" + number : seller.isNamed() ? number : "R-" + number;
    }

    /** Whether no money has moved. */
    public boolean isTest() {
        return !payment.channel().movesMoney();
    }

    /** What it may be called. */
    public String title() {
        if (payment.channel() == Payment.Channel.TEST) {
            return "Test receipt";
        }
        return seller.isNamed() ? "Invoice" : "Payment receipt";
    }
}
