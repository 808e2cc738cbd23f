package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.upstreams.pool.UpstreamEvent.Citation;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads citations from {@code groundingMetadata} (protocol 4.6) and {@code citationMetadata}, which lists the sources that the text
 * repeats. Gemini counts UTF-8 bytes and omits a zero. OpenAI's indexes are characters, here Unicode code points (D7) over the candidate's
 * whole text (D45).
 */
final class Citations {

    /** More than any answer has; one entry costs little. */
    private static final int CITATIONS_MAX = 10_000;

    private final Utf8Offsets text;

    private Citations(Utf8Offsets text) {
        this.text = text;
    }

    /**
     * @param grounding the {@code groundingMetadata}, or a missing node
     * @param quoted what {@code citationMetadata} named
     * @param text the candidate's whole text
     */
    static List<Citation> of(JsonNode grounding, QuotedSources quoted, Utf8Offsets text) {
        return new Citations(text).of(grounding, quoted);
    }

    private List<Citation> of(JsonNode grounding, QuotedSources quoted) {
        Set<Citation> citations = new LinkedHashSet<>();
        JsonNode sources = grounding.path("groundingChunks");
        for (JsonNode support : grounding.path("groundingSupports").values()) {
            JsonNode segment = support.path("segment");
            for (JsonNode chosen : support.path("groundingChunkIndices").values()) {
                JsonNode source = sources.path(chosen.asInt(-1));
                JsonNode web = source.path(source.has("maps") ? "maps" : "web");
                if (segment.isObject() && web.path("uri").isString() && citations.size() < CITATIONS_MAX) {
                    citations.add(citation(segment, web));
                }
            }
        }
        for (QuotedSources.Source source : quoted.all()) {
            citations.add(citation(source.start(), source.end(), source.uri(), source.title()));
        }
        return List.copyOf(citations);
    }

    private Citation citation(JsonNode segment, JsonNode web) {
        return citation(
                segment.path("startIndex").asLong(0),
                segment.path("endIndex").asLong(0),
                web.path("uri").asString(""),
                web.path("title").asString(""));
    }

    private Citation citation(long start, long end, String uri, String title) {
        return Citation.of(text.codePoints(start), text.codePoints(end), uri, title);
    }
}
