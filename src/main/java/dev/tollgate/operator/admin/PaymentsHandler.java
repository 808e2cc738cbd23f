package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.asking;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/payments}: what customers have paid. */
public final class PaymentsHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final Payments payments;
    private final Supplier<Map<String, Long>> told;

    /** @param told how often far sides have told what since this server began, by what became of it */
    public PaymentsHandler(Payments payments, Supplier<Map<String, Long>> told) {
        this.payments = payments;
        this.told = told;
    }

    /** {@code GET /admin/payments?account=&after=&limit=}, the newest first, and what was told. */
    public Handler<Object> list() {
        return asking(exchange -> {
            Payments.Cursor from = cursor(exchange);
            String account = OperatorRoutes.word(exchange, "account");
            int limit = OperatorRoutes.limit(exchange, Payments.PAGE_MAX);
            return () -> {
                List<Payment> page = account == null ? payments.page(from, limit) : payments.page(account, from, limit);
                ObjectNode list = JSON.createObjectNode();
                ArrayNode data = list.putArray("data");
                page.forEach(payment -> data.add(json(payment)));
                String next = page.size() < limit
                        ? null
                        : Payments.Cursor.after(page.getLast()).text();
                ObjectNode events = list.put("next", next).putObject("events");
                told.get().forEach(events::put);
                return JSON.writeValueAsBytes(list);
            };
        });
    }

    private static Payments.Cursor cursor(Exchange exchange) {
        String after = exchange.query("after");
        try {
            return after == null ? Payments.Cursor.NEWEST : Payments.Cursor.parse(after);
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid("after", "'after' must be the next of the page before.")
                    .asException();
        }
    }

    private static ObjectNode json(Payment payment) {
        ObjectNode json = JSON.createObjectNode()
                .put("id", payment.id())
                .put("account", payment.accountId())
                .put("channel", payment.channel().code())
                .put("state", payment.state().code())
                .put("net_cents", payment.netCents())
                .put("tax_cents", payment.taxCents())
                .put("currency", "usd");
        AccountsHandler.credits(json, "credits", payment.creditMicros());
        AccountsHandler.credits(json, "credits_taken_back", payment.reversedMicros());
        AccountsHandler.credits(json, "credits_missing", payment.missingMicros());
        return json.put("session", payment.sessionId())
                .put("payment_intent", payment.intentId())
                .put("created_at", OperatorRoutes.seconds(payment.createdAt()))
                .put("ended_at", OperatorRoutes.seconds(payment.endedAt()));
    }
}
