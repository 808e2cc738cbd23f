package dev.tollgate.http;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * {@code GET /health/live} and {@code /health/ready}: probes for whoever runs the process. They say nothing else: why it is not ready stands
 * in the log. Readiness is an ordinary route, which a draining server refuses.
 */
public final class Health implements Handler<Object> {

    private static final byte[] UP = "{\"status\":\"up\"}".getBytes(StandardCharsets.US_ASCII);
    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final BooleanSupplier good;

    /** @param good asked on an event loop: must not wait for what it tells of */
    public Health(BooleanSupplier good) {
        this.good = good;
    }

    @Override
    public void handle(Exchange exchange, Object caller) {
        if (good.getAsBoolean()) {
            exchange.json(200, UP);
        } else {
            exchange.fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "The server is not ready.")
                    .withStatus(503)
                    .retryAfter(COME_BACK));
        }
    }
}
