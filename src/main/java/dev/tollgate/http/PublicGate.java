package dev.tollgate.http;

import io.vertx.core.Future;

/** Open to all. */
final class PublicGate implements Gate<Gate.Anyone> {

    private static final Future<Anyone> ANYONE = Future.succeededFuture(new Anyone());

    @Override
    public String name() {
        return "public";
    }

    @Override
    public Future<Anyone> admit(Exchange exchange) {
        return ANYONE;
    }
}
