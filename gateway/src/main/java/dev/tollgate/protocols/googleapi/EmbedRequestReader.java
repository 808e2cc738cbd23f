package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.Tally;
import dev.tollgate.protocols.door.EmbedAsks;
import dev.tollgate.upstreams.pool.EmbedAsk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the bodies of {@code :embedContent} and {@code :batchEmbedContents}: texts alone (E68). Pure functions. */
final class EmbedRequestReader {

    static final EmbedAsk.Fields FIELDS = new EmbedAsk.Fields("task_type", "title", "output_dimensionality");

    private EmbedRequestReader() {}

    /** @param isBatch whether the body is one of {@code :batchEmbedContents} @return at least one input */
    static List<EmbedAsk.Input> read(byte[] body, boolean isBatch, ReadLimits limits, Lease memory) {
        Tally tally = new Tally(memory);
        String message = isBatch ? "BatchEmbedRequest" : "EmbedRequest";
        ObjectNode tree = ProtoReader.read(message, JsonObjectReader.read(body, limits, memory), tally, new Spelling());
        tally.settle();
        if (!isBatch) {
            return List.of(input(tree, "content", limits));
        }
        JsonNode requests = tree.path("requests");
        NativeRequestReader.require(
                !requests.isEmpty() && requests.size() <= EmbedAsks.INPUTS_MAX,
                "requests",
                "requests: 1 to " + EmbedAsks.INPUTS_MAX + " requests are allowed.");
        List<EmbedAsk.Input> inputs = new ArrayList<>(requests.size());
        for (int i = 0; i < requests.size(); i++) {
            inputs.add(input(requests.get(i), "requests[" + i + "].content", limits));
        }
        return inputs;
    }

    private static EmbedAsk.Input input(JsonNode request, String path, ReadLimits limits) {
        JsonNode parts = request.path("content").path("parts");
        NativeRequestReader.require(
                parts.size() <= limits.partsMax(),
                path,
                path + ": at most " + limits.partsMax() + " parts are allowed.");
        List<JsonText> texts = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            texts.add(text(parts.get(i), path + ".parts[" + i + "]"));
        }
        NativeRequestReader.require(
                texts.stream().anyMatch(text -> !text.isEmpty()), path, path + ": content is empty.");
        JsonNode title = request.get("title");
        JsonNode dimensions = request.get("outputDimensionality");
        return new EmbedAsk.Input(
                path,
                texts,
                taskType(request.path("taskType").asString("")),
                title == null || title.asString("").isEmpty() ? null : JsonText.of(title),
                dimensions == null ? null : Integer.valueOf(dimensions.intValue()));
    }

    private static @Nullable String taskType(String word) {
        return word.isEmpty() ? null : word;
    }

    private static JsonText text(JsonNode part, String path) {
        for (Map.Entry<String, JsonNode> member : part.properties()) {
            NativeRequestReader.require(member.getKey().equals("text"), path, path + ": only text can be embedded.");
        }
        return part.has("text") ? JsonText.of(part.path("text")) : JsonText.EMPTY;
    }
}
