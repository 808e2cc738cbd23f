package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.requests.RequestRules.MESSAGE;
import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** The rules of models that make speech (docs.cloud.google.com/gemini-enterprise-agent-platform/models/text-to-speech/migration-guide, seen 29 November 2026). */
final class SpeechRules {

    private static final List<String> VOICES = List.of(
            "achernar",
            "achird",
            "algenib",
            "algieba",
            "alnilam",
            "aoede",
            "autonoe",
            "callirrhoe",
            "charon",
            "despina",
            "enceladus",
            "erinome",
            "fenrir",
            "gacrux",
            "iapetus",
            "kore",
            "laomedeia",
            "leda",
            "orus",
            "puck",
            "pulcherrima",
            "rasalgethi",
            "sadachbia",
            "sadaltager",
            "schedar",
            "sulafat",
            "umbriel",
            "vindemiatrix",
            "zephyr",
            "zubenelgenubi");

    private SpeechRules() {}

    static void check(GoogleRequest ask) {
        String model = "models/" + ask.model().name();
        require(
                ask.answersIn("AUDIO")
                        && ask.config().path("responseModalities").size() == 1,
                "The requested combination of response modalities is not supported by the model. " + model
                        + " accepts the following combination of response modalities:\n* AUDIO\n");
        for (String sampling : List.of("temperature", "topP", "topK")) {
            require(!ask.config().has(sampling), MESSAGE + sampling + " is not supported by " + model + ".");
        }
        boolean isText = ask.contents().stream()
                .flatMap(content -> content.path("parts").valueStream())
                .allMatch(part -> part.has("text"));
        require(isText, MESSAGE + "contents: only text is supported by " + model + ".");
        JsonNode voice = ask.config().path("speechConfig").path("voiceConfig");
        String name = JsonTrees.text(voice, "voice") + JsonTrees.text(voice.path("prebuiltVoiceConfig"), "voiceName");
        require(
                name.isEmpty() || VOICES.contains(name.toLowerCase(Locale.ROOT)),
                "Voice name " + name + " is not supported. Allowed voice names are: " + String.join(", ", VOICES));
    }
}
