package dev.tollgate.upstreams.media;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.http.client.PublicPost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Posts to addresses that customers name, under the rules of downloads: {@link Guard} decides where the connection may go, and it goes to the judged
 * address. Only HTTPS, except to places that the operator allows. No redirect is followed, and the response's body is not read. Thread-safe; blocks.
 */
public final class GuardedPost implements PublicPost, AutoCloseable {

    private static final Duration TIME = Duration.ofSeconds(10);
    private static final int CONNECT_MILLIS_MAX = 5_000;
    private static final int HEADER_BYTES_MAX = 16 * 1024;
    /** More than the callers make at a time: none waits for another's connection to the same host. */
    private static final int CONNECTIONS_MAX = 512;

    private final Guard guard;
    private final AllowedPlaces allowed;
    private final HttpClientAgent client;

    public GuardedPost(Vertx vertx, Resolver resolver, AllowedPlaces allowed) {
        this(vertx, resolver, allowed, new HttpClientOptions());
    }

    /** @param base options to build on */
    GuardedPost(Vertx vertx, Resolver resolver, AllowedPlaces allowed, HttpClientOptions base) {
        this.guard = new Guard(resolver, allowed);
        this.allowed = allowed;
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions(base)
                        .setProtocolVersion(HttpVersion.HTTP_1_1)
                        .setConnectTimeout(CONNECT_MILLIS_MAX)
                        .setMaxHeaderSize(HEADER_BYTES_MAX)
                        .setKeepAlive(false)
                        .setVerifyHost(true))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX).setMaxWaitQueueSize(CONNECTIONS_MAX))
                .build();
    }

    @Override
    public @Nullable Sentence complaint(String text) {
        try {
            MediaUrl url = parsed(text);
            return guard.mayReach(url)
                    ? null
                    : sentence(
                            "leads to {host}, which deliveries cannot reach: use a public host, on port 443.",
                            url.authority());
        } catch (MediaRefused e) {
            return e.sentence();
        }
    }

    @Override
    public String host(String text) {
        try {
            return MediaUrl.parse(text).host();
        } catch (MediaRefused e) {
            return "";
        }
    }

    private MediaUrl parsed(String text) throws MediaRefused {
        MediaUrl url = MediaUrl.parse(text);
        if (!url.tls() && (url.address() == null || !allowed.allow(url, url.address()))) {
            throw new MediaRefused(sentence("must begin with https://."));
        }
        return url;
    }

    @Override
    public int post(String accountId, String text, Map<String, String> headers, byte[] body)
            throws InterruptedException {
        return post(accountId, text, headers, body, new Deadline(TIME));
    }

    int post(String accountId, String text, Map<String, String> headers, byte[] body, Deadline deadline)
            throws InterruptedException {
        try {
            MediaUrl url = parsed(text);
            InetAddress address = guard.judge(accountId, url, deadline).getFirst();
            return post(url, address, headers, body, deadline);
        } catch (MediaRefused | TooMuch e) {
            return 0;
        }
    }

    private int post(MediaUrl url, InetAddress address, Map<String, String> headers, byte[] body, Deadline deadline)
            throws InterruptedException {
        AtomicReference<@Nullable HttpClientRequest> open = new AtomicReference<>();
        AtomicBoolean isOver = new AtomicBoolean();
        RequestOptions options =
                Downloads.options(HttpMethod.POST, url, address).putHeader("content-type", "application/json");
        Future<Integer> answered = Downloads.request(client, options).compose(request -> {
            open.set(request);
            if (isOver.get()) { // while the connection was made: a receiver that never answers would keep it for good
                request.connection().close();
                return Future.failedFuture("the time is over");
            }
            headers.forEach(request::putHeader);
            return request.send(Buffer.buffer(body)).map(response -> response.statusCode());
        });
        try {
            return answered.toCompletionStage().toCompletableFuture().get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Fatal.check(e);
            return 0;
        } catch (TimeoutException e) {
            return 0;
        } finally {
            isOver.set(true);
            HttpClientRequest request = open.get();
            if (request != null) {
                request.connection().close(); // what follows the status is of no interest
            }
        }
    }

    @Override
    public void close() {
        client.close();
        guard.close();
    }
}
