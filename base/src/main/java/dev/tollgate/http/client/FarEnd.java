package dev.tollgate.http.client;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * The upstream server of one channel, over HTTP/1.1 with connections kept alive. Never requests compression, never follows a redirect. Safe
 * for use by several event loops; each call stays on its own.
 */
public final class FarEnd {

    /** The limit on connections of one channel, and on calls that wait for one. */
    public static final int CONNECTIONS_MAX = 10_000;

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    /** Visible ASCII, as a header allows. */
    private static final Pattern CREDENTIAL = Pattern.compile("[\\x21-\\x7e]{1,512}");

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

    private final Outbound outbound;
    private final URI base;
    private final Timeouts timeouts;
    private final String host;
    private final Connections connections;

    /** @param baseUrl http or https, with a path at most @param connectionsMax the limit on connections, and on calls that wait for one */
    public FarEnd(Outbound outbound, String baseUrl, int connectionsMax, Timeouts timeouts) {
        this(outbound, baseUrl, connectionsMax, timeouts, new ClientSSLOptions());
    }

    /** @param trust the certificates to trust over https */
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

    /** Removes the brackets of an IPv6 address. */
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

    /** Returns whether a header can contain the credential. */
    public static boolean isCredential(String text) {
        return CREDENTIAL.matcher(text).matches();
    }

    /** Returns whether a header can contain the token, which may be longer than a key. */
    public static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    /** Returns the base URL's path; empty, or with a leading slash and no trailing one. */
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
     * Returns the head of a POST with a JSON body.
     *
     * @param path below the base URL, with its slash and query
     * @throws IllegalArgumentException if the path is not visible ASCII
     */
    public Request post(String path) {
        return request("POST", path).with("content-type", "application/json");
    }

    /** Returns the head of a request with this method, in capitals, and no header except the host's. */
    public Request request(String method, String path) {
        String target = base.getRawPath() + path;
        return Request.of(method, target.isEmpty() ? "/" : target, host);
    }

    /** Requests a connection for the current event loop, on which all its events happen. */
    public Future<Roundtrip> connect(Request request) {
        return connections.lend(request);
    }

    /** Returns the number of connections. From any thread. */
    public int connections() {
        return connections.open();
    }

    /** Closes all connections; running calls fail. */
    public void close() {
        connections.close();
    }
}
