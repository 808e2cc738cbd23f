package dev.tollgate.customers.figures.api;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;

/**
 * {@code GET /admin/tasks?account&from&to&status&model&key&after&limit}: calls that have ended. Calls of all accounts are in the order of their starts, calls
 * of one account in the order of their ends, the newest first. {@code next} is as in {@link TaskListHandler}.
 */
public record PlatformTasksHandler(PlatformCalls calls) implements Handler<Object> {

    private static final int LIMIT_DEFAULT = 50;
    private static final int LIMIT_MAX = 200;

    @Override
    public void handle(Exchange exchange, Object operator) {
        ListParameters parameters = new ListParameters(exchange);
        CallFilter filter = new CallFilter(
                parameters.time("from", parameters.zone()),
                parameters.time("to", parameters.zone()),
                TaskListHandler.statuses(parameters.text("status")),
                parameters.text("model"),
                KeyFilter.ofKey(parameters.text("key")),
                null,
                null,
                -1,
                null,
                null);
        String account = parameters.text("account");
        String after = account == null ? parameters.callId() : parameters.place();
        int limit = parameters.limit(LIMIT_DEFAULT, LIMIT_MAX);
        exchange.compute(
                () -> Records.read(() -> calls.page(filter, account, after, limit)),
                page -> exchange.json(limit * CallRow.JSON_BYTES, () -> render(page)));
    }

    private static byte[] render(PlatformCalls.Page page) {
        return ApiJson.object(
                16_384,
                json -> ApiJson.list(
                        json,
                        page.calls(),
                        (each, it) -> TaskListHandler.write(each, it.call(), it.accountId(), null),
                        page.older()));
    }
}
