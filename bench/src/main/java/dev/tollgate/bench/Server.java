package dev.tollgate.bench;

/**
 * A measured server.
 *
 * @param name in the results: gateway, nginx or direct (the mock itself)
 */
record Server(String name, long pid, int port, Protocol protocol) {}
