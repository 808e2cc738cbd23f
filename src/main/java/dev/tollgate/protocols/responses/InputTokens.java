package dev.tollgate.protocols.responses;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.http.Exchange;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.Optional;

/** What {@code POST /v1/responses/input_tokens} shows: the upstream's count, or an estimate that says so; never 0 (E27, E44). */
public final class InputTokens implements Door.Counted {

    @Override
    public void show(Exchange exchange, MeteredCall call, Optional<PromptCount> counted) {
        if (counted.isEmpty()) {
            exchange.setHeader("x-tollgate-estimated", "true");
        }
        call.ignored().forEach(exchange::ignore);
        long tokens = counted.map(PromptCount::tokens).orElseGet(() -> RoughCount.tokens(call.ask()));
        exchange.json(
                200,
                Utf8Buffer.scratch()
                        .raw("{\"object\":\"response.input_tokens\",\"input_tokens\":")
                        .number(Math.max(1, tokens))
                        .raw('}')
                        .bytes());
    }
}
