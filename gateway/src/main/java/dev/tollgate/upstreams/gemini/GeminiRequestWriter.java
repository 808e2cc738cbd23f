package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.memory.CountedBytes;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.connections.SentPrint;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.gemini.settings.GenerationConfigWriter;
import dev.tollgate.upstreams.gemini.settings.SafetyWriter;
import dev.tollgate.upstreams.gemini.settings.ToolsWriter;
import dev.tollgate.upstreams.pool.ChatAsk;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * Translates a chat request into the body of {@code streamGenerateContent} (protocol 4.1 to 4.3). What excludes what on a model
 * as it is sold is the door's to check; what the model behind it refuses is checked here.
 */
final class GeminiRequestWriter {

    private static final int BYTES_FIRST = 1024;

    private GeminiRequestWriter() {}

    /**
     * @param callIds which ids of calls go back
     * @param buckets of Google's storage that callers may name files of
     * @param tier the service tier that the body names; the standard one is not written
     * @throws dev.tollgate.base.error.ApiException an {@code invalid_request} that names the field
     */
    static GeminiBody write(ChatAsk ask, UpstreamModel model, CallIds callIds, Set<String> buckets, ServiceTier tier) {
        Conversation conversation = ask.conversation();
        Set<String> ignored = new LinkedHashSet<>();
        CountedBytes out = new CountedBytes(ask.memory(), BYTES_FIRST + conversation.expectedBytes());
        MediaSlots slots;
        SentPrint print;
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            slots = new MediaSlots(json, out);
            print = new SentPrint(json, out, conversation.expectedBytes());
            PartWriter parts = new PartWriter(json, model, slots, buckets, ignored, print, ask.memory());
            json.writeStartObject();
            new ContentsWriter(
                            json,
                            model,
                            parts,
                            print,
                            ask.replay(),
                            callIds,
                            ignored,
                            !ask.providerTools().isEmpty() && ask.functions(),
                            ask.memory())
                    .write(GeminiTurns.of(conversation));
            new ToolsWriter(json, conversation, ignored).write();
            if (conversation.google() != null) {
                SafetyWriter.write(json, conversation.google().safetySettings(), conversation.place());
            }
            writeTier(json, tier);
            if (parts.ignoredDetail()) {
                ignored.addAll(details(conversation));
            }
            new GenerationConfigWriter(json, ask, model, ignored).write(parts.requestWideResolution());
            json.writeEndObject();
        }
        return new GeminiBody(out.kept(), out.size(), List.copyOf(ignored), slots.all(), print.print());
    }

    /** Writes the tier behind the prompt, so that a conversation's requests begin with the same bytes whatever their tiers. */
    static void writeTier(JsonGenerator json, ServiceTier tier) {
        if (tier != ServiceTier.STANDARD) {
            json.writeStringProperty("serviceTier", tier.word());
        }
    }

    private static List<String> details(Conversation conversation) {
        List<String> names = new ArrayList<>();
        media(conversation)
                .filter(part -> "low".equals(part.detail()))
                .forEach(part -> names.add(part.place().path(Place.Member.DETAIL)));
        return names;
    }

    private static Stream<ContentPart.Media> media(Conversation conversation) {
        return conversation.messages().stream().flatMap(message -> switch (message) {
            case Message.User user -> PartWriter.media(user.parts()).stream();
            case Message.ToolResult result -> PartWriter.media(result.parts()).stream();
            default -> Stream.empty();
        });
    }
}
