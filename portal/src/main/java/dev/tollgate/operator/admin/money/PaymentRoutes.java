package dev.tollgate.operator.admin.money;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentCursor;
import dev.tollgate.customers.payments.PaymentNotices;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/payments}: what customers have paid. */
public final class PaymentRoutes {

    private static final Field<String> EVENT = Field.text("event", sentence("Event"));

    /** Asks the payment service for an event that was refused, and judges it again. The result is what became of it. */
    public static final OperatorAction<Events, Sentence> PROCESS_AGAIN = OperatorAction.ofForms(PaymentNotices.EVENT)
            .choosing(EVENT)
            .button(Button.of(sentence("Process again")).withoutReason())
            .does((events, by, request) -> events.askAgain(by, request.path(EVENT.name())));

    /** The events of a payment service. */
    @FunctionalInterface
    public interface Events {

        /** Requests an event by its id and processes it again, with a row of the audit log. @return what became of it */
        Sentence askAgain(By by, String eventId);
    }

    private final Payments payments;
    private final Supplier<Map<String, Long>> events;

    /** @param events how many events have come from payment services since this server started, by their result */
    public PaymentRoutes(Payments payments, Supplier<Map<String, Long>> events) {
        this.payments = payments;
        this.events = events;
    }

    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/admin/payments", this::list, "account", "after", "limit"));
    }

    /** The newest first, and the events. */
    private JsonNode list(AdminRequest request) {
        PaymentCursor from = cursor(request.query().get("after"));
        String account = request.word("account");
        ObjectNode list = request.page(
                Payments.PAGE_MAX,
                limit -> account == null ? payments.page(from, limit) : payments.page(account, from, limit),
                PaymentRoutes::json,
                payment -> PaymentCursor.after(payment).text());
        ObjectNode counts = list.putObject("events");
        events.get().forEach(counts::put);
        return list;
    }

    private static PaymentCursor cursor(@Nullable String after) {
        try {
            return after == null ? PaymentCursor.NEWEST : PaymentCursor.parse(after);
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid("after", sentence("'after' must be the next of the page before."))
                    .asException();
        }
    }

    private static ObjectNode json(Payment payment) {
        AdminJson json = new AdminJson()
                .text("id", payment.id())
                .text("account", payment.accountId())
                .text("channel", payment.channel().code())
                .text("state", payment.state().code())
                .number("net_cents", payment.netCents())
                .number("tax_cents", payment.taxCents())
                .text("currency", "usd")
                .credits("credits", payment.creditMicros())
                .credits("credits_taken_back", payment.reversedMicros())
                .credits("credits_missing", payment.progress().taken().missingMicros())
                .credits("credits_lapsed", payment.progress().taken().lapsedMicros())
                .text("session", payment.sessionId())
                .text("payment_intent", payment.intentId())
                .time("created_at", payment.createdAt())
                .time("ended_at", payment.endedAt());
        Payment.Bought bought = payment.bought();
        return bought == null
                ? json.node()
                : json.text("plan", bought.plan())
                        .number("version", bought.version())
                        .text("when", bought.atOnce() ? "now" : "after")
                        .number("subscription", bought.subscription())
                        .number("period", bought.period() == null ? null : Long.valueOf(bought.period()))
                        .node();
    }
}
