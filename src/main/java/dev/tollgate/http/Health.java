package dev.tollgate.http;

import io.vertx.core.buffer.Buffer;
import java.util.function.BooleanSupplier;

/** {@code GET /health/live} and {@code /health/ready}: probes for whoever runs the process. They say nothing else. */
public final class Health {

    private static final Buffer UP = Buffer.buffer("{\"status\":\"up\"}");
    private static final Buffer DOWN = Buffer.buffer("{\"status\":\"down\"}");

    private final BooleanSupplier ready;

    /** @param ready whether new calls are taken */
    public Health(BooleanSupplier ready) {
        this.ready = ready;
    }

    public Handler live() {
        return exchange -> exchange.json(200, UP);
    }

    public Handler ready() {
        return exchange -> {
            boolean up = ready.getAsBoolean();
            exchange.json(up ? 200 : 503, up ? UP : DOWN);
        };
    }
}
