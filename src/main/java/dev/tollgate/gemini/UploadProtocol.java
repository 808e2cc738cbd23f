package dev.tollgate.gemini;

import dev.tollgate.channel.BodySender;
import dev.tollgate.channel.FarEnd;
import dev.tollgate.channel.Json;
import dev.tollgate.channel.OutgoingBody;
import dev.tollgate.fatal.Fatal;
import dev.tollgate.upstream.UpstreamFailure;
import dev.tollgate.upstream.UpstreamFailure.Kind;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
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

    private static final int OK = 200;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private final FarEnd farEnd;
    private final Access access;
    private final GeminiErrors errors;

    UploadProtocol(FarEnd farEnd, Access access, GeminiErrors errors) {
        this.farEnd = farEnd;
        this.access = access;
        this.errors = errors;
    }

    /** @param body whole, with a status of 200 */
    record Reply(HttpClientResponse head, Buffer body) {

        @Nullable
        String header(String name) {
            return head.getHeader(name);
        }

        /** Missing where it is no JSON. */
        JsonNode json() {
            try {
                return Json.tree(body.getBytes());
            } catch (JacksonException notJson) {
                return MissingNode.getInstance();
            }
        }
    }

    /**
     * Sends one request and waits for its answer.
     *
     * @param path under the base
     * @param begun told how to break it off, from then on
     * @throws UploadFailed for any other status than 200
     */
    Reply send(
            HttpMethod method,
            String path,
            Map<String, String> headers,
            @Nullable OutgoingBody body,
            long millis,
            Consumer<Runnable> begun)
            throws UploadFailed {
        Context loop = farEnd.vertx().getOrCreateContext();
        RequestOptions request = access.post(farEnd, path).setMethod(method);
        headers.forEach(request::putHeader);
        CompletableFuture<HttpClientRequest> connected = new CompletableFuture<>();
        Future<Reply> answered = access.connect(farEnd, request).compose(it -> {
            connected.complete(it);
            return exchange(loop, it, body);
        });
        Runnable breakOff = () -> connected.thenAccept(HttpClientRequest::reset);
        begun.accept(breakOff);
        try {
            Reply reply = answered.toCompletionStage().toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
            return checked(reply);
        } catch (ExecutionException e) {
            Fatal.check(e);
            throw failed("an upload broke off: " + e.getCause());
        } catch (TimeoutException e) {
            throw failed("an upload took more than " + millis + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("an upload was interrupted");
        } finally {
            if (!answered.isComplete()) {
                breakOff.run();
            }
        }
    }

    private static Future<Reply> exchange(Context loop, HttpClientRequest request, @Nullable OutgoingBody body) {
        request.exceptionHandler(Fatal::check);
        Future<Reply> reply = request.response().compose(UploadProtocol::read);
        if (body == null) {
            request.putHeader("content-length", "0");
            request.end();
        } else {
            BodySender.start(loop, request, body);
        }
        return reply;
    }

    private static Future<Reply> read(HttpClientResponse head) {
        Buffer body = Buffer.buffer();
        head.exceptionHandler(Fatal::check); // told by the end, too
        head.handler(piece -> {
            body.appendBuffer(piece, 0, Math.min(piece.length(), ANSWER_BYTES_MAX - body.length()));
        });
        return head.end().map(ended -> new Reply(head, body));
    }

    private Reply checked(Reply reply) throws UploadFailed {
        int status = reply.head().statusCode();
        if (status != OK) {
            throw new UploadFailed(errors.of(status, reply.body().getBytes(), reply.header("retry-after")));
        }
        return reply;
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
            throw failed("an upload URL came that is none");
        }
    }
}
