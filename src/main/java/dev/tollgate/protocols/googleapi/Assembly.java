package dev.tollgate.protocols.googleapi;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts the chunks of a stream together as {@code generateContent} answers: text that follows text of its kind is one part, with the
 * signature of either; two that are both signed stay apart (protocol 2.4, rule 7). The last value of other members counts. Confined to its call.
 */
final class Assembly {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ObjectNode whole = NODES.objectNode();
    private final Map<Integer, Candidate> candidates = new TreeMap<>();

    Assembly() {
        whole.putArray("candidates");
    }

    void add(ObjectNode chunk) {
        addCandidates(List.copyOf(chunk.path("candidates").values()));
        for (Map.Entry<String, JsonNode> member : chunk.properties()) {
            if (!member.getKey().equals("candidates")) {
                whole.set(member.getKey(), member.getValue());
            }
        }
    }

    void addCandidates(List<? extends JsonNode> list) {
        for (int place = 0; place < list.size(); place++) {
            int index = list.get(place).path("index").asInt(place);
            candidates.computeIfAbsent(index, Candidate::new).add(list.get(place));
        }
    }

    /** The whole texts, without thoughts, of candidates that have stopped by themselves, and not to call a function. */
    List<String> stopped() {
        return candidates.values().stream()
                .filter(Candidate::hasStopped)
                .map(Candidate::said)
                .toList();
    }

    /** To be asked once. */
    ObjectNode whole() {
        ArrayNode list = NODES.arrayNode(candidates.size());
        candidates.values().forEach(candidate -> list.add(candidate.whole()));
        whole.set("candidates", list);
        return whole;
    }

    private static final class Candidate {

        private final ObjectNode tree = NODES.objectNode();
        private final ArrayNode parts = NODES.arrayNode();
        private @Nullable StringBuilder text;
        private boolean isThought;
        private @Nullable String signature;

        private Candidate(int index) {
            tree.putObject("content");
            tree.put("index", index);
        }

        private boolean hasStopped() {
            return tree.path("finishReason").asString("").equals("STOP")
                    && parts.valueStream().noneMatch(part -> part.has("functionCall"));
        }

        private String said() {
            close();
            return parts.valueStream()
                    .filter(part -> !part.path("thought").asBoolean(false))
                    .map(part -> part.path("text").asString(""))
                    .collect(Collectors.joining());
        }

        private void add(JsonNode piece) {
            for (JsonNode part : piece.path("content").path("parts")) {
                add(part, part.path("thought").asBoolean(false));
            }
            for (Map.Entry<String, JsonNode> member : piece.properties()) {
                switch (member.getKey()) {
                    case "content", "index" -> {}
                    case "logprobsResult" -> append(member.getKey(), member.getValue());
                    default -> tree.set(member.getKey(), member.getValue());
                }
            }
        }

        private void add(JsonNode part, boolean thought) {
            String more = part.path("thoughtSignature").asString(null);
            int known = 1 + (part.has("thought") ? 1 : 0) + (more == null ? 0 : 1);
            if (!part.path("text").isString() || part.size() != known) {
                close();
                parts.add(part);
                return;
            }
            if (text != null && (thought != isThought || (signature != null && more != null))) {
                close();
            }
            if (text == null) {
                text = new StringBuilder();
                isThought = thought;
            }
            text.append(part.path("text").stringValue());
            signature = more == null ? signature : more;
        }

        private void close() {
            if (text != null && (!text.isEmpty() || signature != null)) {
                ObjectNode part = parts.addObject().put("text", text.toString());
                if (isThought) {
                    part.put("thought", true);
                }
                if (signature != null) {
                    part.put("thoughtSignature", signature);
                }
            }
            text = null;
            signature = null;
        }

        /** Lists of tokens go on from chunk to chunk. */
        private void append(String name, JsonNode more) {
            if (!(tree.get(name) instanceof ObjectNode known)) {
                tree.set(name, more);
                return;
            }
            for (Map.Entry<String, JsonNode> member : more.properties()) {
                if (known.get(member.getKey()) instanceof ArrayNode list
                        && member.getValue() instanceof ArrayNode next) {
                    list.addAll(next);
                } else {
                    known.set(member.getKey(), member.getValue());
                }
            }
        }

        private ObjectNode whole() {
            close();
            tree.putObject("content").put("role", "model").set("parts", parts);
            return tree;
        }
    }
}
