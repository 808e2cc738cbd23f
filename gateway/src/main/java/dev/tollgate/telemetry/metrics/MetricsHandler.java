package dev.tollgate.telemetry.metrics;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;

/** {@code GET /metrics}: in Prometheus' text format. */
public record MetricsHandler(Exposition exposition) implements Handler<Object> {

    @Override
    public void handle(Exchange exchange, Object caller) {
        exchange.compute(exposition::text, text -> exchange.send(200, Exposition.CONTENT_TYPE, text));
    }
}
