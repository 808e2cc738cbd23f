package dev.tollgate.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Nobody can listen on the address that is configured: it is taken, or none of this machine's. The message is for the operator. */
public final class CannotListen extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private CannotListen(String host, int port, String options, IOException cause) {
        super(
                "cannot listen on %s:%d: %s. Another address can be chosen with %s."
                        .formatted(host, port, cause.getMessage(), options),
                cause);
    }

    /** Looks before anything is made: keys that a first start makes are shown once, and only by one that succeeds. */
    static void check(String host, int port) {
        check(host, port, "--host and --port");
    }

    /** @param options that choose another one */
    static void check(String host, int port, String options) {
        try (ServerSocket probe = new ServerSocket()) {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IOException("no such host is known");
            }
            probe.bind(address);
        } catch (IOException taken) {
            throw new CannotListen(host, port, options, taken);
        }
    }
}
