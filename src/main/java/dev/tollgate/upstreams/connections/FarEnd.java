package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.pool.Timeouts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * The one server that a channel talks to, over HTTP/1.1 with connections kept alive. Never asks for compression, never follows a
 * redirect. Safe for use by several event loops; each call stays on its own.
 */
public final class FarEnd {

    /** To one channel; as many calls again may wait for a connection. */
    public static final int CONNECTIONS_MAX = 10_000;

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    /** Visible ASCII: what a header may carry. */
    private static final Pattern CREDENTIAL = Pattern.compile("[\\x21-\\x7e]{1,512}");

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

    private final Outbound outbound;
    private final URI base;
    private final Timeouts timeouts;
    private final String host;
    private final Connections connections;

    /**
     * @param baseUrl http or https, with a path at most
     * @param connectionsMax to the one host; as many calls again may wait for one
     */
    public FarEnd(Outbound outbound, String baseUrl, int connectionsMax, Timeouts timeouts) {
        this(outbound, baseUrl, connectionsMax, timeouts, new ClientSSLOptions());
    }

    /** @param trust whom to believe over https */
    FarEnd(Outbound outbound, String baseUrl, int connectionsMax, Timeouts timeouts, ClientSSLOptions trust) {
        this.outbound = outbound;
        this.base = checkedBase(baseUrl);
        this.timeouts = timeouts;
        boolean tls = "https".equals(base.getScheme());
        int usual = tls ? HTTPS_PORT : HTTP_PORT;
        int port = base.getPort() >= 0 ? base.getPort() : usual;
        this.host = port == usual ? base.getHost() : base.getHost() + ":" + port;
        this.connections =
                new Connections(outbound, bare(base.getHost()), port, tls ? trust : null, connectionsMax, timeouts);
    }

    /** An IPv6 address stands in brackets in a URL. */
    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static URI checkedBase(String baseUrl) {
        URI base = URI.create(baseUrl.replaceAll("/+$", ""));
        boolean known = "https".equals(base.getScheme()) || "http".equals(base.getScheme());
        if (!known || base.getHost() == null || base.getUserInfo() != null || base.getQuery() != null) {
            throw new IllegalArgumentException("a channel's base URL must be http(s)://host[:port][/path]");
        }
        return base;
    }

    /** Whether a header can carry it. */
    public static boolean isCredential(String text) {
        return CREDENTIAL.matcher(text).matches();
    }

    /** A token may be longer than a key; still bounded by the header block that takes it. */
    public static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    /** Of the base URL; empty, or with a slash before it and none behind. */
    public String basePath() {
        return base.getRawPath();
    }

    public Vertx vertx() {
        return outbound.vertx();
    }

    public Timeouts timeouts() {
        return timeouts;
    }

    /**
     * A POST with a JSON body.
     *
     * @param path below the base URL, with its slash and query
     * @throws IllegalArgumentException for one that is not visible ASCII
     */
    public Request post(String path) {
        return request("POST", path).with("content-type", "application/json");
    }

    /** As above, with a method in capitals and no header but the host's. */
    public Request request(String method, String path) {
        String target = base.getRawPath() + path;
        return Request.of(method, target.isEmpty() ? "/" : target, host);
    }

    /** Asks for a connection, for the current event loop, on which everything else happens. */
    public Future<Roundtrip> connect(Request request) {
        return connections.lend(request);
    }

    /** Connections that there are now. From any thread. */
    public int connections() {
        return connections.open();
    }

    /** Lets connections go; running calls fail. */
    public void close() {
        connections.close();
    }
}
