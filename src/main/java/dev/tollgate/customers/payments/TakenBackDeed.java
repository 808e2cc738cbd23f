package dev.tollgate.customers.payments;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.TakeBack;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The audit log row for credits that a payment service's notice takes back or returns. Its actor is no operator. */
final class TakenBackDeed {

    private TakenBackDeed() {}

    /** @param from the address that sent the notice */
    static Deed of(PaymentNotice notice, Payment payment, TakeBack takeBack, String from, Instant at) {
        return new Deed(
                new Actor(payment.channel().isStripes() ? "stripe" : "test payment", from),
                "payment." + notice.fact().code(),
                payment.accountId(),
                null,
                at,
                () -> takeBack.outcome() instanceof TakeBack.Done done ? changed(notice, payment, done) : null);
    }

    private static Deed.@Nullable Changed changed(PaymentNotice notice, Payment payment, TakeBack.Done done) {
        ObjectNode before = json(done.before().balanceMicros(), done.takenBefore());
        ObjectNode after = json(done.balance().balanceMicros(), done.after())
                .put("payment", payment.id())
                .put("event", notice.id())
                .put("object", Objects.requireNonNullElse(notice.objectId(), ""))
                .put("blocked", done.blocked());
        return new Deed.Changed(ApiJson.MAPPER.writeValueAsString(before), ApiJson.MAPPER.writeValueAsString(after));
    }

    private static ObjectNode json(long balanceMicros, TakeBack.Taken taken) {
        ObjectNode json = ApiJson.MAPPER.createObjectNode();
        ApiJson.credits(json, "balance", balanceMicros);
        ApiJson.credits(json, "credits_taken_back", taken.micros());
        ApiJson.credits(json, "credits_missing", taken.missingMicros());
        return json;
    }
}
