package dev.tollgate.http.client;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import io.vertx.core.Vertx;
import io.vertx.core.net.ProxyOptions;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The route to upstream servers: a direct connection, or CONNECT at the operator's HTTP proxy. The host decides as it is written: no name
 * is looked up here.
 *
 * @param proxy null for direct connections only
 * @param direct hosts that are reached without the proxy: a name with all names below it, an address, a CIDR range, or {@code *} for all
 */
public record Outbound(Vertx vertx, @Nullable ProxyOptions proxy, List<String> direct) {

    public Outbound {
        direct = List.copyOf(direct);
    }

    /** Returns the way without a proxy. */
    public static Outbound direct(Vertx vertx) {
        return new Outbound(vertx, null, List.of());
    }

    /** @param credentials {@code user:password}; null: none are sent */
    public static ProxyOptions proxy(String host, int port, @Nullable String credentials) {
        ProxyOptions proxy = new ProxyOptions().setHost(host).setPort(port);
        if (credentials != null) {
            int colon = credentials.indexOf(':');
            proxy.setUsername(credentials.substring(0, colon)).setPassword(credentials.substring(colon + 1));
        }
        return proxy;
    }

    /** Returns the proxy for a host, or null if the host is reached directly, as this machine always is. */
    @Nullable
    ProxyOptions proxyTo(String host) {
        if (proxy == null) {
            return null;
        }
        String name = host.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
        IPAddress address = new IPAddressString(name).getAddress();
        boolean isHere = address == null
                ? isBelow(name, "localhost")
                : address.isLoopback() || address.toInetAddress().isAnyLocalAddress();
        return isHere || direct.stream().anyMatch(rule -> matches(rule, name, address)) ? null : proxy;
    }

    private static boolean matches(String rule, String name, @Nullable IPAddress address) {
        if (rule.equals("*")) {
            return true;
        }
        if (address == null) {
            return isBelow(name, rule.toLowerCase(Locale.ROOT).replaceAll("^\\*?\\.", ""));
        }
        IPAddress range = new IPAddressString(rule).getAddress();
        return range != null && range.toPrefixBlock().contains(address);
    }

    private static boolean isBelow(String name, String domain) {
        return name.equals(domain) || name.endsWith("." + domain);
    }

    /** Adds the proxy to a failure for the log. TLS passes through the proxy unread, so a TLS failure is the upstream server's. */
    static Throwable through(ProxyOptions proxy, Throwable why) {
        return why instanceof SSLException
                ? why
                : new IOException(
                        "no connection through the proxy " + proxy.getHost() + ":" + proxy.getPort() + ": "
                                + why.getMessage(),
                        why);
    }
}
