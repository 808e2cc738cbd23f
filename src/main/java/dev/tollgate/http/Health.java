package dev.tollgate.http;

import io.vertx.core.buffer.Buffer;

/**
 * {@code GET /health/live} and {@code /health/ready}: probes for whoever runs the process. They say nothing else. Readiness is an
 * ordinary route, which a draining server refuses.
 */
public final class Health implements Handler {

    private static final Buffer UP = Buffer.buffer("{\"status\":\"up\"}");

    @Override
    public void handle(Exchange exchange) {
        exchange.json(200, UP);
    }
}
