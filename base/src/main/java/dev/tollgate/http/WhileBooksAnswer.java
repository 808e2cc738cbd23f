package dev.tollgate.http;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Refuses requests while the database does not respond: a waiting request would only occupy a connection and memory.
 *
 * @param refuses asked once for each request, on an event loop: must not wait
 */
public record WhileBooksAnswer<C>(Gate<C> gate, BooleanSupplier refuses) implements Gate<C> {

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
        if (refuses.getAsBoolean()) {
            throw ApiError.of(
                            ErrorCode.INTERNAL_ERROR,
                            sentence("The service cannot keep its books right now. Please try again."))
                    .withStatus(503)
                    .retryAfter(COME_BACK)
                    .asException();
        }
        return gate.admit(exchange);
    }
}
