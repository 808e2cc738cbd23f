package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.money.Credits;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the chunks of an answer from what the meter lets through: the upstream's own as they came, under the model's name as it is sold,
 * without usage. A candidate's piece with a finish reason waits: if the candidate goes on, it leaves without that reason (D38); at the
 * settlement it leaves in one last chunk with the usage and the charge of our books.
 *
 * <p>What is told beside a chunk is the same once more and is dropped when the chunk comes; where none comes, because the answer was cut
 * within it, the last chunk is made of what was told (D32). Confined to its call.
 */
final class Chunks {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Of one answer; more are not kept. */
    private static final int SIGNATURES_MAX = 128;

    private final MeteredCall metered;
    private final List<ObjectNode> ends = new ArrayList<>(1);
    private final List<UpstreamEvent> told = new ArrayList<>();
    /** With the id of the call that came with it, if it was one. */
    private final Map<String, Optional<String>> signatures = new LinkedHashMap<>();

    private @Nullable String version;
    private @Nullable String responseId;

    Chunks(MeteredCall metered) {
        this.metered = metered;
    }

    /** The chunks that may leave now. */
    List<ObjectNode> of(List<UpstreamEvent> events) {
        List<ObjectNode> chunks = new ArrayList<>();
        for (UpstreamEvent event : events) {
            switch (event) {
                case UpstreamEvent.Started started -> {
                    version = started.modelVersion();
                    responseId = started.responseId();
                }
                case UpstreamEvent.Raw raw -> {
                    told.clear();
                    take(raw.chunk(), chunks);
                }
                default -> told.add(event);
            }
        }
        return chunks;
    }

    private void take(ObjectNode chunk, List<ObjectNode> chunks) {
        ArrayNode open = NODES.arrayNode();
        ArrayNode before = NODES.arrayNode();
        for (JsonNode candidate : chunk.path("candidates")) {
            candidate
                    .path("content")
                    .path("parts")
                    .forEach(part -> note(part.path("thoughtSignature").asString(""), callId(part)));
            if (candidate instanceof ObjectNode piece) {
                take(piece, before, open);
            }
        }
        if (!before.isEmpty()) {
            ObjectNode goesOn = NODES.objectNode();
            goesOn.set("candidates", before);
            chunks.add(name(goesOn));
        }
        if (open.isEmpty()) {
            chunk.remove("candidates");
        } else {
            chunk.set("candidates", open);
        }
        if (!open.isEmpty() || chunk.has("promptFeedback")) {
            chunks.add(name(chunk));
        }
    }

    /**
     * @param before takes what waited of a candidate that goes on
     * @param open takes what need not wait
     */
    private void take(ObjectNode piece, ArrayNode before, ArrayNode open) {
        ObjectNode end = end(piece.path("index").asInt(0));
        boolean ends = piece.path("finishReason").isString();
        if (end == null && ends) {
            this.ends.add(piece);
        } else if (end == null) {
            open.add(piece);
        } else if (!says(piece)) {
            piece.remove("content");
            end.setAll(piece);
        } else {
            ObjectNode last = says(end) ? parted(end, before) : end;
            if (ends) {
                last.setAll(piece);
            } else {
                open.add(piece);
            }
        }
    }

    private static boolean says(ObjectNode candidate) {
        return candidate
                .path("content")
                .path("parts")
                .valueStream()
                .anyMatch(part ->
                        part.size() != 1 || !part.path("text").asString("-").isEmpty());
    }

    /** Lets what waits go on without its finish reason, which counts unless another one comes. @return that reason alone */
    private ObjectNode parted(ObjectNode end, ArrayNode before) {
        ObjectNode reason = NODES.objectNode();
        reason.putObject("content").put("role", "model").putArray("parts");
        for (String member : List.of("index", "finishReason", "finishMessage")) {
            JsonNode value = member.equals("index") ? end.get(member) : end.remove(member);
            if (value != null) {
                reason.set(member, value);
            }
        }
        before.add(end);
        ends.set(ends.indexOf(end), reason);
        return reason;
    }

    private @Nullable ObjectNode end(int index) {
        for (ObjectNode end : ends) {
            if (end.path("index").asInt(0) == index) {
                return end;
            }
        }
        return null;
    }

    private static @Nullable String callId(JsonNode part) {
        JsonNode id = part.path("functionCall").path("id");
        return id.isString() ? id.asString() : null;
    }

    private void note(@Nullable String signature, @Nullable String callId) {
        if (signature != null && !signature.isEmpty() && signatures.size() < SIGNATURES_MAX) {
            signatures.putIfAbsent(signature, Optional.ofNullable(callId));
        }
    }

