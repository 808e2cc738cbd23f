package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Turns away at once who would only wait: while the database is silent nobody's key is looked up and no call is held, and each that waited
 * would keep its connection and its body.
 *
 * @param silent asked on an event loop: waits for nothing
 */
public record WhileBooksAnswer<C>(Gate<C> gate, BooleanSupplier silent) implements Gate<C> {

    private static final Duration COME_BACK = Duration.ofSeconds(2);

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
        if (silent.getAsBoolean()) {
            throw ApiError.of(
                            ErrorCode.INTERNAL_ERROR, "The service cannot keep its books right now. Please try again.")
                    .withStatus(503)
                    .retryAfter(COME_BACK)
                    .asException();
        }
        return gate.admit(exchange);
    }
}
