package dev.tollgate.gemini;

import dev.tollgate.channel.Json;
import dev.tollgate.channel.StreamedCall;
import dev.tollgate.fatal.Fatal;
import dev.tollgate.upstream.PromptCount;
import dev.tollgate.upstream.UpstreamEvent.Modalities;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One {@code countTokens} (protocol 1.10). It is an aid: whatever goes wrong means only that nothing was counted. */
final class GeminiCount {

    private static final int OK = 200;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private GeminiCount() {}

    /** @param errand knows what to send on the connection */
    static void start(
            Vertx vertx,
            Future<HttpClientRequest> connecting,
            StreamedCall.Errand errand,
            Consumer<Optional<PromptCount>> then) {
        connecting
                .compose(request -> send(request, errand))
                .compose(GeminiCount::body)
                .map(GeminiCount::count)
                .onFailure(Fatal::check)
                .otherwise(Optional.empty())
                .onSuccess(count -> vertx.runOnContext(_ -> {
                    errand.over();
                    then.accept(count);
                }));
    }

    private static Future<HttpClientResponse> send(HttpClientRequest request, StreamedCall.Errand errand) {
        request.exceptionHandler(Fatal::check); // told by the response, too
        Future<HttpClientResponse> response = request.response().onSuccess(head -> head.exceptionHandler(Fatal::check));
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

    private static Optional<PromptCount> count(Buffer body) {
        try {
            JsonNode answer = Json.tree(body.getBytes());
            JsonNode total = answer.path("totalTokens");
            return isCount(total)
                    ? Optional.of(new PromptCount(total.longValue(), modalities(answer.path("promptTokensDetails"))))
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static boolean isCount(JsonNode number) {
        return number.canConvertToLong() && number.isIntegralNumber() && number.longValue() >= 0;
    }

    private static Modalities modalities(JsonNode details) {
        return new Modalities(
                tokens(details, "TEXT"),
                tokens(details, "IMAGE"),
                tokens(details, "AUDIO"),
                tokens(details, "VIDEO"),
                tokens(details, "DOCUMENT"));
    }

    private static long tokens(JsonNode details, String modality) {
        for (JsonNode detail : details) {
            if (detail.path("modality").asString("").equals(modality) && isCount(detail.path("tokenCount"))) {
                return detail.path("tokenCount").longValue();
            }
        }
        return 0;
    }
}
