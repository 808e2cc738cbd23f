package dev.tollgate.sandbox.generation;

import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.files.StoredFile;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.wire.Base64Blob;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.MediaFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Tokens of a prompt by modality. Text counts one token for four bytes of UTF-8, rounded up; media as protocol 1.8 says
 * where that can be known without decoding them.
 */
public final class PromptTokens {

    enum Modality {
        TEXT,
        IMAGE,
        VIDEO,
        AUDIO,
        DOCUMENT
    }

    private static final int BYTES_PER_TOKEN = 4;
    private static final int AUDIO_BYTES_PER_TOKEN = 640; // 128 kbit/s at 25 tokens a second
    private static final int VIDEO_BYTES_PER_TOKEN = 2_000;
    private static final int REMOTE_FILE_TOKENS = 1_500;

    private final SandboxModel model;
    private final String resolution;
    private final Map<String, StoredFile> files;
    private final Map<Modality, Integer> counts = new EnumMap<>(Modality.class);
    private final List<Piece> pieces = new ArrayList<>();

    /**
     * A text or a medium of the prompt.
     *
     * @param source the text; of a medium its data or its address
     */
    record Piece(Modality modality, int tokens, String source) {}

    private PromptTokens(GoogleRequest ask) {
        this.model = ask.model();
        this.resolution = JsonTrees.text(ask.config(), "mediaResolution");
        this.files = ask.terms().files();
    }

    /** Tokens of a text: its bytes in UTF-8 / 4, rounded up. */
    public static int ofText(String text) {
        return ofBytes(text.getBytes(StandardCharsets.UTF_8).length);
    }

    static int ofBytes(long bytes) {
        return Math.toIntExact((bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN);
    }

    /** Returns how many bytes of text fit into so many tokens. */
    static long bytesOf(int tokens) {
        return (long) tokens * BYTES_PER_TOKEN;
    }

    /** Counts contents, system instruction and tools; modalities without tokens are absent. */
    static Map<Modality, Integer> ofPrompt(GoogleRequest ask) {
        return counted(ask).counts;
    }

    /** Returns the pieces of the prompt in the order in which a conversation grows: contents last. */
    static List<Piece> inOrder(GoogleRequest ask) {
        return counted(ask).pieces;
    }

    private static PromptTokens counted(GoogleRequest ask) {
        PromptTokens count = new PromptTokens(ask);
        count.content(ask.body().path("systemInstruction"));
        ask.declarations().forEach(declaration -> count.text(JsonTrees.write(declaration)));
        JsonNode schema = ask.responseSchema();
        count.text(schema.isMissingNode() ? "" : JsonTrees.write(schema));
        ask.contents().forEach(count::content);
        return count;
    }

    /**
     * Refuses a prompt whose text alone goes beyond the model's context. Media do not count here: without decoding sound and video, more might
     * be made of them than Google makes.
     */
    public static void checkContext(GoogleRequest ask) {
        int text = ofPrompt(ask).getOrDefault(Modality.TEXT, 0);
        int most = ask.model().images().inputTokensMax();
        require(
                text <= most,
                "The input token count (" + text + ") exceeds the maximum number of tokens allowed (" + most + ").");
    }

    static int sum(Map<Modality, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void content(JsonNode content) {
        content.path("parts").forEach(this::part);
    }

    private void part(JsonNode part) {
        text(JsonTrees.text(part, "text"));
        for (String name : new String[] {"functionCall", "functionResponse", "executableCode", "codeExecutionResult"}) {
            if (part.has(name)) {
                text(JsonTrees.write(part.get(name)));
            }
        }
        media(part);
        part.path("functionResponse").path("parts").forEach(this::media);
    }

    private void media(JsonNode part) {
        if (part.has("inlineData")) {
            JsonNode blob = part.get("inlineData");
            MediaFacts facts = Base64Blob.facts(JsonTrees.text(blob, "data"));
            int[] size = facts.size();
            String data = JsonTrees.text(blob, "data");
            medium(part, data, JsonTrees.text(blob, "mimeType"), facts.bytes(), size[0], size[1], facts.pages());
        }
        if (part.has("fileData")) {
            String uri = JsonTrees.text(part.get("fileData"), "fileUri");
            StoredFile file = files.get(uri);
            if (file == null) {
                add(Modality.VIDEO, REMOTE_FILE_TOKENS, uri);
            } else {
                medium(part, uri, file.mimeType(), file.bytes(), file.width(), file.height(), file.pages());
            }
        }
    }

    private void medium(JsonNode part, String source, String mimeType, long bytes, int width, int height, int pages) {
        String mime = mimeType.toLowerCase(Locale.ROOT);
        switch (mime.substring(0, Math.max(0, mime.indexOf('/')))) {
            case "image" -> add(Modality.IMAGE, model.imageTokens(resolutionOf(part), width, height), source);
            case "audio" -> add(Modality.AUDIO, Math.toIntExact(1 + bytes / AUDIO_BYTES_PER_TOKEN), source);
            case "video" -> add(Modality.VIDEO, Math.toIntExact(70 + bytes / VIDEO_BYTES_PER_TOKEN), source);
            case "text" -> add(Modality.TEXT, ofBytes(bytes), source);
            default -> add(Modality.DOCUMENT, pages * model.pageTokens(), source);
        }
    }

    private String resolutionOf(JsonNode part) {
        String own = JsonTrees.text(part.path("mediaResolution"), "level");
        return own.isEmpty() ? resolution : own;
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            add(Modality.TEXT, ofText(text), text);
        }
    }

    private void add(Modality modality, int tokens, String source) {
        counts.merge(modality, tokens, Integer::sum);
        pieces.add(new Piece(modality, tokens, source));
    }
}
