package dev.tollgate.gemini;

import dev.tollgate.channel.Json;
import dev.tollgate.channel.StreamedCall;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.OptionalLong;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One {@code countTokens} (wire.md 1.10). It is an aid: whatever goes wrong means only that nothing was counted. */
final class GeminiCount {

    private static final int OK = 200;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private GeminiCount() {}

    /** @param errand knows what to send on the connection */
    static void start(
            Vertx vertx,
            Future<HttpClientRequest> connecting,
            StreamedCall.Errand errand,
            Consumer<OptionalLong> then) {
        connecting
                .compose(request -> send(request, errand))
                .compose(GeminiCount::body)
                .map(GeminiCount::count)
                .otherwise(OptionalLong.empty())
                .onSuccess(count -> vertx.runOnContext(_ -> {
                    errand.over();
                    then.accept(count);
                }));
    }

    private static Future<HttpClientResponse> send(HttpClientRequest request, StreamedCall.Errand errand) {
        request.exceptionHandler(_ -> {}); // told by the response, too
        Future<HttpClientResponse> response = request.response().onSuccess(head -> head.exceptionHandler(_ -> {}));
        errand.send(request);
        return response;
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        String length = response.getHeader("content-length");
        boolean fits = length == null || (length.length() < 6 && Long.parseLong(length) <= ANSWER_BYTES_MAX);
        if (response.statusCode() != OK || !fits) {
            response.request().reset();
            return Future.failedFuture("not counted");
        }
        return response.body();
    }

    private static OptionalLong count(Buffer body) {
        try {
            JsonNode total = Json.tree(body.getBytes()).path("totalTokens");
            return total.canConvertToLong() && total.isIntegralNumber() && total.longValue() >= 0
                    ? OptionalLong.of(total.longValue())
                    : OptionalLong.empty();
        } catch (JacksonException e) {
            return OptionalLong.empty();
        }
    }
}
