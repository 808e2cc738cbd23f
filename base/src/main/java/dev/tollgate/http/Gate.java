package dev.tollgate.http;

import io.vertx.core.Future;

/**
 * Decides who may call a route, before a body is read. What it learns of the caller goes to the route's handler.
 *
 * @param <C> a caller that was accepted
 */
public interface Gate<C> {

    /** Accepts every caller. */
    Gate<Anyone> PUBLIC = new Gate<>() {

        private static final Future<Anyone> ANYONE = Future.succeededFuture(new Anyone());

        @Override
        public String name() {
            return "public";
        }

        @Override
        public Future<Anyone> admit(Exchange exchange) {
            return ANYONE;
        }
    };

    /** Returns the name that the routes table shows. */
    String name();

    /**
     * Called on the exchange's event loop. The answer may be there at once (the cheaper way) or complete later on the same loop; a refusal
     * is a failure with an {@link dev.tollgate.base.error.ApiException}, or that exception thrown.
     */
    Future<C> admit(Exchange exchange);

    /** Returns the account whose share of memory and turns the exchange takes; empty without one. */
    default String payer(C caller) {
        return "";
    }

    /** An unknown caller. */
    record Anyone() {}
}
