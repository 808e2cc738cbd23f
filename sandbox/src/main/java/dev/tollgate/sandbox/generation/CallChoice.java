package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.samples.CallFilling;
import dev.tollgate.sandbox.samples.Excerpt;
import dev.tollgate.sandbox.samples.Filling;
import dev.tollgate.sandbox.samples.FunctionKind;
import dev.tollgate.sandbox.samples.Prompt;
import dev.tollgate.sandbox.samples.SchemaSample;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The functions that a response calls, and their arguments. A function is called when it has to be or when the prompt shares a word with its name or description
 * and does not ask to say something. Mode ANY has no end of a loop: the next call answers results, to a function that was not called yet, the
 * function for the final answer before others. A function is called once for each thing that the prompt names with "and". Only mode ANY makes it start work that goes on by itself, or make a call again
 * that it has made since it last answered in words: programs would ask the sandbox without end.
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

    /** A function for the answer of an agent, by its name or description. */
    private static final Pattern FINAL =
            Pattern.compile("answer|final|output|respon[ds]|structured|submit|result", Pattern.CASE_INSENSITIVE);

    private final GoogleRequest ask;
    private final Prompt prompt;

    private CallChoice(GoogleRequest ask) {
        this.ask = ask;
        this.prompt = new Prompt(ask.prompt());
    }

    /** The {@code functionCall} parts of the answer, without signatures; empty where it is a text. */
    static List<ObjectNode> calls(GoogleRequest ask) {
        if (ask.mode().equals("NONE") || ask.terms().knobs().has(Knob.NO_CALLS)) {
            return List.of();
        }
        boolean must = ask.mode().equals("ANY");
        boolean isInWords = answersCalls(ask)
                || GoogleRequest.isSummary(ask.prompt())
                || AnswerText.wanted(ask.prompt()).isPresent();
        if (!must && isInWords) {
            return List.of();
        }
        return new CallChoice(ask).choose();
    }

    private static boolean answersCalls(GoogleRequest ask) {
        return !GoogleRequest.partsWith(ask.contents().getLast(), "functionResponse")
                .isEmpty();
    }

    private List<ObjectNode> choose() {
        Set<String> words = keep(GoogleRequest.words(prompt.text()));
        boolean must = ask.mode().equals("ANY");
        List<ObjectNode> calls = allowed().stream()
                .filter(declaration -> must || !FunctionKind.startsWork(declaration))
                .filter(declaration -> score(declaration, words) >= (must ? 0 : 1))
                .max(Comparator.comparingInt(this::fit).thenComparingInt(declaration -> score(declaration, words)))
                .map(this::callsOf)
                .orElse(List.of());
        return must
                ? calls
                : calls.stream().distinct().filter(part -> !isMade(part)).toList();
    }

    /** Returns how well a function fits behind results: agents end with a function that takes their answer. */
    private int fit(JsonNode declaration) {
        String name = JsonTrees.text(declaration, "name");
        boolean isCalled = ask.callsMade().stream()
                .anyMatch(made -> JsonTrees.text(made, "name").equals(name));
        if (!answersCalls(ask) || isCalled || FunctionKind.startsWork(declaration)) {
            return 0;
        }
        return FINAL.matcher(name + " " + JsonTrees.text(declaration, "description"))
                        .find()
                ? 2
                : 1;
    }

    private boolean isMade(ObjectNode part) {
        JsonNode call = JsonTrees.MAPPER.readTree(JsonTrees.write(part.path("functionCall")));
        return ask.callsMade().stream()
                .anyMatch(made -> JsonTrees.text(made, "name").equals(JsonTrees.text(call, "name"))
                        && made.path("args").equals(call.path("args")));
    }

    private List<JsonNode> allowed() {
        Set<String> names = new HashSet<>();
        ask.functionCalling().path("allowedFunctionNames").forEach(name -> names.add(name.stringValue()));
        return ask.declarations().stream()
                .filter(declaration -> names.isEmpty() || names.contains(JsonTrees.text(declaration, "name")))
                .toList();
    }

    private static int score(JsonNode declaration, Set<String> words) {
        Set<String> name = keep(GoogleRequest.words(JsonTrees.text(declaration, "name")));
        Set<String> description = keep(GoogleRequest.words(JsonTrees.text(declaration, "description")));
        return 3 * shared(name, words) + shared(description, words);
    }

    private static int shared(Set<String> some, Set<String> others) {
        return (int) some.stream().filter(others::contains).count();
    }

    /** Returns the words without common ones, plurals as singulars. */
    private static Set<String> keep(Set<String> words) {
        Set<String> kept = new HashSet<>();
        for (String word : words) {
            if (!COMMON.contains(word)) {
                kept.add(word.length() > 4 && word.endsWith("s") ? word.substring(0, word.length() - 1) : word);
            }
        }
        return kept;
    }

    /** Things in quotes are shared out among the texts of one call; where it has one text only, each has a call of its own. */
    private List<ObjectNode> callsOf(JsonNode declaration) {
        List<String> things = prompt.things();
        int places = places(declaration);
        if (things.isEmpty() || (prompt.quotes() && places > 1) || places == 0) {
            return List.of(call(declaration, things.isEmpty() ? List.of(Excerpt.of(prompt.text())) : things));
        }
        return things.stream().map(thing -> call(declaration, List.of(thing))).toList();
    }

    private static JsonNode parameters(JsonNode declaration) {
        JsonNode schema = declaration.path("parametersJsonSchema");
        return schema.isMissingNode() ? declaration.path("parameters") : schema;
    }

    /** Returns how many texts of a call can have something of the prompt. */
    private int places(JsonNode declaration) {
        CallFilling filling = new CallFilling(declaration, prompt, List.of());
        arguments(parameters(declaration), filling);
        return filling.asked();
    }

    private ObjectNode call(JsonNode declaration, List<String> things) {
        ObjectNode part = JsonTrees.object();
        part.putObject("functionCall")
                .put("name", JsonTrees.text(declaration, "name"))
                .set("args", arguments(parameters(declaration), new CallFilling(declaration, prompt, things)));
        return part;
    }

    /** Required properties, or all where none is required. */
    private ObjectNode arguments(JsonNode parameters, Filling filling) {
        ObjectNode arguments = JsonTrees.object();
        boolean all = parameters.path("required").isEmpty();
        for (String name : SchemaSample.order(parameters)) {
            if (all || SchemaSample.requires(parameters, name)) {
                JsonNode property = parameters.path("properties").path(name);
                arguments.set(name, SchemaSample.ofProperty(parameters, property, name, prompt, filling));
            }
        }
        return arguments;
    }
}
