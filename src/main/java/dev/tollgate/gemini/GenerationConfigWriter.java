package dev.tollgate.gemini;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.openai.ChatRequest;
import dev.tollgate.openai.ResponseFormat;
import dev.tollgate.upstream.ChatAsk;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes {@code generationConfig}, all but {@code maxOutputTokens}. One writer serves one request. */
final class GenerationConfigWriter {

    private final JsonGenerator json;
    private final ChatAsk ask;
    private final ChatRequest request;
    private final UpstreamModel model;
    private final Set<String> ignored;

    /** @param ignored takes dotted names of what could not be expressed */
    GenerationConfigWriter(JsonGenerator json, ChatAsk ask, UpstreamModel model, Set<String> ignored) {
        this.json = json;
        this.ask = ask;
        this.request = ask.request();
        this.model = model;
        this.ignored = ignored;
    }

    /** @param mediaResolution request-wide; null sends none */
    void write(@Nullable String mediaResolution) {
        json.writeObjectPropertyStart("generationConfig");
        writeSampling();
        writeCandidates();
        writePenalty("presence_penalty", "presencePenalty", request.presencePenalty());
        writePenalty("frequency_penalty", "frequencyPenalty", request.frequencyPenalty());
        writeLogprobs();
        writeSeed();
        writeFormat(request.responseFormat());
        if (mediaResolution != null) {
            json.writeStringProperty("mediaResolution", mediaResolution);
        }
        new ThinkingWriter(json, ask, model, ignored).write();
        json.writeEndObject();
    }

    private void writeSampling() {
        if (request.temperature() != null) {
            json.writeNumberProperty("temperature", request.temperature());
        }
        if (request.topP() != null) {
            json.writeNumberProperty("topP", request.topP());
        }
        if (request.topK() != null) {
            json.writeNumberProperty("topK", request.topK());
        }
        if (!request.stop().isEmpty()) {
            json.writeArrayPropertyStart("stopSequences");
            request.stop().forEach(stop -> json.writeString(WellFormed.text(stop)));
            json.writeEndArray();
        }
    }

    /** D3: no fan-out into several calls, which would bill the prompt several times. */
    private void writeCandidates() {
        if (request.n() > model.candidatesMax()) {
            throw refuse("n", "may be at most %d for this model.".formatted(model.candidatesMax()));
        }
        if (request.n() > 1) {
            json.writeNumberProperty("candidateCount", request.n());
        }
    }

    /** D4. Zero means nothing, and is left out even where penalties are refused. */
    private void writePenalty(String field, String property, @Nullable Double penalty) {
        if (penalty == null || penalty == 0) {
            return;
        }
        if (!model.penalties()) {
            throw refuse(field, "is not supported by this model; only 0 is allowed.");
        }
        json.writeNumberProperty(property, penalty);
    }

    private void writeLogprobs() {
        if (!request.logprobs()) {
            return;
        }
        if (!model.logprobs()) {
            throw refuse("logprobs", "is not supported by this model.");
        }
        json.writeBooleanProperty("responseLogprobs", true);
        if (request.topLogprobs() != null) {
            json.writeNumberProperty("logprobs", request.topLogprobs());
        }
    }

    /** D21. */
    private void writeSeed() {
        Long seed = request.seed();
        if (seed == null) {
            return;
        }
        if (seed != seed.intValue()) {
            throw refuse("seed", "must be between -2147483648 and 2147483647.");
        }
        json.writeNumberProperty("seed", seed);
    }

    private void writeFormat(ResponseFormat format) {
        if (format instanceof ResponseFormat.Text) {
            return;
        }
        json.writeStringProperty("responseMimeType", "application/json");
        if (format instanceof ResponseFormat.JsonSchema schema) {
            writeSchema(schema);
        }
    }

    /** Gemini knows no name, and obeys every schema. */
    private void writeSchema(ResponseFormat.JsonSchema format) {
        boolean isEmpty = format.schema().isEmpty();
        ignoreIf(format.name() != null, "response_format.json_schema.name");
        ignoreIf(
                format.description() != null && (isEmpty || format.schema().has("description")),
                "response_format.json_schema.description");
        ignoreIf(Boolean.FALSE.equals(format.strict()), "response_format.json_schema.strict");
        if (!isEmpty) {
            json.writeName("responseJsonSchema");
            json.writeTree(cleaned(format));
        }
    }

    private void ignoreIf(boolean isWithoutEffect, String field) {
        if (isWithoutEffect) {
            ignored.add(field);
        }
    }

    private JsonNode cleaned(ResponseFormat.JsonSchema format) {
        String param = "response_format.json_schema.schema";
        if (!(format.schema() instanceof ObjectNode schema)) {
            throw refuse(param, "must be a schema object.");
        }
        Set<String> removed = new LinkedHashSet<>();
        ObjectNode cleaned = new SchemaCleaner(schema, param, removed).clean();
        removed.forEach(keyword -> ignored.add("response_format." + keyword));
        if (format.description() != null && !cleaned.has("description")) {
            cleaned.put("description", WellFormed.text(format.description()));
        }
        return cleaned;
    }

    private static ApiException refuse(String field, String why) {
        return ApiError.invalid(field, "'" + field + "' " + why).asException();
    }
}
