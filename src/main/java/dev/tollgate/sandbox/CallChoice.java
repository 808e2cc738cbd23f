package dev.tollgate.sandbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which functions an answer calls, and with what. A function is called when it has to be (mode ANY, which knows no end of a loop:
 * results are answered with the next call) or when the prompt shares a word with its name or description; once for each thing that
 * the prompt names with "and".
 */
final class CallChoice {

    private static final Set<String> COMMON = Set.of(
            "the",
            "and",
            "for",
            "with",
            "get",
            "set",
            "use",
            "this",
            "that",
            "from",
            "you",
            "your",
            "what",
            "which",
            "who",
            "how",
            "are",
            "was",
            "has",
            "have",
            "can",
            "will",
            "into",
            "about",
            "given",
            "current",
            "returns",
            "return",
            "function",
            "tool",
            "user",
            "users",
            "data",
            "value",
            "call",
            "please",
            "some",
            "any",
            "all",
            "new",
            "list",
            "name",
            "when",
            "does",
            "its",
            "one");

    private final Ask ask;
    private final Prompt prompt;

    private CallChoice(Ask ask) {
        this.ask = ask;
        this.prompt = new Prompt(ask.lastUserText());
    }

    /** The {@code functionCall} parts of the answer, without signatures; empty where it is a text. */
    static List<ObjectNode> calls(Ask ask) {
        boolean must = ask.mode().equals("ANY");
        if (ask.mode().equals("NONE") || (answersCalls(ask) && !must)) {
            return List.of();
        }
        return new CallChoice(ask).choose();
    }

    private static boolean answersCalls(Ask ask) {
        return !Ask.partsWith(ask.contents().getLast(), "functionResponse").isEmpty();
    }

    private List<ObjectNode> choose() {
        Set<String> words = keep(Ask.words(prompt.text()));
        int least = ask.mode().equals("ANY") ? 0 : 1;
        return allowed().stream()
                .filter(declaration -> score(declaration, words) >= least)
                .max(Comparator.comparingInt(declaration -> score(declaration, words)))
                .map(this::callsOf)
                .orElse(List.of());
    }

    private List<JsonNode> allowed() {
        Set<String> names = new HashSet<>();
        ask.functionCalling().path("allowedFunctionNames").forEach(name -> names.add(name.stringValue()));
        return ask.declarations().stream()
                .filter(declaration -> names.isEmpty() || names.contains(Json.text(declaration, "name")))
                .toList();
    }

    private static int score(JsonNode declaration, Set<String> words) {
        Set<String> name = keep(Ask.words(Json.text(declaration, "name")));
        Set<String> description = keep(Ask.words(Json.text(declaration, "description")));
        return 3 * shared(name, words) + shared(description, words);
    }

    private static int shared(Set<String> some, Set<String> others) {
        return (int) some.stream().filter(others::contains).count();
    }

    /** Without common words, and the plural as the singular. */
    private static Set<String> keep(Set<String> words) {
        Set<String> kept = new HashSet<>();
        for (String word : words) {
            if (!COMMON.contains(word)) {
                kept.add(word.length() > 4 && word.endsWith("s") ? word.substring(0, word.length() - 1) : word);
            }
        }
        return kept;
    }

    private List<ObjectNode> callsOf(JsonNode declaration) {
        List<String> things = prompt.things();
        boolean parallel = things.size() > 1 && takesText(parameters(declaration));
        List<ObjectNode> calls = new ArrayList<>();
        for (int i = 0; i < (parallel ? things.size() : 1); i++) {
            calls.add(call(declaration, i < things.size() ? things.get(i) : ""));
        }
        return calls;
    }

    private static JsonNode parameters(JsonNode declaration) {
        JsonNode schema = declaration.path("parametersJsonSchema");
        return schema.isMissingNode() ? declaration.path("parameters") : schema;
    }

    private static boolean takesText(JsonNode parameters) {
        return parameters.path("properties").valueStream().anyMatch(CallChoice::isFreeText);
    }

    private static boolean isFreeText(JsonNode property) {
        return Json.text(property, "type").toLowerCase(Locale.ROOT).equals("string")
                && !property.has("enum")
                && !property.has("const")
                && !property.has("format");
    }

    private ObjectNode call(JsonNode declaration, String thing) {
        ObjectNode part = Json.object();
        part.putObject("functionCall")
                .put("name", Json.text(declaration, "name"))
                .set("args", arguments(parameters(declaration), thing));
        return part;
    }

    /** Required properties, or all where none is required; the first free text is the thing named. */
    private ObjectNode arguments(JsonNode parameters, String thing) {
        ObjectNode arguments = Json.object();
        boolean all = parameters.path("required").isEmpty();
        boolean named = false;
        for (String name : SchemaSample.order(parameters)) {
            JsonNode property = parameters.path("properties").path(name);
            if (!all && !SchemaSample.requires(parameters, name)) {
                continue;
            }
            if (!named && isFreeText(property)) {
                arguments.set(name, JsonNodeFactory.instance.stringNode(firstText(name, thing)));
                named = true;
            } else {
                arguments.set(name, SchemaSample.ofProperty(parameters, property, name, prompt));
            }
        }
        return arguments;
    }

    private String firstText(String name, String thing) {
        boolean wholePrompt =
                Set.of("query", "question", "prompt", "text", "expression").contains(name);
        return thing.isEmpty() || wholePrompt ? Thinking.shorten(prompt.text()) : thing;
    }
}
