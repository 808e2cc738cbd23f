package dev.tollgate.customers.oidc;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.json.Json;
import dev.tollgate.base.log.Event;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Request;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.http.client.WholeReply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Asks the provider, over connections to the few servers that it has: bounded in number, time and bytes; redirects are not followed. The map of
 * servers is guarded by this object. Thread-safe; blocks, never on an event loop.
 */
final class ProviderCalls implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ProviderCalls.class);

    private static final int SERVERS_MAX = 8;
    private static final int CONNECTIONS_MAX = 8;
    private static final int CALLS_MAX = 16;
    private static final int REPLY_BYTES_MAX = 256 * 1024;
    private static final long CONNECT_MILLIS = 4_000;
    private static final long ANSWER_MILLIS = 8_000;

    private final Outbound outbound;
    private final OidcClient client;
    private final long answerMillis;
    private final Semaphore calls = new Semaphore(CALLS_MAX);
    private final Map<String, FarEnd> servers = new HashMap<>();
    private boolean isClosed;

    ProviderCalls(Outbound outbound, OidcClient client) {
        this(outbound, client, ANSWER_MILLIS);
    }

    /** @param answerMillis how long an answer is waited for */
    ProviderCalls(Outbound outbound, OidcClient client, long answerMillis) {
        this.outbound = outbound;
        this.client = client;
        this.answerMillis = answerMillis;
    }

    /** The provider's reply. @param json missing where it is none */
    record Reply(int status, JsonNode json) {}

    /** Returns whether the server may call an address, or show it to a browser: over TLS, or all of it on this machine. */
    boolean isAllowed(URI url) {
        boolean plain = "http".equals(url.getScheme()) && client.isOnThisMachine() && isLoopback(url.getHost());
        return url.getHost() != null
                && url.getRawUserInfo() == null
                && url.getRawFragment() == null
                && ("https".equals(url.getScheme()) || plain);
    }

    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
    }

    Reply get(URI url) throws OidcFailure {
        return ask(url, new byte[0], end -> end.request("GET", target(url)).with("accept", "application/json"));
    }

    Reply post(URI url, String form, Map<String, String> headers) throws OidcFailure {
        return ask(url, form.getBytes(StandardCharsets.US_ASCII), end -> {
            Request request = end.request("POST", target(url))
                    .with("accept", "application/json")
                    .with("content-type", "application/x-www-form-urlencoded");
            for (Map.Entry<String, String> header : headers.entrySet()) {
                request = request.with(header.getKey(), header.getValue());
            }
            return request;
        });
    }

    private static String target(URI url) {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return (path.isEmpty() ? "/" : path) + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
    }

    private Reply ask(URI url, byte[] body, Function<FarEnd, Request> request) throws OidcFailure {
        if (!calls.tryAcquire()) {
            throw OidcFailure.away(
                    sentence("Too many people are signing in with {provider}. Try again in a minute.", client.name()));
        }
        try {
            FarEnd end = server(url);
            WholeReply reply = exchange(end, request.apply(end), body);
            return new Reply(reply.status(), json(reply.body()));
        } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
            log.warn(
                    Event.SIGN_IN_FAILED,
                    "{} cannot be reached at {}: {}",
                    client.name(),
                    url.getHost(),
                    String.valueOf(e.getMessage()));
            throw away();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away();
        } finally {
            calls.release();
        }
    }

    OidcFailure away() {
        return OidcFailure.away(sentence("{provider} does not respond. Try again in a minute.", client.name()));
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.STRICT.readTree(body);
        } catch (JacksonException | NumberFormatException e) {
            return Json.STRICT.missingNode();
        }
    }

    private WholeReply exchange(FarEnd end, Request request, byte[] body)
            throws ExecutionException, TimeoutException, InterruptedException {
        Promise<WholeReply> promise = Promise.promise();
        outbound.vertx().runOnContext(_ -> end.connect(request)
                .compose(roundtrip -> {
                    Future<WholeReply> reply = WholeReply.of(roundtrip, REPLY_BYTES_MAX);
                    roundtrip.await(answerMillis, false);
                    roundtrip.send(body);
                    return reply;
                })
                .onComplete(promise));
        return promise.future()
                .toCompletionStage()
                .toCompletableFuture()
                .get(CONNECT_MILLIS + 2 * answerMillis, TimeUnit.MILLISECONDS);
    }

    private FarEnd server(URI url) throws OidcFailure {
        if (!isAllowed(url)) {
            throw away();
        }
        String origin = url.getScheme() + "://" + url.getRawAuthority();
        synchronized (this) {
            FarEnd known = servers.get(origin);
            if (known != null) {
                return known;
            }
            if (isClosed || servers.size() >= SERVERS_MAX) {
                throw away();
            }
            FarEnd made = new FarEnd(
                    outbound,
                    origin,
                    CONNECTIONS_MAX,
                    new Timeouts(CONNECT_MILLIS, answerMillis, answerMillis, answerMillis));
            servers.put(origin, made);
            return made;
        }
    }

    @Override
    public void close() {
        List<FarEnd> open;
        synchronized (this) {
            isClosed = true;
            open = new ArrayList<>(servers.values());
            servers.clear();
        }
        open.forEach(FarEnd::close);
    }
}