    /** What was signed of all that was told: callers at this door send signatures back. */
    List<SignedPart> signed() {
        for (UpstreamEvent event : told) {
            switch (event) {
                case UpstreamEvent.Text text -> note(text.signature(), null);
                case UpstreamEvent.Thought thought -> note(thought.signature(), null);
                case UpstreamEvent.ToolCall call -> note(call.signature(), call.upstreamId());
                default -> {
                    // nothing else is signed
                }
            }
        }
        List<SignedPart> signed = new ArrayList<>(signatures.size());
        signatures.forEach((signature, id) -> signed.add(new SignedPart.SentBack(signature, id.orElse(null))));
        return signed;
    }

    /** The candidates that have ended, as they came; they are in no chunk from then on. */
    List<ObjectNode> takeEnds() {
        List<ObjectNode> taken = List.copyOf(ends);
        ends.clear();
        return taken;
    }

    private ObjectNode name(ObjectNode chunk) {
        chunk.put("modelVersion", metered.answerModel(version));
        if (responseId != null) {
            chunk.put("responseId", responseId);
        }
        return chunk;
    }

    /** The last chunk. */
    ObjectNode last(Sink.Completion completion) {
        ObjectNode chunk = NODES.objectNode();
        ArrayNode candidates = chunk.putArray("candidates");
        List<ObjectNode> cut = toldEnds();
        ends.forEach(candidates::add);
        cut.forEach(candidates::add);
        chunk.set("usageMetadata", UsageMetadata.of(completion.usage()));
        name(chunk);
        chunk.put("credits_consumed", new BigDecimal(Credits.text(completion.chargeMicros())));
        return chunk;
    }

    // ---- where the answer was cut ----

    private List<ObjectNode> toldEnds() {
        List<ObjectNode> candidates = new ArrayList<>();
        for (UpstreamEvent event : told) {
            switch (event) {
                case UpstreamEvent.Text text ->
                    parts(candidates, text.candidate()).add(part(text.text(), false, text.signature()));
                case UpstreamEvent.Thought thought ->
                    parts(candidates, thought.candidate()).add(part(thought.text(), true, thought.signature()));
                case UpstreamEvent.ToolCall call ->
                    parts(candidates, call.candidate()).add(part(call));
                case UpstreamEvent.Media made ->
                    parts(candidates, made.candidate()).add(part(made));
                case UpstreamEvent.Finish finish -> finish(candidate(candidates, finish.candidate()), finish);
                default -> {
                    // belongs to a chunk that was not covered
                }
            }
        }
        return candidates;
    }

    /** Our own word for why stands beside Google's (D32). */
    private static void finish(ObjectNode candidate, UpstreamEvent.Finish finish) {
        boolean cut = finish.reason() == FinishReason.LENGTH;
        candidate.put("finishReason", cut ? "MAX_TOKENS" : finish.nativeReason());
        if (cut && !finish.nativeReason().equals("MAX_TOKENS")) {
            candidate.put("finishMessage", finish.nativeReason());
        }
    }

    /** One that had ended by itself is told to have been cut after all, if it has said more than its maximum (D53) or goes on (D38). */
    private ObjectNode candidate(List<ObjectNode> candidates, int index) {
        ObjectNode end = end(index);
        if (end != null) {
            return end;
        }
        for (ObjectNode known : candidates) {
            if (known.path("index").asInt() == index) {
                return known;
            }
        }
        ObjectNode made = NODES.objectNode();
        made.putObject("content").put("role", "model").putArray("parts");
        candidates.add(made.put("index", index));
        return made;
    }

    private ArrayNode parts(List<ObjectNode> candidates, int index) {
        ObjectNode candidate = candidate(candidates, index);
        if (!(candidate.path("content") instanceof ObjectNode content)) {
            return candidate.putObject("content").put("role", "model").putArray("parts");
        }
        return content.path("parts") instanceof ArrayNode parts ? parts : content.putArray("parts");
    }

    private static ObjectNode part(String text, boolean thought, @Nullable String signature) {
        ObjectNode part = NODES.objectNode().put("text", text);
        if (thought) {
            part.put("thought", true);
        }
        return signed(part, signature);
    }

    private static ObjectNode part(UpstreamEvent.ToolCall call) {
        ObjectNode part = NODES.objectNode();
        ObjectNode inner = part.putObject("functionCall");
        if (call.upstreamId() != null) {
            inner.put("id", call.upstreamId());
        }
        inner.put("name", call.name());
        inner.set("args", GoogleJson.tree(call.arguments()));
        return signed(part, call.signature());
    }

    private static ObjectNode part(UpstreamEvent.Media made) {
        ObjectNode part = NODES.objectNode();
        ObjectNode inner = part.putObject(made.linked() ? "fileData" : "inlineData");
        inner.put("mimeType", made.mimeType()).put(made.linked() ? "fileUri" : "data", made.data());
        return signed(part, made.signature());
    }

    private static ObjectNode signed(ObjectNode part, @Nullable String signature) {
        return signature == null ? part : part.put("thoughtSignature", signature);
    }
}
