package dev.tollgate.keys;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage.OfLimit;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.ledger.SpendPath;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.time.Instant;
import java.time.InstantSource;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /v1/credits}: balance, holds, purchased and consumed credits of the caller's account (D40), the limits and budgets on the key's path, and the
 * account's grants. A key of a member or a team shows its own share: the account's balance only if that limits it, and no grants. The same figures are served
 * in {@link BalanceForms the forms} in which programs of other platforms ask for a balance.
 */
public final class CreditsHandler implements Handler<KeyCaller> {

    private static final int SENT_BYTES = 256;

    /** The forms of an answer. */
    public enum Form {
        /** The form of this server, with the two amounts of OpenRouter's. */
        CREDITS(CreditsHandler::write),
        KEY(BalanceForms::writeKey),
        SUBSCRIPTION(BalanceForms::writeSubscription),
        USAGE(BalanceForms::writeUsage);

        private final Members members;

        Form(Members members) {
            this.members = members;
        }
    }

    /** Writes the members of an answer. */
    @FunctionalInterface
    private interface Members {
        void write(JsonGenerator json, Key key, SpendPath path);
    }

    private final Ledger ledger;
    private final InstantSource clock;
    private final Form form;

    public CreditsHandler(Ledger ledger, InstantSource clock, Form form) {
        this.ledger = ledger;
        this.clock = clock;
        this.form = form;
    }

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        Key key = caller.key();
        exchange.compute(
                () -> Records.read(() -> ledger.path(
                        key.accountId(), key.id(), key.owner(), key.settings().spend(), clock.instant())),
                found -> {
                    if (found.isEmpty()) {
                        exchange.fail(
                                ApiError.of(ErrorCode.INVALID_API_KEY, "The account of this API key does not exist."));
                    } else {
                        exchange.json(
                                200, ApiJson.object(SENT_BYTES, json -> form.members.write(json, key, found.get())));
                    }
                });
    }

    private static void write(JsonGenerator json, Key key, SpendPath path) {
        Balance balance = path.account().balance();
        boolean isOwned = !key.owner().id().isEmpty();
        json.writeNumberProperty("code", 200);
        json.writeStringProperty("msg", "success");
        json.writeObjectPropertyStart("data");
        ApiJson.credits(json, "balance", isOwned ? path.leftMicros() : balance.balanceMicros());
        ApiJson.credits(json, "reserved", isOwned ? path.ofKey().heldMicros() : balance.reservedMicros());
        ApiJson.credits(json, "total_purchased", isOwned ? 0L : balance.purchasedMicros());
        ApiJson.credits(json, "total_consumed", BalanceForms.usedMicros(key, path));
        BalanceForms.writeTotals(json, key, path);
        json.writeArrayPropertyStart("budgets");
        path.limits().forEach(limit -> write(json, limit));
        json.writeEndArray();
        if (!isOwned && !path.grants().isEmpty()) {
            ApiJson.credits(json, "general", path.grants().generalMicros());
            json.writeArrayPropertyStart("grants");
            path.grants()
                    .grants()
                    .forEach(grant -> write(json, grant, path.grants().at()));
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, CreditGrant grant, Instant at) {
        json.writeStartObject();
        json.writeNumberProperty("number", grant.number());
        json.writeStringProperty("kind", grant.kind().code());
        ApiJson.credits(json, "credits", grant.creditsMicros());
        ApiJson.credits(json, "left", grant.leftMicros());
        json.writeArrayPropertyStart("models");
        grant.models().forEach(json::writeString);
        json.writeEndArray();
        json.writeStringProperty("starts_at", OfLimit.text(grant.startsAt(), null));
        json.writeStringProperty(
                "expires_at", grant.expiresAt() == null ? null : OfLimit.text(grant.expiresAt(), null));
        json.writeArrayPropertyStart("limits");
        grant.limits(at).forEach(limit -> write(json, limit));
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, CreditGrant.LimitUse limit) {
        json.writeStartObject();
        json.writeNumberProperty("hours", limit.hours());
        ApiJson.credits(json, "credits", limit.micros());
        ApiJson.credits(json, "used", limit.usedMicros());
        json.writeStringProperty("resets_at", OfLimit.text(limit.resetsAt(), null));
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, SpendPath.LimitUse limit) {
        json.writeStartObject();
        json.writeStringProperty("owner", limit.owner().kind().code());
        json.writeStringProperty("id", limit.owner().id());
        if (!limit.owner().name().isEmpty()) {
            json.writeStringProperty("name", limit.owner().name());
        }
        json.writeStringProperty("window", limit.window().code());
        ApiJson.credits(json, "limit", limit.limitMicros());
        ApiJson.credits(json, "used", limit.use().chargedMicros());
        ApiJson.credits(json, "held", limit.use().heldMicros());
        ApiJson.credits(json, "left", limit.leftMicros());
        json.writeStringProperty(
                "resets_at", limit.endsAt() == null ? null : OfLimit.text(limit.endsAt(), limit.zone()));
        json.writeEndObject();
    }
}
