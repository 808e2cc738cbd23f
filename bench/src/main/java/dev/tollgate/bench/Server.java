package dev.tollgate.bench;

import java.util.function.LongSupplier;

/**
 * A measured server.
 *
 * @param name in the results: gateway, nginx or direct (the mock itself)
 * @param allocatedBytes the bytes that a JVM has allocated since its start; {@link #NOT_ASKED} for a server that does not report them
 */
record Server(String name, long pid, int port, Protocol protocol, LongSupplier allocatedBytes) {
    static final LongSupplier NOT_ASKED = () -> -1;
}
