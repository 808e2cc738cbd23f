package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The effect of knobs on the events of a response before they are sent. */
final class EventKnobs {

    private static final Set<String> WITH_CONTENT = Set.of("STOP", "MAX_TOKENS");
    private static final String GOES_ON = "CONTINUATION";
    private static final String MALFORMED_CALL = "MALFORMED_FUNCTION_CALL";
    private static final String MALFORMED = "Malformed function call: print(default_api.";

    private EventKnobs() {}

    /** The whole answer where no event is generated for it, else an empty list. */
    static List<ObjectNode> instead(KnobSettings knobs, ObjectNode bare, boolean vertex) {
        if (knobs.has(Knob.BLOCK)) {
            ObjectNode feedback = JsonTrees.object().put("blockReason", knobs.text(Knob.BLOCK));
            if (vertex) {
                feedback.put("blockReasonMessage", "The prompt was blocked: " + knobs.text(Knob.BLOCK) + ".");
            }
            feedback.putArray("safetyRatings");
            return List.of(first("promptFeedback", feedback, bare));
        }
        if (knobs.has(Knob.CANDIDATES)) {
            return List.of(knobs.is(Knob.CANDIDATES, "none") ? bare : first("candidates", JsonTrees.array(), bare));
        }
        if (knobs.has(Knob.EMPTY_STOP)) {
            return List.of(first("candidates", JsonTrees.array().add(ending("STOP")), bare));
        }
        return List.of();
    }

    private static ObjectNode first(String name, JsonNode value, ObjectNode rest) {
        ObjectNode event = JsonTrees.object();
        event.set(name, value);
        return event.setAll(rest);
    }

    private static ObjectNode ending(String reason) {
        ObjectNode candidate = JsonTrees.object();
        candidate.putObject("content").put("role", "model");
        return candidate.put("finishReason", reason).put("index", 0);
    }

    /** Changes generated events. @param hop the part of them that is sent */
    static List<Supplier<ObjectNode>> changed(
            KnobSettings knobs, LongDecode hop, List<Supplier<ObjectNode>> generated, ObjectNode bare, boolean vertex) {
        List<Supplier<ObjectNode>> rest = new ArrayList<>(hop.rest(generated));
        if (knobs.has(Knob.MIXED_PARTS)) {
            mixParts(rest);
        }
        int after = knobs.number(Knob.AFTER, 1);
        boolean goesOn = knobs.is(Knob.FINISH, GOES_ON);
        List<Supplier<ObjectNode>> sent = goesOn && after < rest.size() - 1 ? hop.ended(rest, after) : hop.cut(rest);
        List<Supplier<ObjectNode>> events = new ArrayList<>(hop.thought(sent));
        if (knobs.has(Knob.FINISH) && !goesOn) {
            finish(events, knobs, bare);
        }
        usage(events, knobs, vertex);
        if (knobs.has(Knob.DUPLICATE_LAST)) {
            events.add(events.getLast());
        }
        return events;
    }

    private static void finish(List<Supplier<ObjectNode>> events, KnobSettings knobs, ObjectNode bare) {
        String reason = knobs.text(Knob.FINISH);
        ObjectNode last = events.removeLast().get();
        int usual = usuallyKept(reason, events.size(), knobs.has(Knob.IMAGES));
        int kept = Math.min(events.size(), knobs.number(Knob.AFTER, usual));
        boolean cut = kept < events.size();
        events.subList(kept, events.size()).clear();
        if (cut) {
            last.set("usageMetadata", (kept == 0 ? bare : events.getLast().get()).get("usageMetadata"));
        }
        for (JsonNode each : last.path("candidates")) {
            ObjectNode candidate = (ObjectNode) each;
            candidate.put("finishReason", reason).remove("finishMessage");
            if (cut) {
                candidate.remove("content");
                candidate.remove("groundingMetadata");
            }
            if (reason.equals(MALFORMED_CALL)) {
                candidate.put("finishMessage", MALFORMED);
            }
        }
        events.add(() -> last);
    }

    /** Returns how many events come before a finish reason. One about images comes instead of them, or behind as many as are asked for. */
    private static int usuallyKept(String reason, int events, boolean hasImages) {
        boolean aboutImages = reason.startsWith("IMAGE_") || reason.equals("NO_IMAGE");
        if (WITH_CONTENT.contains(reason) || aboutImages && hasImages) {
            return events;
        }
        return aboutImages || reason.equals(MALFORMED_CALL) ? 0 : 1;
    }

    /** Joins the last thought and the first text of the first candidate. */
    private static void mixParts(List<Supplier<ObjectNode>> events) {
        for (int i = 0; i + 1 < events.size(); i++) {
            ObjectNode thought = events.get(i).get();
            ObjectNode text = events.get(i + 1).get();
            if (isThought(thought) && !isThought(text)) {
                ArrayNode parts = JsonTrees.array();
                parts.addAll((ArrayNode) parts(thought));
                if (parts(text) instanceof ArrayNode further) {
                    parts.addAll(further);
                }
                ((ObjectNode) text.path("candidates").path(0).path("content")).set("parts", parts);
                events.set(i + 1, () -> text);
                events.remove(i);
                return;
            }
        }
    }

    private static JsonNode parts(JsonNode event) {
        return event.path("candidates").path(0).path("content").path("parts");
    }

    private static boolean isThought(JsonNode event) {
        return parts(event).path(0).path("thought").asBoolean(false);
    }

    private static void usage(List<Supplier<ObjectNode>> events, KnobSettings knobs, boolean vertex) {
        String usual = vertex ? "last" : "every";
        String where = knobs.has(Knob.USAGE) ? knobs.text(Knob.USAGE) : usual;
        for (int i = 0; i < events.size(); i++) {
            Supplier<ObjectNode> made = events.get(i);
            boolean last = i == events.size() - 1;
            events.set(i, () -> withUsage(made.get(), where, last));
        }
    }

    private static ObjectNode withUsage(ObjectNode event, String where, boolean last) {
        switch (where) {
            case "none" -> event.remove("usageMetadata");
            case "zero" ->
                event.putObject("usageMetadata").put("promptTokenCount", 0).put("totalTokenCount", 0);
            case "last" -> keepOnLast(event, last);
            default -> {}
        }
        return event;
    }

    /** Vertex AI says in each event what kind of traffic it is. */
    private static void keepOnLast(ObjectNode event, boolean last) {
        if (!last && event.remove("usageMetadata") instanceof ObjectNode usage && usage.has("trafficType")) {
            event.putObject("usageMetadata").set("trafficType", usage.get("trafficType"));
        }
    }
}
