package dev.tollgate.testing;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.protocols.openai.ChatRequestReader;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A caller's request of Chat Completions, and what an upstream is sent for it: {@code body}, the fields that have no effect there, the media
 * that are downloaded first; or how it is refused. The model's name is the upstream's; {@code channel} has what the channels file says of
 * the channel, where that matters.
 */
public final class GoldenRequests {

    /** What a translator makes of an ask. */
    public record Made(byte[] body, List<String> ignored, List<WantedMedium> wanted) {}

    @FunctionalInterface
    public interface Translator {
        /** @throws ApiException what it cannot express */
        Made write(ChatRequest request, ChatAsk ask, JsonNode channel);
    }

    private GoldenRequests() {}

    public static void check(Golden pair, Translator translator) {
        check(pair, () -> {
            ChatRequest request = ChatRequestReader.read(pair.read(), ReadLimits.DEFAULT);
            JsonNode channel = Json.STRICT.readTree(pair.read()).path("channel");
            return translator.write(request, ask(request), channel);
        });
    }

    /** @param translation throws {@link ApiException} what it cannot express */
    public static void check(Golden pair, Supplier<Made> translation) {
        pair.check(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(out(translation)));
    }

    private static ObjectNode out(Supplier<Made> translation) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        try {
            Made made = translation.get();
            out.set("body", Json.STRICT.readTree(made.body()));
            made.ignored().forEach(out.withArray("/ignored")::add);
            made.wanted().forEach(wanted -> out.withArray("/downloaded").add(wanted.key()));
        } catch (ApiException refused) {
            out.putObject("refused")
                    .put("status", refused.error().status())
                    .put("param", refused.error().param())
                    .put("message", refused.error().message());
        }
        return out;
    }

    private static ChatAsk ask(ChatRequest request) {
        Conversation asked = request.conversation();
        GoogleOptions google = asked.google();
        Boolean thoughts = asked.includeThoughts();
        if (thoughts == null && google != null) {
            thoughts = google.includeThoughts();
        }
        return new ChatAsk(
                asked,
                request.model(),
                request.model(),
                thoughts == null || thoughts,
                asked.reasoningEffort(),
                Replay.NONE);
    }
}
