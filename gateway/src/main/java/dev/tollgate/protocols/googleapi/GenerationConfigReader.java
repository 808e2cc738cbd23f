package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.OutputWish.FieldValue;
import dev.tollgate.base.json.MessageText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the configuration of a request: its ranges, the output that it wishes, and its fields without effect. For one request. */
final class GenerationConfigReader {

    private static final int STOP_SEQUENCES_MAX = 5;

    /** The configuration's fields without effect: they would choose another model, or request output that no model here has. */
    private static final List<String> CONFIG_WITHOUT_EFFECT =
            List.of("enableEnhancedCivicAnswers", "audioTimestamp", "routingConfig", "modelSelectionConfig");

    private static final String RESPONSE_MODALITIES = "generation_config.response_modalities";
    private static final Set<String> MODALITIES = Set.of("text", "image", "audio");
    private static final String AUDIO = "generation_config.response_format.audio";
    private static final int SAMPLE_RATE = 24_000;

    private final List<String> ignored;
    private OutputWish wish;
    private @Nullable Boolean asksForWav;

    /** @param wish of the contents @param ignored gets the fields without effect */
    GenerationConfigReader(OutputWish wish, List<String> ignored) {
        this.wish = wish;
        this.ignored = ignored;
    }

    OutputWish wish() {
        return wish;
    }

    /** Returns whether speech is to come as WAV, or as samples; null if the request does not say. */
    @Nullable
    Boolean asksForWav() {
        return asksForWav;
    }

    /** Reads a configuration, and takes out what upstreams get in another form. @return the most tokens; null if it says none */
    @Nullable
    Long read(ObjectNode config) {
        CONFIG_WITHOUT_EFFECT.forEach(
                name -> NativeRequestReader.drop(config, name, "generationConfig." + name, ignored));
        images(config);
        speech(config);
        range(config, "temperature", 0, 2);
        range(config, "topP", 0, 1);
        range(config, "topK", 1, Integer.MAX_VALUE);
        range(config, "presencePenalty", -2, 2);
        range(config, "frequencyPenalty", -2, 2);
        range(config, "candidateCount", 1, 128);
        range(config, "maxOutputTokens", 1, Integer.MAX_VALUE);
        NativeRequestReader.require(
                config.path("stopSequences").size() <= STOP_SEQUENCES_MAX,
                "generation_config.stop_sequences",
                "generation_config.stop_sequences: at most " + STOP_SEQUENCES_MAX + " stop sequences are allowed.");
        NativeRequestReader.require(
                config.path("stopSequences").valueStream().noneMatch(stop -> stop.asString("")
                        .isEmpty()),
                "generation_config.stop_sequences",
                "generation_config.stop_sequences: stop sequences must not be empty.");
        JsonNode tokensMax = config.remove("maxOutputTokens");
        return tokensMax == null ? null : Long.valueOf(tokensMax.longValue());
    }

    private void images(ObjectNode config) {
        List<String> modalities = new ArrayList<>();
        for (JsonNode modality : config.path("responseModalities")) {
            modalities.add(modality.stringValue().toLowerCase(Locale.ROOT));
            NativeRequestReader.require(
                    MODALITIES.contains(modalities.getLast()),
                    RESPONSE_MODALITIES,
                    RESPONSE_MODALITIES + ": only TEXT, IMAGE and AUDIO are supported.");
        }
        config.remove("responseModalities");
        wish = wish.of(modalities, Collections.nCopies(modalities.size(), RESPONSE_MODALITIES));
        if (config.remove("imageConfig") instanceof ObjectNode images) {
            for (Map.Entry<String, JsonNode> member : images.properties()) {
                String field = "generationConfig.imageConfig." + member.getKey();
                String value = member.getValue().asString("");
                switch (member.getKey()) {
                    case "aspectRatio" -> wish = wish.withRatio(new FieldValue(field, value));
                    case "imageSize" -> wish = wish.withSize(new FieldValue(field, value));
                    default -> ignored.add(field);
                }
            }
        }
    }

    /** Reads the format of speech. The models make samples of one rate, which get a header here; other formats would have to be encoded. */
    private void speech(ObjectNode config) {
        if (!(config.remove("responseFormat") instanceof ObjectNode format)
                || !(format.get("audio") instanceof ObjectNode audio)) {
            return;
        }
        wish = wish.withSound(AUDIO);
        String type = audio.path("mimeType").asString("").replace('/', '_');
        NativeRequestReader.require(
                type.isEmpty() || type.equals("AUDIO_WAV") || type.equals("AUDIO_L16"),
                AUDIO + ".mime_type",
                AUDIO + ".mime_type: must be AUDIO_WAV or AUDIO_L16, got " + MessageText.quoted(type)
                        + ": speech is not encoded here.");
        String delivery = audio.path("delivery").asString("INLINE");
        NativeRequestReader.require(
                delivery.equals("INLINE"),
                AUDIO + ".delivery",
                AUDIO + ".delivery: must be INLINE, got " + MessageText.quoted(delivery) + ".");
        int rate = audio.path("sampleRate").asInt(SAMPLE_RATE);
        NativeRequestReader.require(
                rate == SAMPLE_RATE,
                AUDIO + ".sample_rate",
                AUDIO + ".sample_rate: must be " + SAMPLE_RATE + ", got " + rate + ".");
        NativeRequestReader.drop(audio, "bitRate", "generationConfig.responseFormat.audio.bitRate", ignored);
        asksForWav = type.isEmpty() ? null : Boolean.valueOf(type.equals("AUDIO_WAV"));
    }

    private static void range(JsonNode config, String name, int min, int max) {
        JsonNode value = config.get(name);
        if (value != null && !isWithin(value.decimalValue(), min, max)) {
            String path = "generation_config." + ProtoMessages.snake(name);
            String allowed = max == Integer.MAX_VALUE ? "at least " + min : "between " + min + " and " + max;
            throw NativeRequestReader.refuse(
                    path, "* GenerateContentRequest." + path + ": must be " + allowed + ", got " + shown(value) + ".");
        }
    }

    static boolean isWithin(BigDecimal value, int min, int max) {
        return value.compareTo(BigDecimal.valueOf(min)) >= 0 && value.compareTo(BigDecimal.valueOf(max)) <= 0;
    }

    private static String shown(JsonNode number) {
        String digits = number.asString();
        return digits.length() > 40 ? "a number of " + digits.length() + " digits" : digits;
    }
}
