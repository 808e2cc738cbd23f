package dev.tollgate.http;

/**
 * Answers the exchanges of a route.
 *
 * @param <C> the least that it has to know of a caller; {@code Object} for nothing
 */
@FunctionalInterface
public interface Handler<C> {

    /**
     * Runs on the exchange's event loop and must not block. May answer later, from the same loop. An {@link
     * dev.tollgate.base.error.ApiException} thrown here is answered as it says, anything else as a 500.
     *
     * @param caller whom the route's gate has let in
     */
    void handle(Exchange exchange, C caller);
}
