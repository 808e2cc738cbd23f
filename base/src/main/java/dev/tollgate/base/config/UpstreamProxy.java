package dev.tollgate.base.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy that is asked to CONNECT.
 *
 * @param host an IPv6 address without brackets
 * @param credentials {@code user:password}; null: none
 * @param direct hosts that are reached without it
 */
public record UpstreamProxy(String host, int port, @Nullable Secret credentials, List<String> direct) {

    public UpstreamProxy {
        direct = List.copyOf(direct);
    }

    UpstreamProxy except(List<String> hosts) {
        return new UpstreamProxy(host, port, credentials, hosts);
    }

    /** Returns its URL without credentials. */
    public String shown() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
