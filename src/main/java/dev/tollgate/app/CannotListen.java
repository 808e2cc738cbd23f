package dev.tollgate.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** The configured address is in use or does not belong to this machine. The message is for the operator. */
public final class CannotListen extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private CannotListen(String host, int port, String options, IOException cause) {
        super(
                "cannot listen on %s:%d: %s. Another address can be chosen with %s."
                        .formatted(host, port, cause.getMessage(), options),
                cause);
    }

    /** Checks the address before anything is created: a first start shows its new keys once, and only if it succeeds. */
    static void check(String host, int port) {
        check(host, port, "--host and --port");
    }

    /** @param options the command line options that choose another address */
    static void check(String host, int port, String options) {
        try (ServerSocket probe = new ServerSocket()) {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IOException("unknown host");
            }
            probe.bind(address);
        } catch (IOException taken) {
            throw new CannotListen(host, port, options, taken);
        }
    }
}
