package dev.tollgate.gemini;

import dev.tollgate.channel.Json;
import dev.tollgate.memory.CountedBytes;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.openai.ChatRequest;
import dev.tollgate.openai.ContentPart;
import dev.tollgate.openai.Message;
import dev.tollgate.upstream.ChatAsk;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * Translates a chat request into the body of {@code streamGenerateContent} (wire.md 4.1 to 4.3). What excludes what on a model
 * as it is sold is the door's to check; what the model behind it refuses is checked here.
 */
final class GeminiRequestWriter {

    private static final int BYTES_FIRST = 1024;

    private GeminiRequestWriter() {}

    /**
     * @param callIds which ids of calls go back
     * @param buckets of Google's storage that callers may name files of
     * @throws dev.tollgate.error.ApiException an {@code invalid_request} that names the field
     */
    static GeminiBody write(ChatAsk ask, UpstreamModel model, CallIds callIds, Set<String> buckets) {
        ChatRequest request = ask.request();
        Set<String> ignored = new LinkedHashSet<>();
        CountedBytes out = new CountedBytes(ask.memory(), BYTES_FIRST);
        MediaSlots slots;
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            slots = new MediaSlots(json, out);
            PartWriter parts = new PartWriter(json, model, slots, buckets, ignored);
            json.writeStartObject();
            new ContentsWriter(
                            json,
                            model,
                            parts,
                            ask.replay(),
                            callIds,
                            ignored,
                            ask.searches() && ask.functions(),
                            ask.memory())
                    .write(Conversation.of(request.messages()));
            new ToolsWriter(json, request, ignored).write();
            if (request.google() != null) {
                SafetyWriter.write(json, request.google().safetySettings());
            }
            if (parts.ignoredDetail()) {
                ignored.addAll(details(request));
            }
            new GenerationConfigWriter(json, ask, model, ignored).write(parts.requestWideResolution());
            json.writeEndObject();
        }
        return new GeminiBody(out.whole(), List.copyOf(ignored), slots.all());
    }

    private static List<String> details(ChatRequest request) {
        List<String> names = new ArrayList<>();
        media(request).filter(part -> "low".equals(part.detail())).forEach(part -> names.add(part.param() + ".detail"));
        return names;
    }

    private static Stream<ContentPart.Media> media(ChatRequest request) {
        return request.messages().stream().flatMap(message -> switch (message) {
            case Message.User user -> PartWriter.media(user.parts()).stream();
            case Message.ToolResult result -> PartWriter.media(result.parts()).stream();
            default -> Stream.empty();
        });
    }
}
