package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Json;
import dev.tollgate.upstreams.gemini.answers.GeminiChunk.Candidate;
import dev.tollgate.upstreams.gemini.answers.GeminiChunk.Part;
import dev.tollgate.upstreams.pool.UpstreamEvent.RunCode;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads one chunk token by token. Unknown fields and values of an unexpected kind are skipped, since Google
 * adds fields often. One reader serves one chunk.
 */
final class GeminiChunkReader {

    private final JsonParser json;
    private final List<Candidate> candidates = new ArrayList<>(1);
    private @Nullable String modelVersion;
    private @Nullable String responseId;
    private @Nullable Usage usage;
    private @Nullable ServiceTier tier;
    private @Nullable String blockReason;
    private @Nullable JsonNode error;

    private GeminiChunkReader(JsonParser json) {
        this.json = json;
    }

    /** @throws tools.jackson.core.JacksonException if it is not one whole JSON object */
    static GeminiChunk read(byte[] bytes, int from, int to) {
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), bytes, from, to - from)) {
            return new GeminiChunkReader(json).read();
        }
    }

    private interface Field {
        /** Reads the parser's current value, or leaves it to be skipped. */
        void read(String name);
    }

    private GeminiChunk read() {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new StreamReadException(json, "not an object");
        }
        fields(this::topField);
        if (json.nextToken() != null) {
            throw new StreamReadException(json, "more than an object");
        }
        return new GeminiChunk(modelVersion, responseId, candidates, usage, tier, blockReason, error);
    }

    private void topField(String name) {
        switch (name) {
            case "candidates" -> elements(this::candidate);
            case "usageMetadata" -> {
                UsageReader counts = new UsageReader(json);
                usage = counts.read();
                tier = counts.tier();
            }
            case "modelVersion" -> modelVersion = string();
            case "responseId" -> responseId = string();
            case "promptFeedback" ->
                fields(inner -> {
                    if (inner.equals("blockReason")) {
                        blockReason = string();
                    }
                });
            case "error" -> error = tree();
            default -> {}
        }
    }

    private void candidate() {
        CandidateFields fields = new CandidateFields();
        fields(fields::field);
        int index = fields.index >= 0 ? fields.index : candidates.size();
        candidates.add(new Candidate(
                index, fields.parts, fields.finishReason, fields.grounding, fields.citations, fields.logprobs));
    }

    private final class CandidateFields {
        private final List<Part> parts = new ArrayList<>(1);
        private int index = -1;
        private @Nullable String finishReason;
        private @Nullable JsonNode grounding;
        private @Nullable JsonNode citations;
        private @Nullable JsonNode logprobs;

        private void field(String name) {
            switch (name) {
                case "content" ->
                    fields(inner -> {
                        if (inner.equals("parts")) {
                            elements(this::part);
                        }
                    });
                case "index" -> index = json.currentToken() == JsonToken.VALUE_NUMBER_INT ? json.getValueAsInt() : -1;
                case "finishReason" -> finishReason = string();
                case "groundingMetadata" -> grounding = tree();
                case "citationMetadata" -> citations = tree();
                case "logprobsResult" -> logprobs = tree();
                default -> {}
            }
        }

        private void part() {
            PartFields fields = new PartFields();
            fields(fields::field);
            Part part = fields.part();
            if (part != null) {
                parts.add(part);
            }
        }
    }

    private final class PartFields {
        private @Nullable String text;
        private boolean thought;
        private @Nullable String signature;
        private @Nullable String callId;
        private @Nullable String callName;
        private String arguments = "{}";
        private @Nullable ObjectNode serverTool;
        private @Nullable FileFields file;
        private @Nullable RunCode code;

        private void field(String name) {
            switch (name) {
                case "text" -> text = string();
                case "thought" -> thought = json.currentToken() == JsonToken.VALUE_TRUE;
                case "thoughtSignature" -> signature = string();
                case "functionCall" -> fields(this::callField);
                case "inlineData", "fileData" -> {
                    file = file == null ? new FileFields() : file;
                    fields(file::field);
                }
                case "toolCall", "toolResponse" ->
                    serverTool = Json.MAPPER.createObjectNode().set(name, tree());
                case "executableCode" -> code = RunCode.code(tree());
                case "codeExecutionResult" -> code = RunCode.output(tree());
                default -> {}
            }
        }

        private void callField(String name) {
            switch (name) {
                case "id" -> callId = string();
                case "name" -> callName = string();
                case "args" -> arguments = compactObject();
                default -> {}
            }
        }

        private String serverTool(ObjectNode part) {
            if (signature != null) {
                part.put("thoughtSignature", signature);
            }
            return Json.MAPPER.writeValueAsString(part);
        }

        /** Returns null for a part without content; a signature alone counts as content. */
        private @Nullable Part part() {
            if (serverTool != null) {
                return new GeminiChunk.ServerTool(serverTool(serverTool), signature);
            }
            if (callName != null && !callName.isEmpty()) {
                return new GeminiChunk.Call(callId, callName, arguments, signature);
            }
            if (file != null && file.data != null) {
                return new GeminiChunk.Media(file.mimeType, file.data, file.linked, thought, signature);
            }
            String said = text != null ? text : code == null ? "" : code.markdown();
            return said.isEmpty() && signature == null ? null : new GeminiChunk.Text(said, thought, signature, code);
        }
    }

    private final class FileFields {
        private String mimeType = "application/octet-stream";
        private @Nullable String data;
        private boolean linked;

        private void field(String name) {
            String value = string();
            if (value == null || value.isEmpty()) {
                return;
            }
            switch (name) {
                case "mimeType" -> mimeType = value;
                case "data" -> data = value;
                case "fileUri" -> {
                    data = value;
                    linked = true;
                }
                default -> {}
            }
        }
    }

    private void fields(Field field) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            field.read(name);
            json.skipChildren();
        }
    }

    private void elements(Runnable element) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            element.run();
            json.skipChildren();
        }
    }

    private @Nullable String string() {
        return json.currentToken() == JsonToken.VALUE_STRING ? json.getString() : null;
    }

    private JsonNode tree() {
        return Json.tree(json);
    }

    /** The arguments as compact JSON, numbers with the digits that they came with. */
    private String compactObject() {
        return json.currentToken() == JsonToken.START_OBJECT ? Json.compact(json) : "{}";
    }
}
