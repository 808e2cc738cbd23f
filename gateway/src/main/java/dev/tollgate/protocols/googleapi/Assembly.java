package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.media.MadeData;
import dev.tollgate.upstreams.media.WavFile;
import dev.tollgate.upstreams.pool.NativeAsk;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts the chunks of a stream together as {@code generateContent} answers: text that follows text of its kind is one part, with the
 * signature of either; two that are both signed stay apart (protocol 2.4, rule 7). Speech is one file, as Google's is. The last value of other members counts. Confined to its call.
 */
final class Assembly {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String TOKENS = "logprobsResult";

    private final NamedFiles files;
    private final boolean speaksWav;
    private final ObjectNode whole = NODES.objectNode();
    private final Map<Integer, Candidate> candidates = new TreeMap<>();

    /** @param files that the chunks name @param speaksWav whether speech is a WAV file; else samples alone */
    Assembly(NamedFiles files, boolean speaksWav) {
        this.files = files;
        this.speaksWav = speaksWav;
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
            candidates
                    .computeIfAbsent(index, it -> new Candidate(it, files, speaksWav))
                    .add(list.get(place));
        }
    }

    /** The whole texts, without thoughts, of candidates that have stopped by themselves, and not to call a function. */
    List<String> stopped() {
        return candidates.values().stream()
                .filter(Candidate::hasStopped)
                .map(Candidate::said)
                .toList();
    }

    /** Writes the whole response, once. */
    void write(JsonPieces pieces) {
        String before = "{\"candidates\":[";
        for (Candidate candidate : candidates.values()) {
            pieces.out().raw(before);
            candidate.write(pieces);
            before = ",";
        }
        pieces.out().raw(candidates.isEmpty() ? "{\"candidates\":[" : "").raw(']');
        members(whole, pieces.out());
        pieces.out().raw('}');
    }

    private static void members(ObjectNode tree, Utf8Buffer out) {
        for (Map.Entry<String, JsonNode> member : tree.properties()) {
            out.raw(',').string(member.getKey()).raw(':').raw(GoogleJson.bytes(member.getValue()));
        }
    }

    private static final class Candidate {

        private final int index;
        private final NamedFiles files;
        private final ObjectNode tree = NODES.objectNode();
        /** The parts that are closed, and the text that is not, with commas between them. */
        private final CollectedJson parts = new CollectedJson();

        private final WavFile speech;
        private final TokenLists tokens = new TokenLists();
        private boolean hasCall;
        private boolean isText;
        private boolean hasText;
        private boolean isThought;
        private @Nullable String signature;

        private Candidate(int index, NamedFiles files, boolean speaksWav) {
            this.index = index;
            this.files = files;
            this.speech = new WavFile(speaksWav);
        }

        private boolean hasStopped() {
            return tree.path("finishReason").asString("").equals("STOP") && !hasCall;
        }

        private String said() {
            close();
            return GoogleJson.tree("[" + parts + "]")
                    .valueStream()
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
                    case NativeAsk.CONTINUATION -> {
                        if (piece.has("finishReason")) { // else a place in the middle, behind which more was said
                            tree.set(NativeAsk.CONTINUATION, member.getValue());
                        }
                    }
                    case TOKENS -> {
                        tree.set(TOKENS, NODES.nullNode()); // its place
                        tokens.add(member.getValue());
                    }
                    default -> tree.set(member.getKey(), member.getValue());
                }
            }
        }

        private void add(JsonNode part, boolean thought) {
            JsonNode blob = part.path("inlineData");
            MadeData.Filed file = files.of(blob.path("data").asString(""));
            if (file != null && speech.add(blob.path("mimeType").asString(""), file)) {
                return;
            }
            String more = part.path("thoughtSignature").asString(null);
            int known = 1 + (part.has("thought") ? 1 : 0) + (more == null ? 0 : 1);
            if (!part.path("text").isString() || part.size() != known) {
                close();
                hasCall |= part.has("functionCall");
                next();
                files.write(part, parts);
                return;
            }
            if (isText && (thought != isThought || (signature != null && more != null))) {
                close();
            }
            isText = true;
            isThought = thought;
            String text = part.path("text").stringValue();
            if (!text.isEmpty() && !hasText) {
                next().raw("{\"text\":\"");
                hasText = true;
            }
            parts.out().escaped(text);
            signature = more == null ? signature : more;
        }

        private Utf8Buffer next() {
            return parts.out().raw(parts.isEmpty() ? "" : ",");
        }

        private void close() {
            if (hasText || signature != null) {
                Utf8Buffer out = hasText ? parts.out() : next().raw("{\"text\":\"");
                out.raw(isThought ? "\",\"thought\":true" : "\"");
                if (signature != null) {
                    out.raw(",\"thoughtSignature\":").string(signature);
                }
                out.raw('}');
            }
            isText = false;
            hasText = false;
            signature = null;
        }

        private void write(JsonPieces pieces) {
            close();
            if (!speech.isEmpty()) {
                next().raw("{\"inlineData\":{\"mimeType\":")
                        .string(speech.mimeType())
                        .raw(",\"data\":\"");
                parts.add(speech.base64());
                parts.out().raw("\"}}");
            }
            Utf8Buffer out = pieces.out();
            out.raw("{\"content\":{\"role\":\"model\",\"parts\":[");
            pieces.repeat(parts);
            out.raw("]},\"index\":").number(index);
            for (Map.Entry<String, JsonNode> member : tree.properties()) {
                out.raw(',').string(member.getKey()).raw(':');
                if (member.getKey().equals(TOKENS)) {
                    tokens.write(pieces);
                } else {
                    out.raw(GoogleJson.bytes(member.getValue()));
                }
            }
            out.raw('}');
        }
    }

    /** The reports of tokens: lists go on from chunk to chunk, of other members the last value counts. */
    private static final class TokenLists {

        private final ObjectNode members = NODES.objectNode();
        private final Map<String, CollectedJson> lists = new HashMap<>();

        private void add(JsonNode more) {
            for (Map.Entry<String, JsonNode> member : more.properties()) {
                boolean isList = member.getValue().isArray();
                members.set(member.getKey(), isList ? NODES.nullNode() : member.getValue());
                if (isList) {
                    CollectedJson list = lists.computeIfAbsent(member.getKey(), name -> new CollectedJson());
                    for (JsonNode token : member.getValue()) {
                        list.out().raw(list.isEmpty() ? "" : ",").raw(GoogleJson.bytes(token));
                    }
                } else {
                    lists.remove(member.getKey());
                }
            }
        }

        private void write(JsonPieces pieces) {
            Utf8Buffer out = pieces.out();
            char before = '{';
            for (Map.Entry<String, JsonNode> member : members.properties()) {
                out.raw(before).string(member.getKey()).raw(':');
                CollectedJson list = lists.get(member.getKey());
                if (list == null) {
                    out.raw(GoogleJson.bytes(member.getValue()));
                } else {
                    out.raw('[');
                    pieces.repeat(list);
                    out.raw(']');
                }
                before = ',';
            }
            out.raw(before == '{' ? "{}" : "}");
        }
    }
}
