package dev.tollgate.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Answers to give in place of generated ones. Immutable.
 *
 * <p>Written as a YAML or JSON list:
 *
 * <pre>{@code
 * - match: {model: gemini-2.5-pro, text: weather, method: streamGenerateContent}   # each optional
 *   times: 2                                                                       # optional: for the first calls only
 *   respond:
 *     - delay_ms: 50
 *     - event: {candidates: [...]}            # verbatim; a string is sent as its own characters
 *     - fault: reset                          # eof, error_event, raw_error_tail, html, one_byte_at_a_time
 * - respond: [{status: 503}]                  # body: optional
 * }</pre>
 *
 * The first entry that fits answers. An entry with neither events, a status nor a fault that ends the answer only
 * changes how the generated answer is sent.
 *
 * @param entries in order of precedence, at most 10,000
 */
public record Script(List<Entry> entries) {

    private static final int CHARACTERS_MAX = 16 << 20;
    private static final int ENTRIES_MAX = 10_000;
    private static final int STEPS_MAX = 100_000;
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Script NONE = new Script(List.of());

    public Script {
        entries = List.copyOf(entries);
        require(entries.size() <= ENTRIES_MAX, "a script has at most " + ENTRIES_MAX + " entries");
    }

    public static Script none() {
        return NONE;
    }

    /**
     * Reads YAML or JSON.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static Script parse(String source) {
        require(source.length() <= CHARACTERS_MAX, "a script has at most " + CHARACTERS_MAX + " characters");
        JsonNode root = read(source);
        if (root.isMissingNode() || root.isNull()) {
            return NONE;
        }
        require(root.isArray(), "a script is a list of entries");
        List<Entry> entries = new ArrayList<>();
        root.forEach(entry -> entries.add(entry(entry)));
        return new Script(entries);
    }

    private static JsonNode read(String source) {
        try {
            return YAML.readTree(source);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the script is neither YAML nor JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Entry entry(JsonNode node) {
        allow(node, "an entry", List.of("match", "times", "respond"));
        JsonNode match = node.path("match");
        allow(match, "match", List.of("model", "text", "method"));
        List<Step> steps = new ArrayList<>();
        node.path("respond").forEach(step -> steps.add(step(step)));
        int times = node.has("times") ? (int) integer(node, "times") : Integer.MAX_VALUE;
        return new Entry(string(match, "model"), string(match, "text"), string(match, "method"), times, steps);
    }

    private static Step step(JsonNode node) {
        if (node.has("event")) {
            allow(node, "a step", List.of("event"));
            return new Step.Event(node.get("event"));
        }
        if (node.has("status")) {
            allow(node, "a step", List.of("status", "body"));
            return new Step.Status((int) integer(node, "status"), node.has("body") ? node.get("body") : null);
        }
        if (node.has("delay_ms")) {
            allow(node, "a step", List.of("delay_ms"));
            return new Step.Delay(integer(node, "delay_ms"));
        }
        allow(node, "a step", List.of("fault"));
        require(node.path("fault").isString(), "a step is one of event, status, delay_ms, fault");
        return fault(node.get("fault").stringValue());
    }

    private static Step.Fault fault(String name) {
        for (Step.Fault fault : Step.Fault.values()) {
            if (fault.name().toLowerCase(Locale.ROOT).equals(name)) {
                return fault;
            }
        }
        throw new IllegalArgumentException("unknown fault '" + name + "'");
    }

    private static long integer(JsonNode node, String name) {
        JsonNode value = node.path(name);
        require(value.isIntegralNumber() && value.canConvertToInt(), name + " must be an integer");
        return value.longValue();
    }

    private static @Nullable String string(JsonNode node, String name) {
        JsonNode value = node.path(name);
        require(value.isMissingNode() || value.isString(), name + " must be a string");
        return value.isString() ? value.stringValue() : null;
    }

    private static void allow(JsonNode node, String what, List<String> names) {
        require(node.isObject() || node.isMissingNode(), what + " must be an object");
        for (String name : node.propertyNames()) {
            require(names.contains(name), what + " has no '" + name + "', only " + String.join(", ", names));
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /**
     * One answer and when to give it.
     *
     * @param model the model's name in the path, or null for any
     * @param text part of the last text that the user wrote, or null for any
     * @param method {@code countTokens} and the like; null for both that generate
     * @param times how many calls it answers, at least 1
     * @param respond what happens, in order, at most 100,000 steps
     */
    public record Entry(
            @Nullable String model,
            @Nullable String text,
            @Nullable String method,
            int times,
            List<Step> respond) {

        public Entry {
            respond = List.copyOf(respond);
            require(times >= 1, "times must be at least 1");
            require(!respond.isEmpty(), "an entry needs something in respond");
            require(respond.size() <= STEPS_MAX, "respond has at most " + STEPS_MAX + " steps");
            require(statusComesFirst(respond), "a status cannot follow an event");
        }

        boolean fits(String askedModel, String askedMethod, String lastUserText) {
            return (model == null || model.equals(askedModel))
                    && (method == null ? askedMethod.endsWith("enerateContent") : method.equals(askedMethod))
                    && (text == null || lastUserText.contains(text));
        }

        /** Whether it says what to answer; otherwise the generated answer follows its steps. */
        boolean decides() {
            return respond.stream().anyMatch(Step::decides);
        }

        private static boolean statusComesFirst(List<Step> steps) {
            boolean event = false;
            for (Step step : steps) {
                if (step instanceof Step.Status && event) {
                    return false;
                }
                event |= step instanceof Step.Event;
            }
            return true;
        }
    }
}
