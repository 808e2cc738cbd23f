package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.ImagesAsked;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes {@code generationConfig}, all but {@code maxOutputTokens}. One writer serves one sampling. */
public final class GenerationConfigWriter {

    private final JsonGenerator json;
    private final ChatAsk ask;
    private final Conversation conversation;
    private final Sampling sampling;
    private final Place place;
    private final UpstreamModel model;
    private final Set<String> ignored;

    /** @param ignored takes dotted names of what could not be expressed */
    public GenerationConfigWriter(JsonGenerator json, ChatAsk ask, UpstreamModel model, Set<String> ignored) {
        this.json = json;
        this.ask = ask;
        this.conversation = ask.conversation();
        this.sampling = conversation.sampling();
        this.place = conversation.place();
        this.model = model;
        this.ignored = ignored;
    }

    /** @param mediaResolution request-wide; null sends none */
    public void write(@Nullable String mediaResolution) {
        requireSampling();
        json.writeObjectPropertyStart("generationConfig");
        writeSampling();
        if (sampling.candidates() > 1) {
            json.writeNumberProperty("candidateCount", sampling.candidates());
        }
        writePenalty("presencePenalty", sampling.presencePenalty());
        writePenalty("frequencyPenalty", sampling.frequencyPenalty());
        writeLogprobs();
        writeSeed();
        writeFormat(conversation.responseFormat());
        if (model.images() != null) {
            writeImages(json, ask.images());
        } else if (model.speaks()) {
            writeSpeech(json, conversation.output().voice());
        }
        if (mediaResolution != null) {
            json.writeStringProperty("mediaResolution", mediaResolution);
        }
        new ThinkingWriter(json, ask, model, ignored).write();
        json.writeEndObject();
    }

    /** Writes what is asked of a model that makes images. @param images null for text alone */
    public static void writeImages(JsonGenerator json, @Nullable ImagesAsked images) {
        json.writeArrayPropertyStart("responseModalities");
        if (images == null || !images.isAlone()) {
            json.writeString("TEXT");
        }
        if (images != null) {
            json.writeString("IMAGE");
        }
        json.writeEndArray();
        if (images != null && (images.ratio() != null || images.size() != null)) {
            json.writeObjectPropertyStart("imageConfig");
            if (images.ratio() != null) {
                json.writeStringProperty("aspectRatio", images.ratio());
            }
            if (images.size() != null) {
                json.writeStringProperty("imageSize", images.size());
            }
            json.writeEndObject();
        }
    }

    /** Writes the settings of a model that speaks. @param voice null if the call chooses none, or its native request names it */
    public static void writeSpeech(JsonGenerator json, @Nullable String voice) {
        json.writeArrayPropertyStart("responseModalities");
        json.writeString("AUDIO");
        json.writeEndArray();
        if (voice != null) {
            json.writeObjectPropertyStart("speechConfig");
            json.writeObjectPropertyStart("voiceConfig");
            json.writeObjectPropertyStart("prebuiltVoiceConfig");
            json.writeStringProperty("voiceName", voice);
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
        }
    }

    private void writeSampling() {
        writeChoice(Member.TEMPERATURE, "temperature", sampling.temperature());
        writeChoice(Member.TOP_P, "topP", sampling.topP());
        writeChoice(Member.TOP_K, "topK", sampling.topK());
        if (!sampling.stop().isEmpty()) {
            json.writeArrayPropertyStart("stopSequences");
            sampling.stop().forEach(json::writeString);
            json.writeEndArray();
        }
    }

    /** D5: a model that chooses its words by itself is not sent how. */
    private void writeChoice(Member field, String property, @Nullable Number value) {
        if (value == null) {
            return;
        }
        ignoreIf(!model.sampling(), field);
        if (model.sampling()) {
            json.writePOJOProperty(property, value);
        }
    }

    /** The door asks for the model that the caller names, this for the channel's own, which may be its successor (D59). */
    private void requireSampling() {
        UpstreamModel.SamplingLack lack = model.lacks(sampling);
        if (lack != null) {
            throw switch (lack) {
                // D3: no fan-out into several calls, which would bill the prompt several times.
                case CANDIDATES ->
                    refuse(Member.CANDIDATES, "may be at most %d for this model.".formatted(model.candidatesMax()));
                case PRESENCE_PENALTY ->
                    refuse(Member.PRESENCE_PENALTY, "is not supported by this model; only 0 is allowed.");
                case FREQUENCY_PENALTY ->
                    refuse(Member.FREQUENCY_PENALTY, "is not supported by this model; only 0 is allowed.");
                case LOGPROBS -> refuse(Member.LOGPROBS, "is not supported by this model.");
            };
        }
    }

    /** Zero means none (D4), and is left out. */
    private void writePenalty(String property, @Nullable Double penalty) {
        if (penalty != null && penalty != 0) {
            json.writeNumberProperty(property, penalty);
        }
    }

    private void writeLogprobs() {
        if (!sampling.logprobs()) {
            return;
        }
        json.writeBooleanProperty("responseLogprobs", true);
        if (sampling.topLogprobs() != null) {
            json.writeNumberProperty("logprobs", sampling.topLogprobs());
        }
    }

    /** D21. */
    private void writeSeed() {
        Long seed = sampling.seed();
        if (seed == null) {
            return;
        }
        if (seed != seed.intValue()) {
            throw refuse(Member.SEED, "must be an integer between -2147483648 and 2147483647, got " + seed + ".");
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
        ignoreIf(format.name() != null, Member.SCHEMA_NAME);
        ignoreIf(
                format.description() != null && (isEmpty || format.schema().has("description")),
                Member.SCHEMA_DESCRIPTION);
        ignoreIf(Boolean.FALSE.equals(format.strict()), Member.SCHEMA_STRICT);
        if (!isEmpty) {
            json.writeName("responseJsonSchema");
            json.writeTree(cleaned(format));
        }
    }

    private void ignoreIf(boolean isWithoutEffect, Member field) {
        if (isWithoutEffect) {
            ignored.add(place.path(field));
        }
    }

    private JsonNode cleaned(ResponseFormat.JsonSchema format) {
        if (!(format.schema() instanceof ObjectNode schema)) {
            throw refuse(Member.SCHEMA, "must be a schema object.");
        }
        Set<String> removed = new LinkedHashSet<>();
        ObjectNode cleaned = new SchemaCleaner(schema, place.path(Member.SCHEMA), removed).clean();
        removed.forEach(keyword -> ignored.add(place.path(Member.RESPONSE_FORMAT) + "." + keyword));
        if (format.description() != null && !cleaned.has("description")) {
            cleaned.put("description", format.description());
        }
        return cleaned;
    }

    private ApiException refuse(Member member, String why) {
        String field = place.path(member);
        return ApiError.invalid(field, "'" + field + "' " + why).asException();
    }
}
