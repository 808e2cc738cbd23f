package dev.tollgate.sandbox.requests;

import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request after reading: the model asked and the body with camel-case names. Immutable; the tree is not to be changed.
 *
 * @param body a {@code GenerateContentRequest}
 * @param terms what else counts
 */
public record GoogleRequest(SandboxModel model, ObjectNode body, Terms terms) {

    /** The beginning of a summary: of Tollgate's own, and of those that Codex, Claude Code and gemini-cli make. */
    private static final Pattern SUMMARY = Pattern.compile(
            "\\s*(?:Summary of the conversation|Another language model started to solve|This session is being continued|<state_snapshot>)");

    public GoogleRequest with(Terms others) {
        return new GoogleRequest(model, body, others);
    }

    public List<JsonNode> contents() {
        return List.copyOf(body.path("contents").values());
    }

    public JsonNode config() {
        return body.path("generationConfig");
    }

    public JsonNode thinking() {
        return config().path("thinkingConfig");
    }

    public List<JsonNode> declarations() {
        List<JsonNode> all = new ArrayList<>();
        body.path("tools")
                .forEach(tool -> all.addAll(tool.path("functionDeclarations").values()));
        return all;
    }

    public boolean hasTool(String name) {
        return body.path("tools").valueStream().anyMatch(tool -> tool.has(name));
    }

    public JsonNode functionCalling() {
        return body.path("toolConfig").path("functionCallingConfig");
    }

    /** AUTO unless something else is said. */
    public String mode() {
        String mode = JsonTrees.text(functionCalling(), "mode");
        return mode.isEmpty() ? "AUTO" : mode;
    }

    String responseMimeType() {
        return JsonTrees.text(config(), "responseMimeType");
    }

    public boolean json() {
        return responseMimeType().equals("application/json");
    }

    /** The schema of the answer, in either form; a missing node where there is none. */
    public JsonNode responseSchema() {
        JsonNode schema = config().path("responseJsonSchema");
        return schema.isMissingNode() ? config().path("responseSchema") : schema;
    }

    public int maxOutputTokens() {
        return config().path("maxOutputTokens").asInt(model.images().outputTokensMax());
    }

    /** Returns whether the answer may have this modality: on image models TEXT and IMAGE unless something else is said. */
    public boolean answersIn(String modality) {
        JsonNode asked = config().path("responseModalities");
        return asked.isEmpty()
                ? modality.equals("TEXT")
                        || modality.equals("IMAGE") && model.images().makesImages()
                : asked.valueStream().anyMatch(each -> each.stringValue().equals(modality));
    }

    public String imageSize() {
        return JsonTrees.text(config().path("imageConfig"), "imageSize");
    }

    public String aspectRatio() {
        return JsonTrees.text(config().path("imageConfig"), "aspectRatio");
    }

    public int candidateCount() {
        return config().path("candidateCount").asInt(1);
    }

    public boolean includeThoughts() {
        return thinking().path("includeThoughts").asBoolean(false);
    }

    /** The service tier that is granted: flex, priority or standard; empty if the answer does not tell it. */
    public String tier() {
        KnobSettings knobs = terms.knobs();
        if (knobs.has(Knob.TIER)) {
            return knobs.is(Knob.TIER, "none") ? "" : knobs.text(Knob.TIER);
        }
        String asked = (terms.vertex() ? terms.requestType() : tierAsked()).toLowerCase(Locale.ROOT);
        return asked.equals("flex") || asked.equals("priority") ? asked : "standard";
    }

    /** Returns whether the usage names the tier, too: a plain answer of the Gemini API does not. */
    public boolean namesTier() {
        return !terms.vertex()
                && !tier().isEmpty()
                && (terms.knobs().has(Knob.TIER) || !tierAsked().isEmpty());
    }

    private String tierAsked() {
        return JsonTrees.text(body, "serviceTier");
    }

    public String systemText() {
        return textOf(body.path("systemInstruction"));
    }

    /** Returns the user's last text; empty if no user content has text. */
    public String lastUserText() {
        return KnobSettings.withoutMarks(lastUserText(body));
    }

