package dev.tollgate.protocols.messages;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.UpstreamEvent.Citation;
import dev.tollgate.upstreams.pool.UpstreamEvent.Grounding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A web search as the protocol shows it: citations of a text, and the search with its results as blocks of their own.
 *
 * @param id of the search
 */
record SearchSources(Grounding grounding, String id) {

    private static final int CITED_CHARS_MAX = 150;

    /** Returns each citation as JSON. @param text of the response, which the citations' offsets count */
    List<String> citations(String text) {
        List<String> citations = new ArrayList<>();
        for (Citation citation : grounding.citations()) {
            citations.add(Utf8Buffer.scratch()
                    .raw("{\"type\":\"web_search_result_location\",\"url\":")
                    .string(citation.url())
                    .raw(",\"title\":")
                    .string(citation.title())
                    .raw(",\"cited_text\":")
                    .string(cited(text, citation))
                    .raw(",\"encrypted_index\":\"\"}")
                    .text());
        }
        return citations;
    }

    private static String cited(String text, Citation citation) {
        int all = text.codePointCount(0, text.length());
        int from = Math.min(citation.startIndex(), all);
        int to = Math.min(Math.min(citation.endIndex(), all), from + CITED_CHARS_MAX);
        int start = text.offsetByCodePoints(0, from);
        return text.substring(start, text.offsetByCodePoints(start, to - from));
    }

    /** Writes the block of the search up to its input. */
    void writeSearch(Utf8Buffer out) {
        out.raw("{\"type\":\"server_tool_use\",\"id\":").string(id).raw(",\"name\":\"web_search\",");
        out.raw(MessageBlocks.DIRECT).raw(",\"input\":");
    }

    /** Returns the input of the search as JSON. */
    String input() {
        JsonNode queries = grounding.metadata() == null
                ? null
                : grounding.metadata().path("webSearchQueries").path(0);
        String query = queries == null ? "" : queries.asString("");
        return Utf8Buffer.scratch().raw("{\"query\":").string(query).raw('}').text();
    }

    void writeResults(Utf8Buffer out) {
        out.raw("{\"type\":\"web_search_tool_result\",\"tool_use_id\":")
                .string(id)
                .raw(',');
        out.raw(MessageBlocks.DIRECT).raw(",\"content\":[");
        Set<String> urls = new HashSet<>();
        for (Citation citation : grounding.citations()) {
            if (urls.add(citation.url())) {
                out.raw(urls.size() > 1 ? "," : "")
                        .raw("{\"type\":\"web_search_result\",\"url\":")
                        .string(citation.url());
                out.raw(",\"title\":").string(citation.title());
                out.raw(",\"encrypted_content\":\"\",\"page_age\":null}");
            }
        }
        out.raw("]}");
    }
}
