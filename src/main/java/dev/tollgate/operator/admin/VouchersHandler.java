package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.asking;
import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.http.Handler;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/vouchers}: codes are told by the request that makes them and by no other. */
public final class VouchersHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final OperatorVouchers vouchers;

    public VouchersHandler(OperatorVouchers vouchers) {
        this.vouchers = vouchers;
    }

    /** {@code GET /admin/vouchers?after=&limit=}, the newest first. */
    public Handler<Object> list() {
        return asking(exchange -> {
            long before = OperatorRoutes.number(exchange, "after", Long.MAX_VALUE, 1, Long.MAX_VALUE);
            int limit = OperatorRoutes.limit(exchange, Vouchers.PAGE_MAX);
            return () -> {
                List<Voucher> page = vouchers.page(before, limit);
                ObjectNode list = JSON.createObjectNode();
                ArrayNode data = list.putArray("data");
                page.forEach(voucher -> data.add(json(voucher)));
                String next = page.size() < limit
                        ? null
                        : Long.toString(page.getLast().sequence());
                return JSON.writeValueAsBytes(list.put("next", next));
            };
        });
    }

    /** {@code POST /admin/vouchers {count, credits, expires_at, reason}}. */
    public Handler<Object> make() {
        return doing(
                201,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    int count = body.has("count") ? body.number("count", 1, Vouchers.AT_ONCE_MAX) : 1;
                    long micros = body.someCredits("credits");
                    Instant expiresAt = body.time("expires_at");
                    return () -> {
                        ObjectNode made = JSON.createObjectNode();
                        ArrayNode codes = made.putArray("codes");
                        vouchers.make(by, count, micros, expiresAt).forEach(codes::add);
                        return JSON.writeValueAsBytes(made);
                    };
                },
                "count",
                "credits",
                "expires_at",
                "reason");
    }

    private static ObjectNode json(Voucher voucher) {
        ObjectNode json = JSON.createObjectNode().put("sequence", voucher.sequence());
        AccountsHandler.credits(json, "credits", voucher.amountMicros());
        return json.put("note", voucher.note())
                .put("created_at", OperatorRoutes.seconds(voucher.createdAt()))
                .put("expires_at", OperatorRoutes.seconds(voucher.expiresAt()))
                .put("account", voucher.accountId())
                .put("redeemed_at", OperatorRoutes.seconds(voucher.redeemedAt()));
    }
}
