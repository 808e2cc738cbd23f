package dev.tollgate.sandbox;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model takes and how it behaves (wire.md 1.6). Immutable.
 *
 * @param name without {@code models/}
 * @param gemini3 the family: thinking levels, signed calls, one candidate; otherwise 2.5
 * @param budgetMin least thinking budget besides -1
 * @param budgetMax greatest
 * @param thinkingOff whether budget 0 is taken
 * @param levels thinking levels taken; empty where none is
 * @param callIds whether function calls carry ids (they do on some 3.x previews and not on others)
 */
record SandboxModel(
        String name,
        boolean gemini3,
        int budgetMin,
        int budgetMax,
        boolean thinkingOff,
        Set<String> levels,
        boolean callIds) {

    static final int INPUT_TOKENS_MAX = 1_048_576;
    static final int OUTPUT_TOKENS_MAX = 65_536;

    private static final List<SandboxModel> ALL = List.of(
            new SandboxModel("gemini-2.5-pro", false, 128, 32_768, false, Set.of(), false),
            new SandboxModel("gemini-2.5-flash", false, 0, 24_576, true, Set.of(), false),
            new SandboxModel("gemini-3-pro-preview", true, 128, 32_768, false, Set.of("LOW", "HIGH"), false),
            new SandboxModel("gemini-3.1-pro-preview", true, 128, 32_768, false, Set.of("LOW", "MEDIUM", "HIGH"), true),
            new SandboxModel(
                    "gemini-3-flash-preview", true, 0, 24_576, true, Set.of("MINIMAL", "LOW", "MEDIUM", "HIGH"), true));

    static Optional<SandboxModel> named(String name) {
        return ALL.stream().filter(model -> model.name.equals(name)).findFirst();
    }

    /** The answer of {@code GET models}. */
    static ObjectNode list() {
        ObjectNode body = Json.object();
        ArrayNode models = body.putArray("models");
        ALL.forEach(model -> models.add(model.describe()));
        return body;
    }

    /** Tokens of an image where no size is looked at. */
    int imageTokens(String resolution) {
        if (!gemini3) {
            return 258;
        }
        return switch (resolution) {
            case "MEDIA_RESOLUTION_LOW" -> 280;
            case "MEDIA_RESOLUTION_MEDIUM" -> 560;
            case "MEDIA_RESOLUTION_HIGH" -> 1_120;
            default -> 1_064;
        };
    }

    int pageTokens() {
        return gemini3 ? 560 : 258;
    }

    /** The answer of {@code GET models/{name}}. */
    ObjectNode describe() {
        ObjectNode body = Json.object();
        body.put("name", "models/" + name)
                .put("version", name.replaceFirst("gemini-", ""))
                .put("displayName", displayName())
                .put("description", "The built-in sandbox speaking as " + displayName() + ".")
                .put("inputTokenLimit", INPUT_TOKENS_MAX)
                .put("outputTokenLimit", OUTPUT_TOKENS_MAX);
        body.putArray("supportedGenerationMethods").add("generateContent").add("countTokens");
        return body.put("temperature", 1)
                .put("topP", 0.95)
                .put("topK", 64)
                .put("maxTemperature", 2)
                .put("thinking", true);
    }

    private String displayName() {
        StringBuilder words = new StringBuilder();
        for (String word : name.split("-", -1)) {
            words.append(words.isEmpty() ? "" : " ");
            words.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
        }
        return words.toString();
    }
}