    /** The last text of what the user wrote last: programs put what they know of their surroundings before it. */
    public String prompt() {
        String last = "";
        for (JsonNode content : body.path("contents")) {
            if (!isModel(content)) {
                List<String> texts = texts(content);
                last = texts.isEmpty() ? last : texts.getLast();
            }
        }
        return KnobSettings.withoutMarks(last);
    }

    /** Returns the user's last text as written, including knobs. */
    public static String lastUserText(JsonNode body) {
        String last = "";
        for (JsonNode content : body.path("contents")) {
            String text = isModel(content) ? "" : textOf(content);
            last = text.isEmpty() ? last : text;
        }
        return last;
    }

    /** Returns whether a text is a summary of the conversation before it, which asks for nothing. */
    public static boolean isSummary(String text) {
        return SUMMARY.matcher(text).lookingAt();
    }

    /**
     * All that the user wrote since the model last answered in words, knobs and all: what an agent says of its surroundings may stand behind
     * what its user asked, and results behind both. A summary stands for all before it, so that a job ends with it.
     */
    public static String asked(JsonNode body) {
        StringBuilder asked = new StringBuilder();
        for (JsonNode content : body.path("contents")) {
            if (!isModel(content)) {
                for (String text : written(content)) {
                    if (isSummary(text)) {
                        asked.setLength(0);
                    } else {
                        asked.append(text).append('\n');
                    }
                }
            } else if (partsWith(content, "functionCall").isEmpty()) {
                asked.setLength(0);
            }
        }
        return asked.toString();
    }

    /** Returns how many times the model has called functions since it last answered in words. */
    public int rounds() {
        int rounds = 0;
        for (JsonNode content : body.path("contents")) {
            if (isModel(content)) {
                rounds = partsWith(content, "functionCall").isEmpty() ? 0 : rounds + 1;
            }
        }
        return rounds;
    }

    /** The calls that the model has made since it last answered in words. */
    public List<JsonNode> callsMade() {
        List<JsonNode> made = new ArrayList<>();
        for (JsonNode content : body.path("contents")) {
            if (isModel(content)) {
                List<JsonNode> calls = partsWith(content, "functionCall");
                if (calls.isEmpty()) {
                    made.clear();
                }
                calls.forEach(part -> made.add(part.get("functionCall")));
            }
        }
        return made;
    }

    /** The responses with which the request ends; empty where it ends with something else. */
    public List<JsonNode> lastResponses() {
        List<JsonNode> contents = contents();
        int from = contents.size();
        while (from > 0
                && !partsWith(contents.get(from - 1), "functionResponse").isEmpty()) {
            from--;
        }
        return contents.subList(from, contents.size()).stream()
                .filter(content -> !isModel(content))
                .flatMap(content -> partsWith(content, "functionResponse").stream())
                .map(part -> part.get("functionResponse"))
                .toList();
    }

    static boolean isModel(JsonNode content) {
        return JsonTrees.text(content, "role").equals("model");
    }

    public static List<JsonNode> partsWith(JsonNode content, String name) {
        return content.path("parts")
                .valueStream()
                .filter(part -> part.has(name))
                .toList();
    }

    public static String textOf(JsonNode content) {
        return String.join(" ", written(content)).strip();
    }

    private static List<String> written(JsonNode content) {
        return partsWith(content, "text").stream()
                .filter(part -> !part.path("thought").asBoolean(false))
                .map(part -> JsonTrees.text(part, "text"))
                .toList();
    }

    /** Returns the texts that contain more than knobs. */
    private static List<String> texts(JsonNode content) {
        return written(content).stream()
                .map(String::strip)
                .filter(text -> !KnobSettings.withoutMarks(text).isEmpty())
                .toList();
    }

    /** Lower-case words of three letters or more, digits included; names in camel or snake case are taken apart. */
    public static Set<String> words(String text) {
        String apart = text.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
        Set<String> words = new LinkedHashSet<>();
        for (String word : apart.split("[^\\p{L}\\p{N}]+", -1)) {
            if (word.length() >= 3) {
                words.add(word);
            }
        }
        return words;
    }
}
