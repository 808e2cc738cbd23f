package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.memory.CountedBytes;
import dev.tollgate.upstreams.connections.SentPrint;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.ImagesAsked;
import dev.tollgate.upstreams.pool.Replay;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes a checked request again as Chat Completions has it, for another server. One writer serves one conversation. */
final class CompatRequestWriter {

    /** The protocol wants a name. */
    private static final String UNNAMED = "response";

    private final JsonGenerator json;
    private final ChatAsk ask;
    private final Conversation conversation;
    private final Sampling sampling;
    private final ServerDialect dialect;
    private final Set<String> ignored = new LinkedHashSet<>();

    private CompatRequestWriter(JsonGenerator json, ChatAsk ask, ServerDialect dialect) {
        this.json = json;
        this.ask = ask;
        this.conversation = ask.conversation();
        this.sampling = conversation.sampling();
        this.dialect = dialect;
    }

    /**
     * @param replay as far as it is good on the channel
     * @throws ApiException what the protocol cannot express
     */
    static CompatBody write(ChatAsk ask, Replay replay, ServerDialect dialect) {
        CountedBytes out =
                new CountedBytes(ask.memory(), 1024 + ask.conversation().expectedBytes());
        CompatRequestWriter writer;
        List<ContentPartSlot> slots;
        SentPrint print;
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            writer = new CompatRequestWriter(json, ask, dialect);
            print = new SentPrint(json, out, ask.conversation().expectedBytes());
            slots = writer.write(new MessagesWriter(json, out, print, replay, writer.ignored));
        }
        return new CompatBody(out.whole(), dialect.maxTokensField(), List.copyOf(writer.ignored), slots, print.print());
    }

    /** @return places of media that have to be downloaded */
    private List<ContentPartSlot> write(MessagesWriter messages) {
        for (ProviderTool tool : conversation.providerTools()) {
            String field = conversation.fieldOf(tool);
            throw ApiError.invalid(
                            field,
                            "'" + field + "': " + tool.words() + " is not available for this model at the moment.")
                    .asException();
        }
        if (conversation.output().sound() != null) {
            throw ApiError.invalid("model", "'model': speech is not available of this model at the moment.")
                    .asException();
        }
        json.writeStartObject();
        json.writeStringProperty("model", ask.upstreamModel());
        messages.write(conversation.messages());
        json.writeBooleanProperty("stream", true);
        json.writeObjectPropertyStart("stream_options");
        json.writeBooleanProperty("include_usage", true);
        json.writeEndObject();
        writeSampling();
        writeTools();
        writeFormat(conversation.responseFormat());
        writeReasoning();
        writeImages();
        if (ask.isAtFlex()) {
            json.writeStringProperty("service_tier", ask.tier().word());
        } else if (ask.tier() != ServiceTier.STANDARD) {
            ignore(Member.SERVICE_TIER);
        }
        if (dialect.saysNotToStore()) {
            json.writeBooleanProperty("store", false);
        }
        json.writeEndObject();
        return messages.slots();
    }

    private void writeSampling() {
        number("temperature", sampling.temperature());
        number("top_p", sampling.topP());
        number("presence_penalty", sampling.presencePenalty());
        number("frequency_penalty", sampling.frequencyPenalty());
        if (sampling.candidates() > 1) {
            json.writeNumberProperty("n", sampling.candidates());
        }
        if (!sampling.stop().isEmpty()) {
            json.writeArrayPropertyStart("stop");
            sampling.stop().forEach(json::writeString);
            json.writeEndArray();
        }
        if (sampling.seed() != null) {
            json.writeNumberProperty("seed", sampling.seed());
        }
        if (sampling.logprobs()) {
            json.writeBooleanProperty("logprobs", true);
            if (sampling.topLogprobs() != null) {
                json.writeNumberProperty("top_logprobs", sampling.topLogprobs());
            }
        }
        if (sampling.topK() != null) {
            ignore(Member.TOP_K);
        }
    }

    /** Writes the words of OpenRouter and LiteLLM. */
    private void writeImages() {
        ImagesAsked images = ask.images();
        if (images == null) {
            return;
        }
        json.writeArrayPropertyStart("modalities");
        json.writeString("image");
        if (!images.isAlone()) {
            json.writeString("text");
        }
        json.writeEndArray();
        if (images.ratio() != null || images.size() != null) {
            json.writeObjectPropertyStart("image_config");
            if (images.ratio() != null) {
                json.writeStringProperty("aspect_ratio", images.ratio());
            }
            if (images.size() != null) {
                json.writeStringProperty("image_size", images.size());
            }
            json.writeEndObject();
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
        if (conversation.oneCall()) {
            json.writeBooleanProperty("parallel_tool_calls", false);
        }
        writeChoice();
    }

    /** Returns the tools to declare. Few servers know {@code allowed_tools}, so only its tools are declared (D22). */
    private List<Tool> declared() {
        return conversation.toolChoice() instanceof ToolChoice.Allowed allowed
                ? conversation.tools().stream()
                        .filter(tool -> allowed.names().contains(tool.name()))
                        .toList()
                : conversation.tools();
    }

    private void writeTool(Tool tool) {
        json.writeStartObject();
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", tool.name());
        if (tool.description() != null) {
            json.writeStringProperty("description", tool.description());
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
        switch (conversation.toolChoice()) {
            case ToolChoice.Auto auto -> {}
            case ToolChoice.None none -> json.writeStringProperty("tool_choice", "none");
            case ToolChoice.Validated validated ->
                ignore(Member.TOOL_CHOICE); // the others have no such word; auto is the nearest
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
            json.writeStringProperty("description", format.description());
        }
        json.writeName("schema");
        json.writeTree(format.schema());
        json.writeBooleanProperty("strict", Boolean.TRUE.equals(format.strict()));
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeReasoning() {
        if (dialect.reasoningEffort() && ask.effort() != null) {
            json.writeStringProperty("reasoning_effort", ask.effort().word());
        } else if (conversation.reasoningEffort() != null) {
            ignore(Member.REASONING_EFFORT);
        }
        GoogleOptions google = conversation.google();
        if (google != null && google.setsThinking()) {
            ignore(Member.THINKING);
        }
        if (google != null && !google.safetySettings().isEmpty()) {
            ignore(Member.SAFETY);
        }
    }

    private void ignore(Member member) {
        ignored.add(conversation.place().path(member));
    }
}
