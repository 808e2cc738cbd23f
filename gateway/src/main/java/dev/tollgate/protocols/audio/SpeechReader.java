package dev.tollgate.protocols.audio;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.conversation.Voices;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.openai.ChatPlaces;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the body of a request for speech (Y54). A reader serves one body, on one thread. */
final class SpeechReader {

    static final String WAV = "wav";
    static final String PCM = "pcm";

    /** OpenAI's voices with the voice of Gemini that sounds most like each. docs/api.md has this table. */
    private static final Map<String, String> VOICES = Map.ofEntries(
            Map.entry("alloy", "Kore"),
            Map.entry("ash", "Charon"),
            Map.entry("ballad", "Algieba"),
            Map.entry("cedar", "Achird"),
            Map.entry("coral", "Aoede"),
            Map.entry("echo", "Iapetus"),
            Map.entry("fable", "Puck"),
            Map.entry("marin", "Sulafat"),
            Map.entry("nova", "Leda"),
            Map.entry("onyx", "Algenib"),
            Map.entry("sage", "Erinome"),
            Map.entry("shimmer", "Despina"),
            Map.entry("verse", "Sadachbia"));

    private static final String ALLOWED = "one of " + String.join(", ", Voices.ALL) + ", or OpenAI's "
            + String.join(", ", VOICES.keySet().stream().sorted().toList());

    private static final int VOICE_CHARS_MAX = 64;
    private static final String INPUT = "input";

    private final JsonBody json;
    private @Nullable String model;
    private @Nullable JsonText input;
    private @Nullable JsonText instructions;
    private @Nullable String voice;
    private String format = WAV;
    private boolean events;

    private SpeechReader(JsonBody json) {
        this.json = json;
    }

    /**
     * @param body JSON in UTF-8, with a size limit set by the caller
     * @param memory charged with the memory of the result
     * @throws dev.tollgate.base.error.ApiException 400 {@code invalid_request} that names the field, for every fault
     */
    static AudioRequest read(byte[] body, ReadLimits limits, Lease memory) {
        SpeechReader reader = new SpeechReader(new JsonBody(body, limits, memory));
        reader.json.wholeObject(it -> it.object(reader::member));
        return reader.built();
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case INPUT -> input = json.text();
            case "instructions" -> instructions = json.text();
            case "voice" -> voice = voice();
            case "response_format" -> format = format();
            case "stream_format" -> events = json.oneOf(List.of("audio", "sse")).equals("sse");
            case "speed" -> {
                if (json.number(0.25, 4) != 1) {
                    json.ignored(json.path());
                }
            }
            default -> json.ignore();
        }
    }

    private String voice() {
        if (!json.isString()) {
            throw json.refuse("the name of a voice: voices of one's own do not exist here");
        }
        String name = json.string(VOICE_CHARS_MAX);
        String voice = VOICES.getOrDefault(name.toLowerCase(Locale.ROOT), Voices.find(name));
        if (voice == null) {
            throw json.refuse(ALLOWED);
        }
        return voice;
    }

    private String format() {
        String asked = json.oneOf(List.of(WAV, PCM, "mp3", "opus", "aac", "flac"));
        if (!asked.equals(WAV) && !asked.equals(PCM)) {
            throw json.invalid(
                    "must be wav or pcm, got '" + asked + "': the models make PCM, which is not encoded here.");
        }
        return asked;
    }

    private AudioRequest built() {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        JsonText said = input;
        if (said == null || said.toString().isBlank()) {
            throw JsonBody.invalid(INPUT, said == null ? "is required." : "must not be empty.");
        }
        JsonText style = instructions == null || instructions.isEmpty() ? null : instructions;
        return new AudioRequest(
                model,
                format,
                events,
                json.ignored(),
                Conversation.ofTurn(
                        ChatPlaces.NAMES.at(""),
                        Place.at(INPUT),
                        List.of(new ContentPart.Text(said, style)),
                        Sampling.DEFAULT,
                        null,
                        OutputWish.NONE.of(List.of("audio"), List.of(INPUT)).withVoice(voice)));
    }
}
