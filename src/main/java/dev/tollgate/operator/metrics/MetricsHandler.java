package dev.tollgate.operator.metrics;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;

/** {@code GET /metrics}: in Prometheus' text format. */
public final class MetricsHandler implements Handler<Object> {

    private final Exposition exposition;

    public MetricsHandler(Exposition exposition) {
        this.exposition = exposition;
    }

    @Override
    public void handle(Exchange exchange, Object caller) {
        exchange.compute(exposition::text, text -> exchange.send(200, Exposition.CONTENT_TYPE, text));
    }
}
