package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.samples.Excerpt;
import dev.tollgate.sandbox.samples.Prompt;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer with sources, as googleSearch gives it (protocol 2.1): offsets count bytes of UTF-8, a start of 0 is left out,
 * and a character of several bytes stands before the second segment.
 */
final class SearchAnswer {

    private static final String REDIRECT = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/";
    private static final List<String> SITES = List.of("example.com", "example.org");

    private SearchAnswer() {}

    /** @param queries how many searches the answer names; 0 leaves them out */
    static DraftAnswer of(Prompt prompt, int queries) {
        List<String> sentences = sentences(prompt);
        String text = String.join(" ", sentences);
        return new DraftAnswer(text, List.of(), grounding(prompt, sentences, queries));
    }

    private static List<String> sentences(Prompt prompt) {
        String asked = prompt.text().toLowerCase(Locale.ROOT);
        if (asked.contains("weather") || asked.contains("forecast")) {
            String place =
                    prompt.things().isEmpty() ? "your place" : prompt.things().getFirst();
            return List.of(
                    "The forecast for " + place + " – mostly cloudy, low 13 °C, high 21 °C.",
                    "Light winds and no rain are expected.",
                    "Check again nearer the time.");
        }
        if (asked.contains("bitcoin")) {
            return List.of(
                    "Bitcoin trades at about US$97,500 – up 1.2 % in a day.",
                    "The day's range was US$95,800 to US$98,100.", "Prices move quickly.");
        }
        return List.of(
                "Two sources deal with “" + Excerpt.of(prompt.text()) + "”.",
                "They agree on the main points.",
                "Look at them for the details.");
    }

    private static ObjectNode grounding(Prompt prompt, List<String> sentences, int queries) {
        ObjectNode grounding = JsonTrees.object();
        String query = Excerpt.of(prompt.text()).toLowerCase(Locale.ROOT);
        for (int i = 1; i <= queries; i++) {
            grounding.withArray("webSearchQueries").add(i == 1 ? query : query + " " + i);
        }
        grounding.putObject("searchEntryPoint").put("renderedContent", "<div class=\"container\">Search</div>");
        ArrayNode chunks = grounding.putArray("groundingChunks");
        ArrayNode supports = grounding.putArray("groundingSupports");
        int start = 0;
        for (int i = 0; i < SITES.size(); i++) {
            chunks.addObject()
                    .putObject("web")
                    .put("uri", REDIRECT + "source-" + i)
                    .put("title", SITES.get(i));
            start = support(supports, sentences.get(i), i, start);
        }
        return grounding;
    }

    /** Returns where the next sentence starts. */
    private static int support(ArrayNode supports, String sentence, int chunk, int start) {
        int end = start + sentence.getBytes(StandardCharsets.UTF_8).length;
        ObjectNode support = supports.addObject();
        ObjectNode segment = support.putObject("segment");
        if (start > 0) {
            segment.put("startIndex", start);
        }
        segment.put("endIndex", end).put("text", sentence);
        support.putArray("groundingChunkIndices").add(chunk);
        return end + 1;
    }
}
