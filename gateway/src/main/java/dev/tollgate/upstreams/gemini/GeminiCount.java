package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.json.Json;
import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.http.client.WholeReply;
import dev.tollgate.models.Count.Modality;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.connections.Errand;
import dev.tollgate.upstreams.connections.RetryHeaders;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A {@code countTokens} call (protocol 1.10). It is an aid: whatever goes wrong means only that nothing was counted. */
final class GeminiCount {

    private static final int OK = 200;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private static final byte[] FEW_WORDS =
            "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Are you there?\"}]}]}"
                    .getBytes(StandardCharsets.UTF_8);

    private GeminiCount() {}

    /**
     * @param errand knows what to send on the connection
     * @param millis how long to wait for the answer
     */
    static void start(
            Vertx vertx,
            Future<Roundtrip> connecting,
            Errand errand,
            long millis,
            Consumer<Optional<PromptCount>> then) {
        connecting
                .compose(roundtrip -> send(roundtrip, errand, millis))
                .map(GeminiCount::count)
                .onFailure(Fatal::check)
                .otherwise(Optional.empty())
                .onSuccess(count -> vertx.runOnContext(_ -> {
                    errand.over();
                    then.accept(count);
                }));
    }

    /** Counts a few words, to see whether the upstream answers. @param then called with the failure, or null after an answer */
    static void tryOut(
            Vertx vertx,
            Future<Roundtrip> connecting,
            long millis,
            GeminiErrors errors,
            Consumer<@Nullable UpstreamFailure> then) {
        connecting
                .compose(roundtrip -> {
                    Future<WholeReply> answer = WholeReply.of(roundtrip, ANSWER_BYTES_MAX);
                    roundtrip.await(millis, false);
                    roundtrip.send(FEW_WORDS);
                    return answer;
                })
                .onFailure(Fatal::check)
                .onComplete(answer -> {
                    UpstreamFailure failure =
                            answer.succeeded() ? failure(answer.result(), errors) : errors.whyNot(answer.cause());
                    vertx.runOnContext(_ -> then.accept(failure));
                });
    }

    private static @Nullable UpstreamFailure failure(WholeReply reply, GeminiErrors errors) {
        if (reply.status() != OK) {
            return errors.of(reply.status(), reply.body(), RetryHeaders.NONE);
        }
        return count(reply).isEmpty() ? errors.of(UpstreamFailure.Kind.BROKEN, "an answer that counts nothing") : null;
    }

    private static Future<WholeReply> send(Roundtrip roundtrip, Errand errand, long millis) {
        Future<WholeReply> answer = WholeReply.of(roundtrip, ANSWER_BYTES_MAX);
        roundtrip.await(millis, false);
        errand.send(roundtrip);
        return answer;
    }

    private static Optional<PromptCount> count(WholeReply counted) {
        if (counted.status() != OK) {
            return Optional.empty();
        }
        try {
            JsonNode answer = Json.tree(counted.body());
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
        return Modalities.of(Stream.of(Modality.values())
                .mapToLong(it -> tokens(details, it))
                .toArray());
    }

    private static long tokens(JsonNode details, Modality modality) {
        for (JsonNode detail : details) {
            if (detail.path("modality").asString("").equals(modality.name()) && isCount(detail.path("tokenCount"))) {
                return detail.path("tokenCount").longValue();
            }
        }
        return 0;
    }
}
