package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.samples.Excerpt;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a coding agent is made to do with its own functions where the knob {@code edit} names a file: list the folder, read the file, again and
 * again where many rounds are asked for, give it one more line, say so. The line is always the same, it goes behind the file's last, and a file that has none stays
 * as it is.
 */
final class AgentJob {

    static final String LINE = "This line is the sandbox's.";

    private static final int ROUNDS = 3;

    /** Reading asks for other lines each time: agents end what looks like a loop. */
    private static final int LINES_READ = 1_000;

    private static final int FIRST_LINE = 1;

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
        if (round > last) {
            return DraftAnswer.text("Done: " + file + " has one more line. The last function says: “"
                    + Excerpt.harmless(resultText().strip()) + "”.");
        }
        if (round < last) {
            return DraftAnswer.calls(List.of(round == 0 ? tools.list() : tools.read(file, LINES_READ + round)));
        }
        return edit().map(call -> DraftAnswer.calls(List.of(call)))
                .orElseGet(() -> DraftAnswer.text("I found no line in " + file + " to put another one behind."));
    }

    private Optional<ObjectNode> edit() {
        return tools.appends()
                ? Optional.of(tools.append(file, LINE))
                : lastLine(readText()).map(line -> tools.replace(file, line, line + "\n" + LINE));
    }

    /** What the latest results say. */
    private String resultText() {
        return text(ask.lastResponses());
    }

    /** What reading the file gave, whenever that was. */
    private String readText() {
        List<JsonNode> responses = ask.contents().stream()
                .flatMap(content -> GoogleRequest.partsWith(content, "functionResponse").stream())
                .map(part -> part.get("functionResponse"))
                .filter(response -> tools.reads(JsonTrees.text(response, "name")))
                .toList();
        return responses.isEmpty() ? "" : text(List.of(responses.getLast()));
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
