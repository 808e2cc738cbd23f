package dev.tollgate.customers.stripe;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.customers.payments.Blame;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads an event of Stripe's, whose signature was right. */
final class StripeEvent {

    private static final long CENTS_MAX = 1_000_000_000;
    private static final long SECONDS_MAX = 100_000_000_000L;
    private static final String ID = "[A-Za-z0-9_]{1,100}";
    private static final String PAID = "paid";

    /** The word of a period that begins at once, whatever runs. */
    static final String NOW = "now";

    private final String id;
    private final String type;
    private final Instant createdAt;
    private final JsonNode object;
    private final Payment.Channel channel;
    private @Nullable String wrong;

    private StripeEvent(
            String id,
            String type,
            Instant createdAt,
            JsonNode object,
            Payment.Channel channel,
            @Nullable String wrong) {
        this.id = id;
        this.type = type;
        this.createdAt = createdAt;
        this.object = object;
        this.channel = channel;
        this.wrong = wrong;
    }

    /**
     * @param isLive as the key says
     * @return null for an event of a kind that says nothing to us
     * @throws dev.tollgate.base.error.ApiException 400 for what is no event
     */
    static @Nullable PaymentNotice read(byte[] body, Lease memory, boolean isLive) {
        AtomicReference<@Nullable ObjectNode> read = new AtomicReference<>();
        new JsonBody(body, ReadLimits.DEFAULT, memory).wholeObject(json -> read.set(json.objectTree()));
        JsonNode event = Objects.requireNonNull(read.get());
        String id = text(event.path("id"), ID);
        String type = text(event.path("type"), "[a-z0-9_.]{1,100}");
        JsonNode object = event.path("data").path("object");
        if (id == null || type == null || !object.isObject()) {
            throw ApiError.invalid(null, "The event has no id, type or data.object.")
                    .asException();
        }
        Instant createdAt = Instant.ofEpochSecond(number(event.path("created"), SECONDS_MAX, 0));
        JsonNode live = event.path("livemode");
        boolean isOfMode = live.isBoolean() && live.booleanValue() == isLive;
        String wrong = isOfMode ? null : Blame.OTHER_MODE.kept();
        return new StripeEvent(id, type, createdAt, object, StripeAccount.channel(isLive), wrong).notice();
    }

    private @Nullable PaymentNotice notice() {
        if (type.startsWith("checkout.session.") && !object.path("metadata").has("payment")) {
            return null; // another system sells at the same account
        }
        return switch (type) {
            case "checkout.session.completed" -> completed();
            case "checkout.session.async_payment_succeeded" -> session(Fact.PAID);
            case "checkout.session.async_payment_failed", "checkout.session.expired" -> session(Fact.FAILED);
            case "charge.refunded" -> money(Fact.REFUNDED, "amount_refunded");
            // An inquiry withdraws no money. If it becomes a dispute, Stripe sends an event about the funds.
            case "charge.dispute.created" -> status().startsWith("warning_") ? null : money(Fact.DISPUTED, "amount");
            case "charge.dispute.funds_withdrawn" -> money(Fact.DISPUTED, "amount");
            case "charge.dispute.funds_reinstated" -> money(Fact.DISPUTE_WON, "amount");
            case "charge.dispute.closed" ->
                switch (status()) {
                    case "lost" -> money(Fact.DISPUTE_LOST, "amount");
                    case "won", "warning_closed" -> money(Fact.DISPUTE_WON, "amount");
                    default -> null;
                };
            default -> null;
        };
    }

    private PaymentNotice completed() {
        String payment = object.path("payment_status").asString("");
        if (payment.equals(PAID)) {
            return session(Fact.PAID);
        }
        if (!payment.equals("unpaid")) {
            blame(Blame.NOT_PAID);
        }
        return session(Fact.PENDING);
    }

    private PaymentNotice session(Fact fact) {
        String paymentId = text(object.path("client_reference_id"), "[A-Za-z0-9_-]{1,64}");
        if (paymentId == null
                || !paymentId.equals(object.path("metadata").path("payment").asString(""))) {
            blame(Blame.NOT_OUR_PAGE);
        }
        if (fact == Fact.PAID) {
            currency();
        }
        long tax = number(object.path("total_details").path("amount_tax"), CENTS_MAX, 0);
        return notice(
                fact,
                paymentId,
                text(object.path("id"), ID),
                null,
                number(object.path("amount_total"), CENTS_MAX, -1),
                tax);
    }

    private PaymentNotice money(Fact fact, String amount) {
        currency();
        long cents = number(object.path(amount), CENTS_MAX, -1);
        if (cents < 0) {
            blame(Blame.NO_AMOUNT);
        }
        return notice(fact, null, null, text(object.path("id"), ID), Math.max(0, cents), 0);
    }

    private PaymentNotice notice(
            Fact fact,
            @Nullable String paymentId,
            @Nullable String sessionId,
            @Nullable String objectId,
            long cents,
            long taxCents) {
        return new PaymentNotice(
                id,
                type,
                fact,
                createdAt,
                channel,
                paymentId,
                sessionId,
                intent(),
                objectId,
                Math.max(0, cents),
                taxCents,
                wrong,
                paymentId == null ? null : begun());
    }

    private PaymentNotice.Begun begun() {
        JsonNode metadata = object.path("metadata");
        String micros = text(metadata.path("credits"), "[1-9][0-9]{0,17}");
        return new PaymentNotice.Begun(
                Instant.ofEpochSecond(number(object.path("created"), SECONDS_MAX, 0)),
                text(metadata.path("account"), ID),
                micros == null ? 0 : Long.parseLong(micros),
                Objects.requireNonNullElse(
                        text(object.path("customer_details").path("address").path("country"), "[A-Z]{2}"), ""),
                bought(metadata));
    }

    private static Payment.@Nullable Bought bought(JsonNode metadata) {
        String plan = text(metadata.path("plan"), Plan.ID.pattern());
        String version = text(metadata.path("version"), "[1-9][0-9]{0,17}");
        return plan == null || version == null
                ? null
                : new Payment.Bought(
                        plan,
                        Long.parseLong(version),
                        NOW.equals(metadata.path("when").asString("")));
    }

    /** As a text, or as the whole of it. */
    private @Nullable String intent() {
        JsonNode intent = object.path("payment_intent");
        return text(intent.isObject() ? intent.path("id") : intent, ID);
    }

    private void currency() {
        if (!object.path("currency").asString("").equals("usd")) {
            blame(Blame.OTHER_CURRENCY);
        }
    }

    /** The first blame stays. */
    private void blame(Blame what) {
        if (wrong == null) {
            wrong = what.kept();
        }
    }

    private String status() {
        return object.path("status").asString("");
    }

    private static @Nullable String text(JsonNode node, String allowed) {
        return node.isString() && node.stringValue().matches(allowed) ? node.stringValue() : null;
    }

    private static long number(JsonNode node, long most, long otherwise) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0 && node.longValue() <= most
                ? node.longValue()
                : otherwise;
    }
}
