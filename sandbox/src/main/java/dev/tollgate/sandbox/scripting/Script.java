package dev.tollgate.sandbox.scripting;

import dev.tollgate.sandbox.routes.Target;
import dev.tollgate.sandbox.wire.GoogleError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Responses that replace generated ones. Immutable.
 *
 * <p>Written as a YAML or JSON list:
 *
 * <pre>{@code
 * - match: {model: gemini-2.5-pro, text: weather, method: streamGenerateContent}   # each optional
 *   times: 2                                                                       # optional: for the first calls only
 *   respond:
 *     - delay_ms: 50
 *     - event: {candidates: [...]}            # verbatim; a string is sent as its own characters
 *     - fault: reset                          # or another of {@link Step.Fault}, in small letters
 * - respond: [{status: 503}]                  # body: optional
 * - knobs: finish=SAFETY after=2              # changes the generated answer, see {@link Knob}
 * }</pre>
 *
 * The first entry that fits answers. An entry with neither events, a status nor a fault that ends the answer only
 * changes how the generated answer is sent.
 *
 * @param entries in order of precedence, at most 10,000
 */
public record Script(List<Entry> entries) {

    private static final int CHARACTERS_MAX = 16 << 20;
    private static final int BUFFER_CHARACTERS_MIN = 1024;
    private static final int ENTRIES_MAX = 10_000;
    private static final int STEPS_MAX = 100_000;
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
        // Its reader moves all that it has not taken for each piece that it adds to a long string; in one piece there
        // is nothing to move.
        LoadSettings inOnePiece = LoadSettings.builder()
                .setBufferSize(Math.max(BUFFER_CHARACTERS_MIN, source.length() + 1))
                .setCodePointLimit(CHARACTERS_MAX)
                .build();
        try {
            return new YAMLMapper(YAMLFactory.builder().loadSettings(inOnePiece).build()).readTree(source);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the script is neither YAML nor JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Entry entry(JsonNode node) {
        allow(node, "an entry", List.of("match", "times", "respond", "knobs"));
        JsonNode match = node.path("match");
        allow(match, "match", List.of("model", "text", "method"));
        List<Step> steps = new ArrayList<>();
        node.path("respond").forEach(step -> steps.add(step(step)));
        int times = node.has("times") ? (int) integer(node, "times") : Integer.MAX_VALUE;
        String knobs = string(node, "knobs");
        return new Entry(
                string(match, "model"),
                string(match, "text"),
                string(match, "method"),
                times,
                steps,
                knobs == null ? "" : knobs);
    }

    private static Step step(JsonNode node) {
        if (node.has("event")) {
            allow(node, "a step", List.of("event"));
            return new Step.Fixed(node.get("event"));
        }
        if (node.has("status")) {
            allow(node, "a step", List.of("status", "body", "quota"));
            return new Step.Status((int) integer(node, "status"), node.has("body") ? node.get("body") : quota(node));
        }
        if (node.has("delay_ms")) {
            allow(node, "a step", List.of("delay_ms"));
            return new Step.Delay(integer(node, "delay_ms"));
        }
        if (node.has("every_ms")) {
            allow(node, "a step", List.of("fault", "every_ms"));
            require("trickle".equals(string(node, "fault")), "every_ms belongs to fault: trickle");
            return new Step.Trickle(integer(node, "every_ms"));
        }
        allow(node, "a step", List.of("fault"));
        require(node.path("fault").isString(), "a step is one of event, status, delay_ms, fault");
        return fault(node.get("fault").stringValue());
    }

    private static @Nullable JsonNode quota(JsonNode node) {
        String quota = string(node, "quota");
        require(
                quota == null || Knob.QUOTA.takes(quota) && node.path("status").asInt() == 429,
                "quota is minute, day or capacity, of status 429");
        return quota == null ? null : GoogleError.quota(quota, "gemini-2.5-pro").body();
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
     * @param knobs for the generated answer; empty for none
     */
    public record Entry(
            @Nullable String model,
            @Nullable String text,
            @Nullable String method,
            int times,
            List<Step> respond,
            String knobs) {

        public Entry {
            respond = List.copyOf(respond);
            require(times >= 1, "times must be at least 1");
            require(
                    !respond.isEmpty() || !KnobSettings.parse(knobs).values().isEmpty(),
                    "an entry needs something in respond");
            require(
                    knobs.isEmpty() || respond.stream().noneMatch(Step::decides),
                    "knobs change a generated answer, and this entry brings its own");
            require(respond.size() <= STEPS_MAX, "respond has at most " + STEPS_MAX + " steps");
            require(statusComesFirst(respond), "a status cannot follow an event");
        }

        /** Makes an entry without knobs. */
        public Entry(
                @Nullable String model, @Nullable String text, @Nullable String method, int times, List<Step> respond) {
            this(model, text, method, times, respond, "");
        }

        boolean fits(Target target, String lastUserText) {
            String askedMethod = target.method();
            return (model == null || model.equals(target.name()) || model.equals(target.model()))
                    && (method == null ? askedMethod.endsWith("enerateContent") : method.equals(askedMethod))
                    && (text == null || lastUserText.contains(text));
        }

        /** Returns whether a step decides the response; otherwise the generated one follows the steps. */
        public boolean decides() {
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

    /** A script and how often each of its entries may still answer. Safe for any thread. */
    public static final class ScriptInForce {

        private final List<RemainingEntry> entries;

        public ScriptInForce(Script script) {
            this.entries = script.entries().stream().map(RemainingEntry::new).toList();
        }

        /** The entry that answers this call; it has then been used once. */
        public Optional<Script.Entry> take(Target target, String lastUserText) {
            Stream<RemainingEntry> fitting = entries.stream().filter(left -> left.entry.fits(target, lastUserText));
            return fitting.filter(RemainingEntry::use).map(left -> left.entry).findFirst();
        }

        private static final class RemainingEntry {

            private final Script.Entry entry;
            private final AtomicInteger times;

            private RemainingEntry(Script.Entry entry) {
                this.entry = entry;
                this.times = new AtomicInteger(entry.times());
            }

            private boolean use() {
                return entry.times() == Integer.MAX_VALUE || times.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
            }
        }
    }
}
