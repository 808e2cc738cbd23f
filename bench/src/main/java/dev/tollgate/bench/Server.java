package dev.tollgate.bench;

import java.util.function.LongSupplier;

/**
 * A measured server.
 *
 * @param name in the results: gateway, nginx or direct (the mock itself)
 * @param allocatedBytes since it started, of a JVM that is asked; {@link #NOT_ASKED} for others
 */
record Server(String name, long pid, int port, Protocol protocol, LongSupplier allocatedBytes) {
    static final LongSupplier NOT_ASKED = () -> -1;
}
