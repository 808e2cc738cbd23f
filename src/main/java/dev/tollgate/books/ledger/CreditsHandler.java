package dev.tollgate.books.ledger;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.money.Credits;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.nio.charset.StandardCharsets;

/** {@code GET /v1/credits}: balance, holds, purchased and consumed credits of the caller's account (D40). */
public final class CreditsHandler implements Handler<Caller> {

    private final Ledger ledger;

    public CreditsHandler(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void handle(Exchange exchange, Caller caller) {
        String accountId = caller.accountId();
        exchange.compute(() -> Records.read(() -> ledger.account(accountId)), found -> {
            if (found.isEmpty()) {
                exchange.fail(ApiError.of(ErrorCode.INVALID_API_KEY, "The account of this API key does not exist."));
            } else {
                exchange.json(200, render(found.get().balance()));
            }
        });
    }

    private static byte[] render(Balance balance) {
        String json = "{\"code\":200,\"msg\":\"success\",\"data\":{\"balance\":" + Credits.text(balance.balanceMicros())
                + ",\"reserved\":" + Credits.text(balance.reservedMicros())
                + ",\"total_purchased\":" + Credits.text(balance.purchasedMicros())
                + ",\"total_consumed\":" + Credits.text(balance.consumedMicros()) + "}}";
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
