package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Json;
import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.testing.Golden;
import dev.tollgate.testing.GoldenRequests;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body that Gemini gets for a request in its own format: {@code body}, for a {@code model}, which perhaps {@code replaces} another,
 * on the channel "here"; {@code callIds} says which ids of calls go back there, {@code made} which channel and model made each signature.
 */
class GeminiNativeGoldenTest {

    static List<Golden> pairs() {
        return Golden.pairs("gemini/native", "json", "json");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void a_request_in_geminis_words_becomes_this_body(Golden pair) {
        JsonNode in = Json.STRICT.readTree(pair.read());
        UpstreamModel model = model(in.path("model").asString("gemini-2.5-pro"));
        UpstreamModel asked =
                in.has("replaces") ? model.inPlaceOf(model(in.path("replaces").asString())) : model;
        CallIds callIds = CallIds.valueOf(in.path("callIds").asString("ANY"));
        GoldenRequests.check(pair, () -> {
            GeminiBody body = NativeRequestWriter.write(
                    ask(in, asked), "here", asked, callIds, Asks.BUCKETS, ServiceTier.STANDARD);
            return new GoldenRequests.Made(Asks.bytes(body, null), body.ignored(), body.wanted());
        });
    }

    private static NativeAsk ask(JsonNode in, UpstreamModel model) {
        Map<String, SignatureOrigins.Origin> made = new HashMap<>();
        in.path("made")
                .forEachEntry((signature, by) -> made.put(
                        signature,
                        new SignatureOrigins.Origin(
                                by.path("channel").asString(),
                                by.path("model").asString(),
                                by.path("callId").asString(null))));
        return new NativeAsk(
                (ObjectNode) in.path("body"),
                model.name(),
                model.name(),
                in.path("candidates").asInt(1),
                Set.of(),
                new PromptSize(1, 1, 0, 0, List.of()),
                new SignatureOrigins(made, null));
    }

    private static UpstreamModel model(String name) {
        return Stream.of(Asks.PRO_25, Asks.PRO_31, Asks.FLASH_38, Asks.PLAIN, LEVELS)
                .filter(model -> model.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    /** Takes levels alone. */
    private static final UpstreamModel LEVELS = new UpstreamModel(
            "levels",
            new UpstreamModel.Limits(1000, 1000, false, 1, 0),
            new UpstreamModel.Abilities(true, false, false, true, true, false, true),
            new Thinking.Level(((Thinking.Level) Asks.PRO_31.thinking()).byEffort(), false),
            UpstreamModel.Output.TEXT,
            List.of(),
            Map.of(),
            null);
}
