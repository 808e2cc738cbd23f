package dev.tollgate.customers.stripe;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.Verdict;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /webhooks/stripe}. Signed events are answered with 200, whether or not they count: Stripe would send them again for days, to the
 * same end. It is asked to if the books cannot be written, or if an event comes before the session of its payment is stored.
 */
public record StripeWebhookHandler(Payments payments, WebhookCounts counts) implements Handler<StripeGate.Signed> {

    public static final String PATH = "/webhooks/stripe";

    /** The types of events that change a payment. */
    public static final List<String> EVENTS = List.of(
            "checkout.session.completed",
            "checkout.session.async_payment_succeeded",
            "checkout.session.async_payment_failed",
            "checkout.session.expired",
            "charge.refunded",
            "charge.dispute.created",
            "charge.dispute.closed",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated");

    private static final Logger log = LoggerFactory.getLogger(StripeWebhookHandler.class);
    private static final byte[] RECEIVED = "{\"received\":true}".getBytes(StandardCharsets.US_ASCII);

    /** @param notice null for an event that says nothing to us */
    private record Reading(boolean isSigned, @Nullable PaymentNotice notice) {}

    @Override
    public void handle(Exchange exchange, StripeGate.Signed caller) {
        Lease memory = exchange.memory();
        exchange.read(bytes -> reading(bytes, caller, memory), reading -> {
            PaymentNotice notice = reading.notice();
            if (!reading.isSigned()) {
                throw StripeGate.refusal(exchange, counts);
            }
            if (notice == null) {
                counts.count(WebhookCounts.Kind.OF_NO_USE);
                exchange.json(200, RECEIVED);
            } else {
                String from = exchange.remoteAddress();
                exchange.compute(() -> take(notice, from), taken -> {
                    if (taken == Verdict.TOO_EARLY) {
                        throw ApiError.of(
                                        ErrorCode.INTERNAL_ERROR,
                                        "The session of this payment is not stored yet. Send the event again.")
                                .withStatus(503)
                                .asException();
                    }
                    exchange.json(200, RECEIVED);
                });
            }
        });
    }

    private static Reading reading(byte[] bytes, StripeGate.Signed caller, Lease memory) {
        if (bytes.length > StripeGate.BODY_BYTES_MAX) {
            throw StripeGate.tooLarge();
        }
        return caller.signature().isOf(bytes, caller.account().webhookSecrets())
                ? new Reading(
                        true, StripeEvent.read(bytes, memory, caller.account().isLive()))
                : new Reading(false, null);
    }

    private Verdict take(PaymentNotice notice, String from) {
        Verdict taken = payments.notices().take(notice, from);
        switch (taken) {
            case TAKEN -> counts.count(WebhookCounts.Kind.TAKEN);
            case KEPT -> counts.count(WebhookCounts.Kind.KEPT);
            case OF_NO_USE -> counts.count(WebhookCounts.Kind.OF_NO_USE);
            case REPLAYED -> counts.count(WebhookCounts.Kind.REPLAYED);
            case REFUSED, TOO_EARLY, AGAIN -> {
                counts.count(WebhookCounts.Kind.REFUSED);
                log.warn(
                        Event.PAYMENT_FAILED,
                        "Stripe event {} ({}) was refused; see the list of payments",
                        notice.id(),
                        notice.type());
            }
        }
        return taken;
    }
}
