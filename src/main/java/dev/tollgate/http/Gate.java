package dev.tollgate.http;

import io.vertx.core.Future;

/**
 * Who may call a route. Asked before a body is read; what it learns of the caller goes to the route's handler.
 *
 * @param <C> a caller who was let in
 */
public interface Gate<C> {

    /** Lets everybody in. */
    Gate<Anyone> PUBLIC = new PublicGate();

    /** As the routes table shows it. */
    String name();

    /**
     * Called on the exchange's event loop. The answer may be there at once (the cheaper way) or complete later on the same loop; a refusal
     * is a failure with an {@link dev.tollgate.base.error.ApiException}, or that exception thrown.
     */
    Future<C> admit(Exchange exchange);

    /** The account among whose share of memory and turns the exchange counts; empty where there is none. */
    default String payer(C caller) {
        return "";
    }

    /** A caller of whom nothing is known. */
    record Anyone() {}
}
