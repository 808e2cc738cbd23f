package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.money.Credits;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.upstreams.pool.NativeAsk;
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
 * Makes the chunks of a response from the events that the meter passes on: the upstream's own chunks, with the sold model's name and without usage. A
 * candidate's piece with a finish reason waits. If the candidate continues, it leaves without that reason (D38). At the settlement it leaves in one
 * last chunk with the usage and charge of Tollgate's books.
 *
 * <p>Events between chunks repeat a chunk's content and are dropped when the chunk arrives. If the response was cut within a chunk, it never arrives,
 * and the last chunk is made from those events (D32). Confined to its call.
 */
final class Chunks {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** The maximum of signatures kept for one response. */
    private static final int SIGNATURES_MAX = 128;

    private final MeteredCall metered;
    private final boolean namesTier;
    /** The ended piece of each candidate, by its index. */
    private final Map<Integer, ObjectNode> ends = new LinkedHashMap<>();

    private final List<UpstreamEvent> told = new ArrayList<>();
    /** Each signature with the id of its call, if it came with one. */
    private final Map<String, Optional<String>> signatures = new LinkedHashMap<>();

    private @Nullable String version;
    private @Nullable String responseId;

    /** @param namesTier whether the usage names the service tier that was granted */
    Chunks(MeteredCall metered, boolean namesTier) {
        this.metered = metered;
        this.namesTier = namesTier;
    }

    /** Returns the chunks that may leave. */
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
     * @param before receives the waiting piece of a candidate that continues
     * @param open receives pieces that need not wait
     */
    private void take(ObjectNode piece, ArrayNode before, ArrayNode open) {
        int index = piece.path("index").asInt(0);
        ObjectNode end = this.ends.get(index);
        boolean ends = piece.path("finishReason").isString();
        if (end == null && ends) {
            this.ends.put(index, piece);
        } else if (end == null) {
            open.add(piece);
        } else if (!says(piece)) {
            piece.remove("content");
            end.setAll(piece);
        } else {
            ObjectNode last = says(end) ? parted(index, end, before) : end;
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

    /** Releases a waiting piece without its finish reason, which counts unless another one arrives. @return that reason alone */
    private ObjectNode parted(int index, ObjectNode end, ArrayNode before) {
        ObjectNode reason = NODES.objectNode();
        reason.putObject("content").put("role", "model").putArray("parts");
        for (String member : List.of("index", "finishReason", "finishMessage", NativeAsk.CONTINUATION)) {
            JsonNode value = member.equals("index") ? end.get(member) : end.remove(member);
            if (value != null) {
                reason.set(member, value);
            }
        }
        before.add(end);
        ends.put(index, reason);
        return reason;
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

    /** Returns the signatures of the response. Callers at this door send signatures back. */
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

    /** Returns the ended candidates as they arrived, and removes them from later chunks. */
    List<ObjectNode> takeEnds() {
        List<ObjectNode> taken = List.copyOf(ends.values());
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
        told.forEach(this::addToEnds);
        chunk.putArray("candidates").addAll(ends.values());
        chunk.set("usageMetadata", UsageMetadata.of(completion.usage(), namesTier ? completion.tier() : null));
        name(chunk);
        chunk.put("credits_consumed", new BigDecimal(Credits.text(completion.chargeMicros())));
        return chunk;
    }

    // ---- where the answer was cut ----

    private void addToEnds(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> parts(text.candidate()).add(part(text.text(), false, text.signature()));
            case UpstreamEvent.Thought thought ->
                parts(thought.candidate()).add(part(thought.text(), true, thought.signature()));
            case UpstreamEvent.ToolCall call -> parts(call.candidate()).add(part(call));
            case UpstreamEvent.Media made -> parts(made.candidate()).add(part(made));
            case UpstreamEvent.Finish finish -> finish(candidate(finish.candidate()), finish);
            default -> {
                // belongs to a chunk that was not covered
            }
        }
    }

    /** Sets the finish reason, with Tollgate's own word next to Google's (D32). */
    private static void finish(ObjectNode candidate, UpstreamEvent.Finish finish) {
        boolean cut = finish.reason() == FinishReason.LENGTH;
        candidate.put("finishReason", cut ? "MAX_TOKENS" : finish.nativeReason());
        candidate.remove(NativeAsk.CONTINUATION); // it would go on behind text that was never shown
        if (cut && !finish.nativeReason().equals("MAX_TOKENS")) {
            candidate.put("finishMessage", finish.nativeReason());
        }
    }

    /** Returns the candidate with this index. A candidate that ended on its own is marked as cut if it exceeded its maximum (D53) or continues (D38). */
    private ObjectNode candidate(int index) {
        return ends.computeIfAbsent(index, it -> {
            ObjectNode made = NODES.objectNode();
            made.putObject("content").put("role", "model").putArray("parts");
            return made.put("index", it);
        });
    }

    private ArrayNode parts(int index) {
        ObjectNode candidate = candidate(index);
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
        inner.put("mimeType", made.mimeType())
                .put(made.linked() ? "fileUri" : "data", made.data().text());
        return signed(part, made.signature());
    }

    private static ObjectNode signed(ObjectNode part, @Nullable String signature) {
        return signature == null ? part : part.put("thoughtSignature", signature);
    }
}
