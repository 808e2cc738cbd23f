package dev.tollgate.protocols.messages;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.vertx.core.Future;

/** Names the request in the header that Anthropic's clients show with an error (E26), also if another gate refuses the caller. */
public record RequestIdGate<C>(Gate<C> gate) implements Gate<C> {

    @Override
    public String name() {
        return gate.name();
    }

    @Override
    public String payer(C caller) {
        return gate.payer(caller);
    }

    @Override
    public Future<C> admit(Exchange exchange) {
        exchange.setHeader("request-id", exchange.requestId());
        return gate.admit(exchange);
    }
}
