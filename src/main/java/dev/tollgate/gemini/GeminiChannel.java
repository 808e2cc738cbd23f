package dev.tollgate.gemini;

import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstream.Ask;
import dev.tollgate.upstream.Channel;
import dev.tollgate.upstream.ChatAsk;
import dev.tollgate.upstream.NativeAsk;
import dev.tollgate.upstream.PreparedAsk;
import dev.tollgate.upstream.UpstreamCall;
import dev.tollgate.upstream.UpstreamListener;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The Gemini API, or any server that speaks its protocol, over HTTP/1.1 with connections kept alive. Never asks for
 * compression, never follows a redirect.
 *
 * <p>Safe for use by several event loops; each call stays on its own.
 */
public final class GeminiChannel implements Channel {

    public static final String DEFAULT_BASE_URL = "https://generativelanguage.googleapis.com";

    /** Counting is an aid: a caller who waits for a refusal need not wait long. */
    private static final long COUNT_MILLIS = 10_000;

    private static final int READ_BYTES_MAX = 64 * 1024;

    /** Visible ASCII: what a header may carry. */
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,512}");

    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private final String name;
    private final URI base;
    private final String key;
    private final Function<String, UpstreamModel> models;
    private final GeminiTimeouts timeouts;
    private final GeminiErrors errors;
    private final Vertx vertx;
    private final HttpClientAgent client;

    /**
     * @param name the operator's name for it
     * @param baseUrl http or https, without the version's path; {@link #DEFAULT_BASE_URL} is Google's
     * @param key sent as {@code x-goog-api-key} and shown nowhere
     * @param connectionsMax to the one host; as many calls again may wait for one
     * @param models the rules of an upstream model by its name; throws where there are none
     */
    public GeminiChannel(
            Vertx vertx,
            String name,
            String baseUrl,
            String key,
            int connectionsMax,
            GeminiTimeouts timeouts,
            Function<String, UpstreamModel> models) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("the key of channel " + name + " is empty or holds unusual characters");
        }
        this.vertx = vertx;
        this.name = name;
        this.base = checkedBase(baseUrl);
        this.key = key;
        this.models = models;
        this.timeouts = timeouts;
        this.errors = new GeminiErrors(key);
        this.client = client(vertx, connectionsMax, timeouts);
    }

    private static URI checkedBase(String baseUrl) {
        URI base = URI.create(baseUrl.replaceAll("/+$", ""));
        boolean known = "https".equals(base.getScheme()) || "http".equals(base.getScheme());
        if (!known || base.getHost() == null || base.getUserInfo() != null || base.getQuery() != null) {
            throw new IllegalArgumentException("the base URL of Gemini must be http(s)://host[:port][/path]");
        }
        return base;
    }

    private static HttpClientAgent client(Vertx vertx, int connectionsMax, GeminiTimeouts timeouts) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setConnectTimeout((int) timeouts.connectMillis())
                .setMaxChunkSize(READ_BYTES_MAX)
                .setKeepAlive(true);
        PoolOptions pool = new PoolOptions().setHttp1MaxSize(connectionsMax).setMaxWaitQueueSize(connectionsMax);
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                // A reset is told to its call; without a handler it would be logged as an error besides.
                .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
                .build();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PreparedAsk prepare(Ask ask) {
        if (!MODEL.matcher(ask.upstreamModel()).matches()) {
            throw new IllegalArgumentException("not a model's name: " + ask.upstreamModel());
        }
        GeminiBody body =
                switch (ask) {
                    case ChatAsk chat ->
                        GeminiRequestWriter.write(chat.onChannel(name), models.apply(ask.upstreamModel()));
                    case NativeAsk own -> NativeRequestWriter.write(own);
                };
        return new Prepared(body, options(ask.upstreamModel(), "streamGenerateContent?alt=sse"), ask);
    }

    private RequestOptions options(String model, String method) {
        boolean tls = "https".equals(base.getScheme());
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(base.getHost())
                .setPort(base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80)
                .setSsl(tls)
                .setURI(base.getRawPath() + "/v1beta/models/" + model + ":" + method)
                .setConnectTimeout(timeouts.connectMillis())
                .putHeader("x-goog-api-key", key)
                .putHeader("content-type", "application/json")
                .putHeader("user-agent", "tollgate");
    }

    /** Lets connections go; running calls fail. */
    public void close() {
        client.close();
    }

    private final class Prepared implements PreparedAsk {
        private final GeminiBody body;
        private final RequestOptions options;
        private final Ask ask;

        Prepared(GeminiBody body, RequestOptions options, Ask ask) {
            this.body = body;
            this.options = options;
            this.ask = ask;
        }

        @Override
        public List<String> ignored() {
            return body.ignored();
        }

        @Override
        public void count(Consumer<OptionalLong> then) {
            String model = ask.upstreamModel();
            GeminiCount.start(
                    vertx,
                    client.request(options(model, "countTokens").setTimeout(COUNT_MILLIS)),
                    Buffer.buffer(body.countBytes(model)),
                    then);
        }

        @Override
        public UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            if (!Context.isOnEventLoopThread()) {
                throw new IllegalStateException("a call belongs to an event loop");
            }
            GeminiEventReader reader =
                    new GeminiEventReader(errors, ask.searches(), ask.candidates(), ask instanceof NativeAsk);
            GeminiCall call = new GeminiCall(vertx, timeouts, errors, reader, listener);
            call.start(client.request(new RequestOptions(options)), Buffer.buffer(body.bytes(maxOutputTokens)));
            return call;
        }
    }
}
