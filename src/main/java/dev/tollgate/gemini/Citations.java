package dev.tollgate.gemini;

import dev.tollgate.upstream.UpstreamEvent.Citation;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Citations out of {@code groundingMetadata} (wire.md 4.6), and out of {@code citationMetadata}, which tells of what the text repeats. Gemini
 * counts UTF-8 bytes and leaves out a zero; OpenAI's indexes are characters, here Unicode code points (D7), over the candidate's whole text
 * (D45).
 */
final class Citations {

    /** More than any answer has; one entry costs little. */
    private static final int CITATIONS_MAX = 10_000;

    private final Utf8Offsets text;

    private Citations(Utf8Offsets text) {
        this.text = text;
    }

    /** Adds what a chunk's {@code citationMetadata} lists: the Gemini API and Vertex AI have two names for it. One without a URI names nothing. */
    static void addSources(JsonNode citationMetadata, Set<JsonNode> sources) {
        for (String name : List.of("citationSources", "citations")) {
            citationMetadata
                    .path(name)
                    .valueStream()
                    .filter(source -> !source.path("uri").asString("").isEmpty())
                    .limit(CITATIONS_MAX - sources.size())
                    .forEach(sources::add);
        }
    }

    /**
     * @param grounding the {@code groundingMetadata}, or a missing node
     * @param quoted what {@link #addSources} has found
     * @param text the candidate's whole text
     */
    static List<Citation> of(JsonNode grounding, Set<JsonNode> quoted, Utf8Offsets text) {
        return new Citations(text).of(grounding, quoted);
    }

    private List<Citation> of(JsonNode grounding, Set<JsonNode> quoted) {
        Set<Citation> citations = new LinkedHashSet<>();
        JsonNode sources = grounding.path("groundingChunks");
        for (JsonNode support : grounding.path("groundingSupports").values()) {
            JsonNode segment = support.path("segment");
            for (JsonNode chosen : support.path("groundingChunkIndices").values()) {
                JsonNode web = sources.path(chosen.asInt(-1)).path("web");
                if (segment.isObject() && web.path("uri").isString() && citations.size() < CITATIONS_MAX) {
                    citations.add(citation(segment, web));
                }
            }
        }
        quoted.forEach(source -> citations.add(citation(source, source)));
        return List.copyOf(citations);
    }

    private Citation citation(JsonNode segment, JsonNode web) {
        int start = text.codePoints(segment.path("startIndex").asLong(0));
        int end = text.codePoints(segment.path("endIndex").asLong(0));
        return Citation.of(
                start, end, web.path("uri").asString(""), web.path("title").asString(""));
    }
}
