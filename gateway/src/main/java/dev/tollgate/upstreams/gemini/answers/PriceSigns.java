package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The parts of a stream that affect its price besides token counts: its service tier, its searches and Google Maps. Reports each change once. Confined to its
 * stream.
 */
final class PriceSigns {

    private static final int NONE = -1;
    private static final int WORDS_MAX = 16;
    private static final int WORD_CHARS_MAX = 200;

    private @Nullable ServiceTier granted;
    private @Nullable ServiceTier reported;
    private int searches = NONE;
    private boolean located;

    /** Notes the tier that the upstream has named, until it names another. */
    void granted(@Nullable ServiceTier tier) {
        granted = tier == null ? granted : tier;
    }

    /** Appends the tier unless it was reported before. */
    void reportTier(List<UpstreamEvent> out) {
        ServiceTier tier = granted;
        if (tier != null && tier != reported) {
            reported = tier;
            out.add(new UpstreamEvent.TierGranted(tier));
        }
    }

    /**
     * Appends the searches that one candidate's {@code groundingMetadata} names, if they are more than before, and Google Maps. An answer from places
     * alone has not searched, even if it names the queries for places.
     */
    void grounded(@Nullable JsonNode grounding, List<UpstreamEvent> out) {
        if (grounding == null) {
            return;
        }
        if (hasChunk(grounding, true)) {
            if (!located) {
                out.add(UpstreamEvent.Located.ON_MAPS);
            }
            located = true;
            if (!hasChunk(grounding, false)
                    && grounding.path("searchEntryPoint").isEmpty()) {
                return;
            }
        }
        Set<String> queries = queries(grounding);
        int count = !queries.isEmpty() || restsOnSources(grounding) ? queries.size() : NONE;
        if (count > searches) {
            searches = count;
            out.add(new UpstreamEvent.Searched(count, words(queries)));
        }
    }

    private static List<String> words(Set<String> queries) {
        return queries.stream()
                .limit(WORDS_MAX)
                .map(query -> query.length() > WORD_CHARS_MAX ? query.substring(0, WORD_CHARS_MAX) + "…" : query)
                .toList();
    }

    private static Set<String> queries(JsonNode grounding) {
        Set<String> queries = new LinkedHashSet<>();
        for (JsonNode query : grounding.path("webSearchQueries").values()) {
            if (query.isString() && !query.stringValue().isBlank()) {
                queries.add(query.stringValue());
            }
        }
        return queries;
    }

    private static boolean hasChunk(JsonNode grounding, boolean isPlace) {
        return grounding.path("groundingChunks").valueStream().anyMatch(chunk -> chunk.has("maps") == isPlace);
    }

    private static boolean restsOnSources(JsonNode grounding) {
        return !grounding.path("groundingChunks").isEmpty()
                || !grounding.path("groundingSupports").isEmpty()
                || !grounding.path("searchEntryPoint").isEmpty();
    }
}
