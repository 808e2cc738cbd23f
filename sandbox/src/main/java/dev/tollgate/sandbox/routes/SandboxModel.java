package dev.tollgate.sandbox.routes;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model's limits and behaviour (protocol 1.6). Immutable.
 *
 * @param name without {@code models/}
 * @param gemini3 the family, with Gemini 4: thinking levels, signed calls, one candidate; otherwise 2.5
 * @param budgetMin least thinking budget besides -1
 * @param budgetMax greatest; less than the least where budgets are not taken at all
 * @param thinkingOff whether budget 0 is taken
 * @param levels thinking levels taken; empty where none is
 * @param level the default thinking level; empty on 2.5
 * @param callIds whether function calls carry ids (they do on some 3.x previews and not on others)
 * @param thinksUnasked whether it thinks where nothing is said about it
 * @param images what follows from the images that it makes, or from making none
 */
public record SandboxModel(
        String name,
        boolean gemini3,
        int budgetMin,
        int budgetMax,
        boolean thinkingOff,
        Set<String> levels,
        String level,
        boolean callIds,
        boolean thinksUnasked,
        ImageLimits images) {

    public static final int INPUT_TOKENS_MAX = 1_048_576;

    private static final Set<String> THREE_LEVELS = Set.of("LOW", "MEDIUM", "HIGH");
    private static final Set<String> FOUR_LEVELS = Set.of("LOW", "MEDIUM", "HIGH", "XHIGH");
    private static final Set<String> FLASH_LEVELS = Set.of("MINIMAL", "LOW", "MEDIUM", "HIGH");
    private static final List<String> GOING_ON = List.of("gemini-3-", "gemini-3.1-");
    private static final int UNTILED_PIXELS_MAX = 384;
    private static final int TILE_PIXELS = 768;
    private static final int TILE_TOKENS = 258;
    private static final int TILES_MAX = 64;
    private static final int INPUT_IMAGE_TOKENS = 560; // of a model that makes images

    private static final List<SandboxModel> ALL = List.of(
            new SandboxModel("gemini-2.5-pro", false, 128, 32_768, false, Set.of(), "", false, true),
            new SandboxModel("gemini-2.5-flash", false, 0, 24_576, true, Set.of(), "", false, true),
            new SandboxModel("gemini-2.5-flash-lite", false, 512, 24_576, true, Set.of(), "", false, false),
            new SandboxModel(
                    "gemini-3-pro-preview", true, 128, 32_768, false, Set.of("LOW", "HIGH"), "HIGH", false, true),
            new SandboxModel("gemini-3.1-pro-preview", true, 128, 32_768, false, THREE_LEVELS, "HIGH", true, true),
            new SandboxModel(
                    "gemini-3.1-pro-preview-customtools", true, 128, 32_768, false, THREE_LEVELS, "HIGH", true, true),
            new SandboxModel("gemini-3.1-flash-lite", true, 1, 24_576, false, FLASH_LEVELS, "MINIMAL", true, true),
            new SandboxModel("gemini-3-flash-preview", true, 1, 24_576, false, FLASH_LEVELS, "HIGH", true, true),
            new SandboxModel("gemini-3.5-flash", true, 1, 24_576, false, FLASH_LEVELS, "MEDIUM", true, true),
            new SandboxModel("gemini-3.5-flash-lite", true, 1, 0, false, FLASH_LEVELS, "MINIMAL", true, true),
            new SandboxModel("gemini-3.6-flash", true, 1, 0, false, FLASH_LEVELS, "MEDIUM", true, true),
            new SandboxModel("gemini-3.7-flash", true, 1, 0, false, THREE_LEVELS, "MEDIUM", true, true),
            new SandboxModel("gemini-3.8-flash", true, 1, 0, false, THREE_LEVELS, "MEDIUM", true, true),
            new SandboxModel("gemini-4-argon", true, 1, 0, false, THREE_LEVELS, "MEDIUM", true, true),
            new SandboxModel("gemini-4-carbon", true, 1, 0, false, THREE_LEVELS, "MEDIUM", true, true),
            new SandboxModel("gemini-4-hydrogen", true, 1, 0, false, FOUR_LEVELS, "HIGH", true, true),
            new SandboxModel("gemini-4-neon", true, 1, 0, false, FOUR_LEVELS, "HIGH", true, true),
            forImages("gemini-nano-banana-2.1", Set.of("MINIMAL", "MEDIUM", "HIGH"), "MEDIUM", ImageLimits.BANANA),
            forImages("gemini-3-pro-image", Set.of(), "HIGH", ImageLimits.PRO),
            forImages("gemini-3.1-flash-lite-image", Set.of("MINIMAL", "HIGH"), "MINIMAL", ImageLimits.LITE),
            forSpeech("gemini-3.8-flash-tts"),
            forSpeech("gemini-3.8-flash-lite-tts"));

    /** The model that replaces another at the Gemini API, and the time from which it does. Vertex AI has other days and puts nothing there. */
    private record Successor(Instant from, String name) {}

    private static final Instant OCTOBER_2026 = Instant.parse("2026-10-08T00:00:00Z");
    private static final Instant DECEMBER_2026 = Instant.parse("2026-12-01T00:00:00Z");
    private static final Map<String, Successor> ON_THE_GEMINI_API = Map.of(
            "gemini-3.5-flash", new Successor(OCTOBER_2026, "gemini-3.6-flash"),
            "gemini-3.7-flash", new Successor(OCTOBER_2026, "gemini-3.8-flash"),
            "gemini-2.5-pro", new Successor(DECEMBER_2026, "gemini-3.8-flash"),
            "gemini-2.5-flash", new Successor(DECEMBER_2026, "gemini-3.5-flash-lite"));
    private static final Map<String, Instant> ENDS_ON_VERTEX = Map.of(
            "gemini-2.5-pro", Instant.parse("2027-03-31T00:00:00Z"),
            "gemini-2.5-flash", Instant.parse("2027-03-31T00:00:00Z"),
            "gemini-2.5-flash-lite", Instant.parse("2027-01-28T00:00:00Z"));

    /** A model that makes text alone. */
    private SandboxModel(
            String name,
            boolean gemini3,
            int budgetMin,
            int budgetMax,
            boolean thinkingOff,
            Set<String> levels,
            String level,
            boolean callIds,
            boolean thinksUnasked) {
        this(name, gemini3, budgetMin, budgetMax, thinkingOff, levels, level, callIds, thinksUnasked, ImageLimits.NONE);
    }

    private static SandboxModel forImages(String name, Set<String> levels, String level, ImageLimits images) {
        return new SandboxModel(name, true, 1, 0, false, levels, level, false, true, images);
    }

    private static SandboxModel forSpeech(String name) {
        return new SandboxModel(name, true, 1, 0, false, Set.of(), "", false, false, ImageLimits.SPEECH);
    }

    /** The model of a name. */
    public static Optional<SandboxModel> named(String name) {
        return ALL.stream().filter(model -> model.name.equals(name)).findFirst();
    }

    /** Returns the model that answers for a name at a time: the successor of a retired model, or none on Vertex AI. */
    static Optional<SandboxModel> answering(String name, boolean vertex, Instant now) {
        if (vertex) {
            return now.isBefore(ENDS_ON_VERTEX.getOrDefault(name, Instant.MAX)) ? named(name) : Optional.empty();
        }
        Successor successor = ON_THE_GEMINI_API.get(name);
        return named(successor == null || now.isBefore(successor.from()) ? name : successor.name());
    }

    /** Returns whether it makes speech, and nothing else. */
    public boolean speaks() {
        return images == ImageLimits.SPEECH;
    }

    public static List<SandboxModel> all() {
        return ALL;
    }

    /** Returns whether it refuses penalties and several candidates on Vertex AI, too. */
    public boolean gemini4() {
        return name.startsWith("gemini-4-");
    }

    /** Returns whether a conversation may end with its own words; since 3.6 it may not with any. */
    public boolean goesOn() {
        return !gemini3 || name.equals("gemini-3.5-flash") || GOING_ON.stream().anyMatch(name::startsWith);
    }

    /** Returns the least tokens that the implicit cache serves (ai.google.dev/gemini-api/docs/caching, seen 26 November 2026). */
    public int cachedTokensMin() {
        return gemini3 ? 4_096 : 2_048;
    }

    /**
     * Tokens of an image: on 2.5 by tiles of 768 pixels, on 3 by the resolution asked for.
     *
     * @param width in pixels, 0 where it is not known
     */
    public int imageTokens(String resolution, int width, int height) {
        if (!gemini3) {
            boolean small = width <= UNTILED_PIXELS_MAX && height <= UNTILED_PIXELS_MAX;
            return small ? TILE_TOKENS : TILE_TOKENS * tiles(width) * tiles(height);
        }
        if (images.makesImages()) {
            return INPUT_IMAGE_TOKENS;
        }
        return switch (resolution) {
            case "MEDIA_RESOLUTION_LOW" -> 280;
            case "MEDIA_RESOLUTION_MEDIUM" -> 560;
            case "MEDIA_RESOLUTION_HIGH" -> 1_120;
            default -> 1_064;
        };
    }

    private static int tiles(int pixels) {
        return Math.clamp(Math.ceilDiv(pixels, TILE_PIXELS), 1, TILES_MAX);
    }

    public int pageTokens() {
        return gemini3 ? 560 : 258;
    }

    /** The answer of {@code GET models/{name}}. */
    public ObjectNode describe(boolean vertex) {
        ObjectNode body = JsonTrees.object();
        if (vertex) {
            return body.put("name", "publishers/google/models/" + name)
                    .put("versionId", name.replaceFirst("gemini-", ""))
                    .put("openSourceCategory", "PROPRIETARY")
                    .put("launchStage", name.endsWith("-preview") ? "PUBLIC_PREVIEW" : "GA");
        }
        body.put("name", "models/" + name)
                .put("version", name.replaceFirst("gemini-", ""))
                .put("displayName", displayName())
                .put("description", "The built-in sandbox speaking as " + displayName() + ".")
                .put("inputTokenLimit", images.inputTokensMax())
                .put("outputTokenLimit", images.outputTokensMax());
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
