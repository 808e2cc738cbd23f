package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.samples.Excerpt;
import dev.tollgate.sandbox.samples.Prompt;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer that Google's own tools have part in. Sources stand as googleSearch, googleMaps and urlContext give them (protocol 2.1): offsets count
 * bytes of UTF-8, a start of 0 is left out, and a character of several bytes stands before the second segment.
 */
final class ToolAnswer {

    private static final String REDIRECT = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/";
    private static final int SEARCH_TOKENS = 64;
    private static final int PAGE_TOKENS = 512;
    private static final List<String> SITES = List.of("example.com", "example.org");

    private static final List<String> PLACES = List.of("Café Sample", "Sample Museum");
    private static final String PLACE = "https://maps.google.com/?cid=1000000000000000000";
    private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s<>\"')\\]]{1,500}");

    /** A page that cannot be read, as names under .invalid never are. */
    private static final Pattern UNREAD = Pattern.compile("https?://[^/]*\\.invalid(?:[:/].*)?");

    /** The addresses that Google reads for one request (ai.google.dev/gemini-api/docs/url-context, seen 29 November 2026). */
    private static final int ADDRESSES_MAX = 20;

    private ToolAnswer() {}

    /** Returns the answer of the tools that a request has. @param text of an answer without sources */
    static DraftAnswer of(GoogleRequest ask, String text) {
        Prompt prompt = new Prompt(ask.prompt());
        List<String> read =
                addresses(ask).stream().filter(address -> !isUnread(address)).toList();
        DraftAnswer draft = DraftAnswer.text(text);
        if (ask.hasTool("googleSearch")) {
            draft = searched(prompt, ask.terms().knobs().number(Knob.SEARCHES, 1));
        } else if (ask.hasTool("googleMaps")) {
            draft = placed(prompt);
        } else if (!read.isEmpty()) {
            draft = read(read);
        }
        return draft.with(ask.hasTool("codeExecution") ? code(prompt) : List.of(), pages(ask));
    }

    /** Returns the tokens that the tools of a request add to its prompt: of pages, or of a prompt that is read again behind a run of code. */
    static int tokens(GoogleRequest ask, int promptTokens) {
        int tokens = ask.hasTool("googleSearch") ? SEARCH_TOKENS : 0;
        tokens += ask.hasTool("googleMaps") ? SEARCH_TOKENS : 0;
        tokens += PAGE_TOKENS * addresses(ask).size();
        tokens += ask.hasTool("codeExecution") ? promptTokens : 0;
        return tokens == 0 ? 0 : ask.terms().knobs().number(Knob.TOOL_TOKENS, tokens);
    }

    /** Returns the addresses that are read, each once. */
    private static List<String> addresses(GoogleRequest ask) {
        return ask.hasTool("urlContext")
                ? ADDRESS.matcher(new Prompt(ask.prompt()).text())
                        .results()
                        .map(MatchResult::group)
                        .distinct()
                        .limit(ADDRESSES_MAX)
                        .toList()
                : List.of();
    }

    private static boolean isUnread(String address) {
        return UNREAD.matcher(address).matches();
    }

    /** Returns the {@code urlContextMetadata}; null without an address. */
    private static @Nullable ObjectNode pages(GoogleRequest ask) {
        ObjectNode metadata = JsonTrees.object();
        for (String address : addresses(ask)) {
            metadata.withArray("urlMetadata")
                    .addObject()
                    .put("retrievedUrl", address)
                    .put("urlRetrievalStatus", "URL_RETRIEVAL_STATUS_" + (isUnread(address) ? "ERROR" : "SUCCESS"));
        }
        return metadata.isEmpty() ? null : metadata;
    }

    /** Returns code that adds up as many numbers as the prompt's length says, and its output. */
    private static List<ObjectNode> code(Prompt prompt) {
        int last = 10 + prompt.text().length() % 90;
        ObjectNode code = JsonTrees.object();
        code.putObject("executableCode")
                .put("language", "PYTHON")
                .put("code", "print(sum(range(1, " + (last + 1) + ")))\n");
        ObjectNode result = JsonTrees.object();
        result.putObject("codeExecutionResult")
                .put("outcome", "OUTCOME_OK")
                .put("output", last * (last + 1) / 2 + "\n");
        return List.of(code, result);
    }

    private static DraftAnswer read(List<String> addresses) {
        List<String> sentences = new ArrayList<>();
        List<ObjectNode> sources = new ArrayList<>();
        for (String address : addresses) {
            sentences.add("The page – " + address + " – is a sample.");
            sources.add(source("web", address, address.replaceFirst("https?://([^/?#]*).*", "$1")));
        }
        return DraftAnswer.text(String.join(" ", sentences)).on(grounding(sentences, sources));
    }

    private static DraftAnswer placed(Prompt prompt) {
        List<String> sentences = new ArrayList<>();
        List<ObjectNode> sources = new ArrayList<>();
        for (int i = 0; i < PLACES.size(); i++) {
            sentences.add(PLACES.get(i) + " is near – open until " + (18 + i) + ":00.");
            ObjectNode source = source("maps", PLACE + i, PLACES.get(i));
            ((ObjectNode) source.get("maps")).put("placeId", "places/ChIJsample" + i);
            sources.add(source);
        }
        ObjectNode grounding = grounding(sentences, sources);
        grounding.withArray("webSearchQueries").add(Excerpt.of(prompt.text()).toLowerCase(Locale.ROOT));
        return DraftAnswer.text(String.join(" ", sentences)).on(grounding);
    }

    /** @param queries how many searches the answer names; 0 leaves them out */
    private static DraftAnswer searched(Prompt prompt, int queries) {
        List<String> sentences = sentences(prompt);
        List<ObjectNode> sources = new ArrayList<>();
        for (int i = 0; i < SITES.size(); i++) {
            sources.add(source("web", REDIRECT + "source-" + i, SITES.get(i)));
        }
        ObjectNode found = JsonTrees.object();
        String query = Excerpt.of(prompt.text()).toLowerCase(Locale.ROOT);
        for (int i = 1; i <= queries; i++) {
            found.withArray("webSearchQueries").add(i == 1 ? query : query + " " + i);
        }
        found.putObject("searchEntryPoint").put("renderedContent", "<div class=\"container\">Search</div>");
        found.setAll(grounding(sentences, sources));
        return DraftAnswer.text(String.join(" ", sentences)).on(found);
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

    private static ObjectNode source(String kind, String uri, String title) {
        ObjectNode source = JsonTrees.object();
        source.putObject(kind).put("uri", uri).put("title", title);
        return source;
    }

    /** Returns sentences on sources, each on its own. */
    private static ObjectNode grounding(List<String> sentences, List<ObjectNode> sources) {
        ObjectNode grounding = JsonTrees.object();
        grounding.putArray("groundingChunks").addAll(sources);
        ArrayNode supports = grounding.putArray("groundingSupports");
        int start = 0;
        for (int i = 0; i < sources.size(); i++) {
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
