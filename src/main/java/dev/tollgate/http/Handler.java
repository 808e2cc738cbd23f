package dev.tollgate.http;

/** Answers the exchanges of a route. */
@FunctionalInterface
public interface Handler {

    /**
     * Runs on the exchange's event loop and must not block. May answer later, from the same loop. An {@link
     * dev.tollgate.error.ApiException} thrown here is answered as it says, anything else as a 500.
     */
    void handle(Exchange exchange);
}
