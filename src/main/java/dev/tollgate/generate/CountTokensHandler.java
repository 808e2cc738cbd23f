package dev.tollgate.generate;

import dev.tollgate.answers.LargeBodies;
import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.json.ReadLimits;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.memory.Lease;
import dev.tollgate.metering.FreeCounts;
import dev.tollgate.upstream.PromptCount;
import dev.tollgate.upstream.UpstreamEvent.Modalities;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST …/models/{model}:countTokens}: free and no task, but a request like any other, and for accounts with a balance (D51). */
public final class CountTokensHandler implements Handler {

    private final GenerateCalls calls;
    private final FreeCounts counts;
    private final ReadLimits limits;

    public CountTokensHandler(GenerateCalls calls, FreeCounts counts, ReadLimits limits) {
        this.calls = calls;
        this.counts = counts;
        this.limits = limits;
    }

    @Override
    public void handle(Exchange exchange) {
        Key key = KeyCaller.modelKey(exchange);
        String model = exchange.pathParam("model");
        Lease memory = exchange.memory();
        exchange.read(
                body -> NativeRequestReader.readCount(body, limits, memory),
                request -> exchange.compute(
                        () -> {
                            counts.requireBalance(key.accountId());
                            return calls.count(key, model, request, memory);
                        },
                        call -> counts.countLoaded(
                                call,
                                (loaded, counted) -> exchange.guard(() -> answer(exchange, counted)),
                                exchange::fail)));
    }

    /** A prompt is counted for who has something to spend, and a large one is not even read for others. */
    public BodyGate gate(LargeBodies bodies) {
        return exchange -> {
            Key key = KeyCaller.modelKey(exchange);
            calls.model(key, exchange.pathParam("model"));
            return () -> bodies.paid(key.accountId());
        };
    }

    private static void answer(Exchange exchange, Optional<PromptCount> counted) {
        if (counted.isEmpty()) {
            exchange.fail(ApiError.of(
                    ErrorCode.UPSTREAM_ERROR,
                    "The upstream provider cannot count the tokens right now. Please try again."));
            return;
        }
        exchange.json(200, GoogleJson.bytes(tree(counted.get())));
    }

    private static ObjectNode tree(PromptCount count) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("totalTokens", count.tokens());
        ArrayNode details = JsonNodeFactory.instance.arrayNode();
        Modalities modalities = count.modalities();
        detail(details, "TEXT", modalities.textTokens());
        detail(details, "IMAGE", modalities.imageTokens());
        detail(details, "AUDIO", modalities.audioTokens());
        detail(details, "VIDEO", modalities.videoTokens());
        detail(details, "DOCUMENT", modalities.documentTokens());
        if (!details.isEmpty()) {
            tree.set("promptTokensDetails", details);
        }
        return tree;
    }

    private static void detail(ArrayNode details, String modality, long tokens) {
        if (tokens > 0) {
            details.addObject().put("modality", modality).put("tokenCount", tokens);
        }
    }
}
