package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.json.Json;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Request;
import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.http.client.WholeReply;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.BodySender;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.connections.RetryHeaders;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Single requests of the Files API (protocol 1.9), each to the channel's own host with the channel's own key. Blocks. */
final class UploadProtocol {

    static final String URL = "x-goog-upload-url";
    static final String RECEIVED = "x-goog-upload-size-received";
    static final String STATUS = "x-goog-upload-status";
    private static final String RETRY_AFTER = "retry-after";
    private static final int OK = 200;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private final FarEnd farEnd;
    private final GeminiEndpoint access;
    private final GeminiErrors errors;

    UploadProtocol(FarEnd farEnd, GeminiEndpoint access, GeminiErrors errors) {
        this.farEnd = farEnd;
        this.access = access;
        this.errors = errors;
    }

    /**
     * Sends one request and waits for its answer.
     *
     * @param path under the base
     * @param begun receives the roundtrip, so that the upload can be cancelled from then on
     * @throws UploadFailed for any status except 200
     */
    WholeReply send(
            String method,
            String path,
            Map<String, String> headers,
            @Nullable OutgoingBody body,
            long millis,
            Consumer<Runnable> begun)
            throws UploadFailed {
        Context loop = farEnd.vertx().getOrCreateContext();
        Request request = request(method, path, headers);
        CompletableFuture<WholeReply> answered = new CompletableFuture<>();
        CompletableFuture<Roundtrip> connected = new CompletableFuture<>();
        loop.runOnContext(_ -> access.connect(farEnd, request)
                .compose(roundtrip -> {
                    connected.complete(roundtrip);
                    return exchange(loop, roundtrip, body);
                })
                .onSuccess(answered::complete)
                .onFailure(answered::completeExceptionally));
        Runnable breakOff = () -> {
            answered.completeExceptionally(new IOException("it was broken off"));
            connected.thenAccept(roundtrip -> loop.runOnContext(_ -> roundtrip.reset()));
        };
        begun.accept(breakOff);
        try {
            return checked(answered.get(millis, TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            Fatal.check(e);
            throw failed("an upload broke off: " + e.getCause());
        } catch (TimeoutException e) {
            throw failed("an upload took more than " + millis + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("an upload was interrupted");
        } finally {
            if (!answered.isDone() || answered.isCompletedExceptionally()) {
                breakOff.run();
            }
        }
    }

    private Request request(String method, String path, Map<String, String> headers) throws UploadFailed {
        try {
            Request request = access.keyed(farEnd.request(method, path));
            for (Map.Entry<String, String> header : headers.entrySet()) {
                request = request.with(header.getKey(), header.getValue());
            }
            return request;
        } catch (IllegalArgumentException unusual) {
            throw failed("an upload cannot be asked for: " + unusual.getMessage());
        }
    }

    private static Future<WholeReply> exchange(Context loop, Roundtrip roundtrip, @Nullable OutgoingBody body) {
        Future<WholeReply> answer = WholeReply.of(roundtrip, ANSWER_BYTES_MAX, URL, RECEIVED, STATUS, RETRY_AFTER);
        if (body == null) {
            roundtrip.send(new byte[0]);
        } else {
            BodySender.start(loop, roundtrip, body);
        }
        return answer;
    }

    /** Missing where it is no JSON. */
    static JsonNode json(WholeReply answer) {
        try {
            return Json.tree(answer.body());
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }

    private WholeReply checked(WholeReply answer) throws UploadFailed {
        if (answer.status() != OK) {
            throw new UploadFailed(errors.of(answer.status(), answer.body(), new RetryHeaders(answer.headers())));
        }
        return answer;
    }

    UploadFailed failed(String detail) {
        return failed(Kind.UNAVAILABLE, detail);
    }

    UploadFailed failed(Kind kind, String detail) {
        UpstreamFailure failure = errors.of(kind, detail);
        return new UploadFailed(failure);
    }

    /**
     * The path of a URL that the upstream gave us. It is asked at the channel's own host, as Google's SDKs do: what stands in an answer
     * does not decide where a key goes.
     */
    String path(@Nullable String url) throws UploadFailed {
        try {
            URI parsed = new URI(url == null ? "" : url);
            String path = parsed.getRawPath();
            if (path == null || !path.startsWith("/")) {
                throw failed("no upload URL came");
            }
            String own = path.startsWith(farEnd.basePath() + "/")
                    ? path.substring(farEnd.basePath().length())
                    : path;
            return parsed.getRawQuery() == null ? own : own + "?" + parsed.getRawQuery();
        } catch (URISyntaxException e) {
            throw failed("the upload URL that came is not valid");
        }
    }
}
