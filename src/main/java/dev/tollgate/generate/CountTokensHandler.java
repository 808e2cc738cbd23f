package dev.tollgate.generate;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.metering.FreeCounts;
import dev.tollgate.openai.ReadLimits;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** {@code POST …/models/{model}:countTokens}: free and no task, but a request like any other, and for accounts with a balance (D51). */
public final class CountTokensHandler implements Handler {

    private final GenerateCalls calls;
    private final FreeCounts counts;
    private final ReadLimits limits;

    public CountTokensHandler(GenerateCalls calls, FreeCounts counts, ReadLimits limits) {
        this.calls = calls;
        this.counts = counts;
        this.limits = limits;
    }

    @Override
    public void handle(Exchange exchange) {
        Key key = KeyCaller.modelKey(exchange);
        String model = exchange.pathParam("model");
        exchange.read(
                body -> NativeRequestReader.readCount(body, limits),
                request -> exchange.compute(
                        () -> {
                            counts.requireBalance(key.accountId());
                            return calls.count(key, model, request);
                        },
                        call -> counts.count(call, counted -> exchange.guard(() -> answer(exchange, counted)))));
    }

    private static void answer(Exchange exchange, OptionalLong counted) {
        if (counted.isEmpty()) {
            exchange.fail(ApiError.of(
                    ErrorCode.UPSTREAM_ERROR,
                    "The upstream provider cannot count the tokens right now. Please try again."));
            return;
        }
        String json = "{\"totalTokens\":" + counted.getAsLong() + "}";
        exchange.json(200, json.getBytes(StandardCharsets.UTF_8));
    }
}
