package dev.tollgate.upstreams.gemini.answers;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The sources in a candidate's {@code citationMetadata}, over all its chunks and each once, until its whole text is there to count in. At most
 * some {@value #CHARS_MAX} characters of it, which is more than any answer has: an upstream may go on and on. Not safe for several threads.
 */
final class QuotedSources {

    static final int CHARS_MAX = 1024 * 1024;

    /** The memory of an entry in addition to its texts. */
    private static final int ENTRY_CHARS = 100;

    private final Set<Source> sources = new LinkedHashSet<>(0);
    private int chars;

    /**
     * @param start in UTF-8 bytes of the candidate's text, as Gemini counts
     * @param title empty if there is none
     */
    record Source(long start, long end, String uri, String title) {}

    /**
     * The Gemini API and Vertex AI have two names for the list. An entry without a URI names nothing.
     *
     * @return whether one of them is new
     */
    boolean add(JsonNode citationMetadata) {
        int before = sources.size();
        for (String name : List.of("citationSources", "citations")) {
            citationMetadata.path(name).values().forEach(this::addOne);
        }
        return sources.size() > before;
    }

    private void addOne(JsonNode said) {
        String uri = said.path("uri").asString("");
        String title = said.path("title").asString("");
        long cost = (long) ENTRY_CHARS + uri.length() + title.length();
        Source source = new Source(
                said.path("startIndex").asLong(0), said.path("endIndex").asLong(0), uri, title);
        if (!uri.isEmpty() && chars + cost <= CHARS_MAX && sources.add(source)) {
            chars += (int) cost;
        }
    }

    Set<Source> all() {
        return sources;
    }
}
