package dev.tollgate.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Tokens of a prompt by modality. Text counts one token for four bytes of UTF-8, rounded up; media as wire.md 1.8 says
 * where that can be known without decoding them.
 */
final class TokenCount {

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
    private final Map<Modality, Integer> counts = new EnumMap<>(Modality.class);

    private TokenCount(SandboxModel model, String resolution) {
        this.model = model;
        this.resolution = resolution;
    }

    /** Tokens of a text: its bytes in UTF-8 / 4, rounded up. */
    static int ofText(String text) {
        return ofBytes(text.getBytes(StandardCharsets.UTF_8).length);
    }

    static int ofBytes(long bytes) {
        return Math.toIntExact((bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN);
    }

    /** How many bytes of text fit into so many tokens. */
    static long bytesOf(int tokens) {
        return (long) tokens * BYTES_PER_TOKEN;
    }

    /** Counts contents, system instruction and tools; modalities without tokens are absent. */
    static Map<Modality, Integer> ofPrompt(Ask ask) {
        TokenCount count = new TokenCount(ask.model(), Json.text(ask.config(), "mediaResolution"));
        ask.contents().forEach(count::content);
        count.content(ask.body().path("systemInstruction"));
        ask.declarations().forEach(declaration -> count.text(Json.write(declaration)));
        JsonNode schema = ask.responseSchema();
        count.text(schema.isMissingNode() ? "" : Json.write(schema));
        return count.counts;
    }

    static int sum(Map<Modality, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void content(JsonNode content) {
        content.path("parts").forEach(this::part);
    }

    private void part(JsonNode part) {
        text(Json.text(part, "text"));
        for (String name : new String[] {"functionCall", "functionResponse", "executableCode", "codeExecutionResult"}) {
            if (part.has(name)) {
                text(Json.write(part.get(name)));
            }
        }
        if (part.has("inlineData")) {
            media(part, part.get("inlineData"));
        }
        if (part.has("fileData")) {
            add(Modality.VIDEO, REMOTE_FILE_TOKENS);
        }
    }

    private void media(JsonNode part, JsonNode blob) {
        String mime = Json.text(blob, "mimeType").toLowerCase(Locale.ROOT);
        String data = Json.text(blob, "data");
        int bytes = Media.bytes(data);
        switch (mime.substring(0, Math.max(0, mime.indexOf('/')))) {
            case "image" -> add(Modality.IMAGE, model.imageTokens(resolutionOf(part)));
            case "audio" -> add(Modality.AUDIO, 1 + bytes / AUDIO_BYTES_PER_TOKEN);
            case "video" -> add(Modality.VIDEO, 70 + bytes / VIDEO_BYTES_PER_TOKEN);
            case "text" -> add(Modality.TEXT, ofBytes(bytes));
            default -> add(Modality.DOCUMENT, pages(data) * model.pageTokens());
        }
    }

    private String resolutionOf(JsonNode part) {
        String own = Json.text(part.path("mediaResolution"), "level");
        return own.isEmpty() ? resolution : own;
    }

    private static int pages(String data) {
        String pdf = new String(Base64.getMimeDecoder().decode(data), StandardCharsets.ISO_8859_1);
        int pages = 0;
        for (int at = pdf.indexOf("/Page"); at >= 0; at = pdf.indexOf("/Page", at + 1)) {
            pages += pdf.startsWith("/Pages", at) ? 0 : 1;
        }
        return Math.max(1, pages);
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            add(Modality.TEXT, ofText(text));
        }
    }

    private void add(Modality modality, int tokens) {
        counts.merge(modality, tokens, Integer::sum);
    }
}
