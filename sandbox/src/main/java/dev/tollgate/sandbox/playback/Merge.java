package dev.tollgate.sandbox.playback;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Joins the events of a stream into the one response that {@code generateContent} gives. */
final class Merge {

    private Merge() {}

    /** Texts are joined, other parts listed, of everything else the last word holds. */
    static ObjectNode of(List<JsonNode> events) {
        Map<Integer, ObjectNode> candidates = new TreeMap<>();
        ObjectNode merged = JsonTrees.object();
        for (JsonNode event : events) {
            if (event.has("candidates")) {
                merged.putArray("candidates");
            }
            event.path("candidates").forEach(candidate -> addCandidate(candidates, candidate));
            event.properties().stream()
                    .filter(member -> !member.getKey().equals("candidates"))
                    .forEach(member -> merged.set(member.getKey(), member.getValue()));
        }
        if (merged.path("candidates") instanceof ArrayNode list) {
            list.addAll(candidates.values());
        }
        return merged;
    }

    private static void addCandidate(Map<Integer, ObjectNode> candidates, JsonNode candidate) {
        int index = candidate.path("index").asInt(0);
        ObjectNode merged = candidates.computeIfAbsent(index, absent -> JsonTrees.object());
        for (Map.Entry<String, JsonNode> member : candidate.properties()) {
            if (member.getKey().equals("content")) {
                addContent(merged, member.getValue());
            } else {
                merged.set(member.getKey(), member.getValue());
            }
        }
    }

    private static void addContent(ObjectNode candidate, JsonNode content) {
        ObjectNode merged =
                candidate.path("content") instanceof ObjectNode known ? known : candidate.putObject("content");
        for (JsonNode part : content.path("parts")) {
            ArrayNode parts = merged.path("parts") instanceof ArrayNode known ? known : merged.putArray("parts");
            if (part.isObject()) {
                addPart(parts, (ObjectNode) part.deepCopy());
            }
        }
        if (content.has("role")) {
            merged.set("role", content.get("role"));
        }
    }

    private static void addPart(ArrayNode parts, ObjectNode part) {
        JsonNode last = parts.isEmpty() ? JsonTrees.object() : parts.get(parts.size() - 1);
        boolean joins =
                last instanceof ObjectNode && isText(last) && isText(part) && isThought(last) == isThought(part);
        if (joins && !last.has("thoughtSignature")) {
            ObjectNode open = (ObjectNode) last;
            open.put("text", JsonTrees.text(open, "text") + JsonTrees.text(part, "text"));
            if (part.has("thoughtSignature")) {
                open.set("thoughtSignature", part.get("thoughtSignature"));
            }
        } else if (parts.isEmpty() || !isEmptyText(part)) {
            parts.add(part);
        }
    }

    private static boolean isText(JsonNode part) {
        return part.path("text").isString();
    }

    private static boolean isThought(JsonNode part) {
        return part.path("thought").asBoolean(false);
    }

    private static boolean isEmptyText(JsonNode part) {
        return isText(part) && JsonTrees.text(part, "text").isEmpty() && !part.has("thoughtSignature");
    }
}
