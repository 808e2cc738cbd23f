package dev.tollgate.compat;

import dev.tollgate.channel.Json;
import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.memory.CountedBytes;
import dev.tollgate.openai.ChatRequest;
import dev.tollgate.openai.GoogleOptions;
import dev.tollgate.openai.ResponseFormat;
import dev.tollgate.openai.Tool;
import dev.tollgate.openai.ToolChoice;
import dev.tollgate.upstream.ChatAsk;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes a checked request again as Chat Completions has it, for another server. One writer serves one request. */
final class CompatRequestWriter {

    /** The protocol wants a name. */
    private static final String UNNAMED = "response";

    private final JsonGenerator json;
    private final ChatAsk ask;
    private final ChatRequest request;
    private final Dialect dialect;
    private final Set<String> ignored = new LinkedHashSet<>();

    private CompatRequestWriter(JsonGenerator json, ChatAsk ask, Dialect dialect) {
        this.json = json;
        this.ask = ask;
        this.request = ask.request();
        this.dialect = dialect;
    }

    /** @throws ApiException what the protocol cannot express */
    static CompatBody write(ChatAsk ask, Dialect dialect) {
        CountedBytes out = new CountedBytes(ask.memory(), 1024);
        CompatRequestWriter writer;
        List<MediaSlot> slots;
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            writer = new CompatRequestWriter(json, ask, dialect);
            slots = writer.write(new MessagesWriter(json, out, writer.ignored));
        }
        return new CompatBody(out.whole(), dialect.maxTokensField(), List.copyOf(writer.ignored), slots);
    }

    /** @return places of media that have to be downloaded */
    private List<MediaSlot> write(MessagesWriter messages) {
        if (request.searches()) {
            String field = request.searchField();
            throw ApiError.invalid(
                            field, "'" + field + "': a web search is not available for this model at the moment.")
                    .asException();
        }
        json.writeStartObject();
        json.writeStringProperty("model", ask.upstreamModel());
        messages.write(request.messages());
        json.writeBooleanProperty("stream", true);
        json.writeObjectPropertyStart("stream_options");
        json.writeBooleanProperty("include_usage", true);
        json.writeEndObject();
        writeSampling();
        writeTools();
        writeFormat(request.responseFormat());
        writeReasoning();
        json.writeEndObject();
        return messages.slots();
    }

    private void writeSampling() {
        number("temperature", request.temperature());
        number("top_p", request.topP());
        number("presence_penalty", request.presencePenalty());
        number("frequency_penalty", request.frequencyPenalty());
        if (request.n() > 1) {
            json.writeNumberProperty("n", request.n());
        }
        if (!request.stop().isEmpty()) {
            json.writeArrayPropertyStart("stop");
            request.stop().forEach(stop -> json.writeString(MessagesWriter.wellFormed(stop)));
            json.writeEndArray();
        }
        if (request.seed() != null) {
            json.writeNumberProperty("seed", request.seed());
        }
        if (request.logprobs()) {
            json.writeBooleanProperty("logprobs", true);
            if (request.topLogprobs() != null) {
                json.writeNumberProperty("top_logprobs", request.topLogprobs());
            }
        }
        if (request.topK() != null) {
            ignored.add("top_k");
        }
    }

    private void number(String field, @Nullable Double value) {
        if (value != null) {
            json.writeNumberProperty(field, value);
        }
    }

    private void writeTools() {
        List<Tool> tools = declared();
        if (tools.isEmpty()) {
            return;
        }
        json.writeArrayPropertyStart("tools");
        tools.forEach(this::writeTool);
        json.writeEndArray();
        writeChoice();
    }

    /** Of {@code allowed_tools}, which few servers know, nothing else is declared (D22). */
    private List<Tool> declared() {
        return request.toolChoice() instanceof ToolChoice.Allowed allowed
                ? request.tools().stream()
                        .filter(tool -> allowed.names().contains(tool.name()))
                        .toList()
                : request.tools();
    }

    private void writeTool(Tool tool) {
        json.writeStartObject();
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", tool.name());
        if (tool.description() != null) {
            json.writeStringProperty("description", MessagesWriter.wellFormed(tool.description()));
        }
        if (tool.parameters() != null) {
            json.writeName("parameters");
            json.writeTree(tool.parameters());
        }
        if (tool.strict() != null) {
            json.writeBooleanProperty("strict", tool.strict());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeChoice() {
        switch (request.toolChoice()) {
            case ToolChoice.Auto auto -> {}
            case ToolChoice.None none -> json.writeStringProperty("tool_choice", "none");
            case ToolChoice.Validated validated ->
                ignored.add("tool_choice"); // the others have no such word; auto is the nearest
            case ToolChoice.Required required -> json.writeStringProperty("tool_choice", "required");
            case ToolChoice.Allowed allowed -> {
                if (allowed.required()) {
                    json.writeStringProperty("tool_choice", "required");
                }
            }
            case ToolChoice.Named named -> {
                json.writeObjectPropertyStart("tool_choice");
                json.writeStringProperty("type", "function");
                json.writeObjectPropertyStart("function");
                json.writeStringProperty("name", named.name());
                json.writeEndObject();
                json.writeEndObject();
            }
        }
    }

    private void writeFormat(ResponseFormat format) {
        switch (format) {
            case ResponseFormat.Text text -> {}
            case ResponseFormat.JsonObject object -> {
                json.writeObjectPropertyStart("response_format");
                json.writeStringProperty("type", "json_object");
                json.writeEndObject();
            }
            case ResponseFormat.JsonSchema schema -> writeSchema(schema);
        }
    }

    private void writeSchema(ResponseFormat.JsonSchema format) {
        json.writeObjectPropertyStart("response_format");
        json.writeStringProperty("type", "json_schema");
        json.writeObjectPropertyStart("json_schema");
        json.writeStringProperty("name", Objects.requireNonNullElse(format.name(), UNNAMED));
        if (format.description() != null) {
            json.writeStringProperty("description", MessagesWriter.wellFormed(format.description()));
        }
        json.writeName("schema");
        json.writeTree(format.schema());
        json.writeBooleanProperty("strict", Boolean.TRUE.equals(format.strict()));
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeReasoning() {
        if (dialect.reasoningEffort() && ask.effort() != null) {
            json.writeStringProperty("reasoning_effort", ask.effort());
        } else if (request.reasoningEffort() != null) {
            ignored.add("reasoning_effort");
        }
        GoogleOptions google = request.google();
        if (google != null && google.setsThinking()) {
            ignored.add("google.thinking_config");
        }
        if (google != null && !google.safetySettings().isEmpty()) {
            ignored.add("google.safety_settings");
        }
    }
}
