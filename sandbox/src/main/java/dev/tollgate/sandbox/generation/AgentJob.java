package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.samples.Excerpt;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The job of a coding agent with its own functions if the knob {@code edit} names a file: list the folder, read the file, again and again where
 * many rounds are asked for, give it one more line, say so, or say that a function failed. The line is always the same, it goes behind the file's
 * last, and a file that has none stays as it is.
 */
final class AgentJob {

    static final String LINE = "This line is the sandbox's.";

    private static final int ROUNDS = 3;

    /** Reading asks for other lines each time: agents end what looks like a loop. */
    private static final int LINES_READ = 1_000;

    private static final int FIRST_LINE = 1;

    /** Longer lines name no folder. */
    private static final int PATH_CHARS_MAX = 4_096;

    private static final Pattern ABSOLUTE = Pattern.compile("(?:/|[A-Za-z]:[\\\\/]).*");

    /** A folder alone, or behind words, as in "Listed 2 item(s) in /home/ann:". */
    private static final Pattern FOLDER =
            Pattern.compile("(?:.*\\b(?:in|for|of|within) )?((?:/|[A-Za-z]:[\\\\/])[^\"<>|*?]*?)[\\\\/]?:?");

    /** The first line of a function's result if it failed. */
    private static final Pattern FAILURE = Pattern.compile(
            "\\b(?:error|failed|failure|denied|invalid|must be|must have|not found|no such|cannot|could not)\\b",
            Pattern.CASE_INSENSITIVE);

    /** A line as functions number it: "12→text", "12: text", "12. text", "00012| text". */
    private static final Pattern NUMBERED = Pattern.compile("\\h*0*(\\d{1,6})(?:→|\\t|: |\\. |\\h?\\| ?)(.*)");

    private final GoogleRequest ask;
    private final AgentTools tools;
    private final String file;

    private AgentJob(GoogleRequest ask, AgentTools tools) {
        this.ask = ask;
        this.tools = tools;
        this.file = ask.terms().knobs().text(Knob.EDIT);
    }

    /** Empty where none is asked for, or the request has no functions that could do it. */
    static Optional<AgentJob> of(GoogleRequest ask) {
        if (!ask.terms().knobs().has(Knob.EDIT) || ask.mode().equals("NONE")) {
            return Optional.empty();
        }
        return AgentTools.among(ask.declarations()).map(tools -> new AgentJob(ask, tools));
    }

    DraftAnswer next() {
        int last = ask.terms().knobs().number(Knob.STEPS, ROUNDS) - 1;
        int round = ask.rounds();
        if (round > last && failed(ask.lastResponses())) {
            return DraftAnswer.text("I could not change " + file + ". The last function says: “"
                    + Excerpt.harmless(resultText().strip()) + "”.");
        }
        if (round > last) {
            return DraftAnswer.text("Done: " + file + " has one more line. The last function says: “"
                    + Excerpt.harmless(resultText().strip()) + "”.");
        }
        if (round < last) {
            return DraftAnswer.calls(List.of(round == 0 ? tools.list() : tools.read(file, path(), LINES_READ + round)));
        }
        return edit().map(call -> DraftAnswer.calls(List.of(call)))
                .orElseGet(() -> DraftAnswer.text("I found no line in " + file + " to put another one behind."));
    }

    private Optional<ObjectNode> edit() {
        return tools.appends()
                ? Optional.of(tools.append(file, LINE))
                : lastLine(readText()).map(line -> tools.replace(file, path(), line, line + "\n" + LINE));
    }

    /** Returns the text of the latest results. */
    private String resultText() {
        return text(ask.lastResponses());
    }

    /** Returns the text of the file from whichever read; empty if it failed. */
    private String readText() {
        List<JsonNode> responses = responses().stream()
                .filter(response -> tools.reads(JsonTrees.text(response, "name")))
                .toList();
        return responses.isEmpty() || failed(List.of(responses.getLast())) ? "" : text(List.of(responses.getLast()));
    }

    /** The results since the model last answered in words. */
    private List<JsonNode> responses() {
        List<JsonNode> responses = new ArrayList<>();
        for (JsonNode content : ask.contents()) {
            if (JsonTrees.text(content, "role").equals("model")
                    && GoogleRequest.partsWith(content, "functionCall").isEmpty()) {
                responses.clear();
            }
            GoogleRequest.partsWith(content, "functionResponse")
                    .forEach(part -> responses.add(part.get("functionResponse")));
        }
        return responses;
    }

    /** The file's absolute path, as far as the first listing tells it or its folder; else its name. */
    private String path() {
        List<JsonNode> responses = responses();
        List<String> lines = responses.isEmpty()
                ? List.of()
                : text(List.of(responses.getFirst())).lines().map(String::strip).toList();
        return lines.stream()
                .filter(line -> ABSOLUTE.matcher(line).matches())
                .filter(line -> line.endsWith("/" + file) || line.endsWith("\\" + file))
                .min(Comparator.comparingInt(String::length))
                .or(() -> lines.contains(file) ? folder(lines).map(folder -> folder + "/" + file) : Optional.empty())
                .orElse(file);
    }

    private static Optional<String> folder(List<String> lines) {
        return lines.stream()
                .filter(line -> line.length() <= PATH_CHARS_MAX)
                .map(FOLDER::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst();
    }

    private static boolean failed(List<JsonNode> responses) {
        return responses.stream().anyMatch(response -> response.path("response").has("error"))
                || text(responses)
                        .lines()
                        .filter(line -> !line.isBlank())
                        .findFirst()
                        .filter(line -> FAILURE.matcher(line).find())
                        .isPresent();
    }

    private static String text(List<JsonNode> responses) {
        List<String> texts = new ArrayList<>();
        responses.forEach(response -> collect(response.path("response"), texts));
        return String.join("\n", texts);
    }

    private static void collect(JsonNode node, List<String> texts) {
        if (node.isString()) {
            texts.add(node.stringValue());
        }
        node.forEach(child -> collect(child, texts));
    }

    /** The last of the lines that are numbered from one on; without those the last that is not empty. */
    private static Optional<String> lastLine(String text) {
        List<String> lines = text.lines().collect(Collectors.toCollection(ArrayList::new));
        List<String> numbered = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = NUMBERED.matcher(line);
            if (matcher.matches() && Integer.parseInt(matcher.group(1)) == numbered.size() + FIRST_LINE) {
                numbered.add(matcher.group(2));
            }
        }
        return (numbered.isEmpty() ? lines : numbered)
                .reversed().stream().filter(line -> !line.isBlank()).findFirst();
    }
}
