package dev.tollgate.http.engine;

import dev.tollgate.http.EdgeLimits;
import dev.tollgate.http.HttpLimits;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The front's address and the proxies that it trusts.
 *
 * @param host the address to bind
 * @param port 0 to 65535, 0 for any free one
 * @param loops event loops, each with a server of its own on the same port
 * @param trustedHops how many proxies stand before us, each of which appends to {@code X-Forwarded-For}; with 0 the header
 *     is not looked at
 * @param origins the origins that browsers may call from, {@code *} for any (D25); never with credentials
 * @param certificates null: plain HTTP is spoken
 */
public record HttpOptions(
        String host,
        int port,
        int loops,
        int trustedHops,
        Set<String> origins,
        HttpLimits limits,
        EdgeLimits edge,
        @Nullable Certificates certificates) {

    public HttpOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port);
        }
        if (loops < 1 || loops > 1024 || trustedHops < 0 || trustedHops > 32) {
            throw new IllegalArgumentException("loops " + loops + ", trusted hops " + trustedHops);
        }
        origins = Set.copyOf(origins);
    }

    /** Makes options for plain HTTP. */
    public HttpOptions(
            String host,
            int port,
            int loops,
            int trustedHops,
            Set<String> origins,
            HttpLimits limits,
            EdgeLimits edge) {
        this(host, port, loops, trustedHops, origins, limits, edge, null);
    }

    /** Makes options with the edge's own limits. */
    public HttpOptions(String host, int port, int loops, int trustedHops, Set<String> origins, HttpLimits limits) {
        this(host, port, loops, trustedHops, origins, limits, EdgeLimits.of(limits.connectionsMax()));
    }

    /** Any origin, no trusted proxy, a loop for each processor. */
    public static HttpOptions of(String host, int port) {
        int loops = Runtime.getRuntime().availableProcessors();
        return new HttpOptions(host, port, loops, 0, Set.of("*"), HttpLimits.defaults());
    }

    public HttpOptions withLimits(HttpLimits limits) {
        return new HttpOptions(host, port, loops, trustedHops, origins, limits, edge, certificates);
    }

    public HttpOptions withEdge(EdgeLimits edge) {
        return new HttpOptions(host, port, loops, trustedHops, origins, limits, edge, certificates);
    }

    public HttpOptions withCertificates(@Nullable Certificates certificates) {
        return new HttpOptions(host, port, loops, trustedHops, origins, limits, edge, certificates);
    }
}
