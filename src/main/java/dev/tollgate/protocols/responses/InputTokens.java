package dev.tollgate.protocols.responses;

import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.http.Exchange;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.upstreams.pool.PromptCount;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What {@code POST /v1/responses/input_tokens} shows: free and no task (E27, E44). */
public final class InputTokens implements Door.Counted {

    private static final int BYTES_EACH = 4;

    @Override
    public void show(Exchange exchange, MeteredCall call, Optional<PromptCount> counted) {
        long tokens = counted.map(PromptCount::tokens).orElseGet(() -> estimate(exchange, call));
        byte[] body = ("{\"object\":\"response.input_tokens\",\"input_tokens\":" + Math.max(1, tokens) + "}")
                .getBytes(StandardCharsets.US_ASCII);
        exchange.json(200, body);
    }

    private static long estimate(Exchange exchange, MeteredCall call) {
        exchange.setHeader("x-tollgate-estimated", "true");
        return (call.ask().promptSize().textBytes() + BYTES_EACH - 1) / BYTES_EACH;
    }
}
