package dev.tollgate.protocols.messages;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.vertx.core.Future;
import java.util.function.Predicate;

/**
 * Names the request in the header that Anthropic's clients show with an error (E26), also if another gate refuses the caller.
 *
 * @param isAnthropics whether a request is of Anthropic's API
 */
public record RequestIdGate<C>(Gate<C> gate, Predicate<Exchange> isAnthropics) implements Gate<C> {

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
        if (isAnthropics.test(exchange)) {
            exchange.setHeader(MessagesErrors.REQUEST_ID, exchange.requestId());
        }
        return gate.admit(exchange);
    }
}
