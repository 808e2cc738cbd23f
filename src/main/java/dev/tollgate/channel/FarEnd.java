package dev.tollgate.channel;

import dev.tollgate.transport.LastBytes;
import dev.tollgate.upstream.Timeouts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * The one server that a channel talks to, over HTTP/1.1 with connections kept alive. Never asks for compression, never follows a
 * redirect. Safe for use by several event loops; each call stays on its own.
 */
public final class FarEnd {

    /** To one channel; as many calls again may wait for a connection. */
    public static final int CONNECTIONS_MAX = 10_000;

    /**
     * The client stops reading once it holds sixteen pieces for a caller who does not keep up (guarantee S-10), whatever
     * their size; with pieces of 64 KiB that is a megabyte for each such caller.
     */
    private static final int PIECE_BYTES_MAX = 8 * 1024;

    /** Visible ASCII: what a header may carry. */
    private static final Pattern CREDENTIAL = Pattern.compile("[\\x21-\\x7e]{1,512}");

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

    private final Vertx vertx;
    private final URI base;
    private final Timeouts timeouts;
    private final HttpClientAgent client;

    /**
     * @param baseUrl http or https, with a path at most
     * @param connectionsMax to the one host; as many calls again may wait for one
     */
    public FarEnd(Vertx vertx, String baseUrl, int connectionsMax, Timeouts timeouts) {
        this.vertx = vertx;
        this.base = checkedBase(baseUrl);
        this.timeouts = timeouts;
        this.client = client(vertx, connectionsMax, timeouts);
    }

    private static URI checkedBase(String baseUrl) {
        URI base = URI.create(baseUrl.replaceAll("/+$", ""));
        boolean known = "https".equals(base.getScheme()) || "http".equals(base.getScheme());
        if (!known || base.getHost() == null || base.getUserInfo() != null || base.getQuery() != null) {
            throw new IllegalArgumentException("a channel's base URL must be http(s)://host[:port][/path]");
        }
        return base;
    }

    private static HttpClientAgent client(Vertx vertx, int connectionsMax, Timeouts timeouts) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setConnectTimeout((int) timeouts.connectMillis())
                .setMaxChunkSize(PIECE_BYTES_MAX)
                .setKeepAlive(true);
        PoolOptions pool = new PoolOptions().setHttp1MaxSize(connectionsMax).setMaxWaitQueueSize(connectionsMax);
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                .withConnectHandler(LastBytes::keep)
                .build();
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
        return vertx;
    }

    public Timeouts timeouts() {
        return timeouts;
    }

    /** A POST with a JSON body. @param path below the base URL, with its slash and query */
    public RequestOptions post(String path) {
        boolean tls = "https".equals(base.getScheme());
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(base.getHost())
                .setPort(base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80)
                .setSsl(tls)
                .setURI(base.getRawPath() + path)
                .setConnectTimeout(timeouts.connectMillis())
                .putHeader("content-type", "application/json")
                .putHeader("user-agent", "tollgate");
    }

    /** Asks for a connection, for the current event loop. */
    public Future<HttpClientRequest> connect(RequestOptions options) {
        return client.request(options);
    }

    /** A whole body; fails, and resets, where it is longer. */
    public static Future<Buffer> body(HttpClientResponse response, int bytesMax) {
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(bytes -> {
            if (body.length() + bytes.length() > bytesMax) {
                response.handler(null);
                response.request().reset();
                whole.tryFail("the body is longer than " + bytesMax + " bytes");
            } else {
                body.appendBuffer(bytes);
            }
        });
        response.exceptionHandler(whole::tryFail);
        response.endHandler(_ -> whole.tryComplete(body));
        return whole.future();
    }

    /** Lets connections go; running calls fail. */
    public void close() {
        client.close();
    }
}
