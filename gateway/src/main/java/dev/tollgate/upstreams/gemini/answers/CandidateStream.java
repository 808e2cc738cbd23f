package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.upstreams.connections.FinishReasons;
import dev.tollgate.upstreams.connections.JsonFence;
import dev.tollgate.upstreams.connections.Repetitions;
import dev.tollgate.upstreams.connections.WholeCharacters;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The progress of a stream's candidate: its text, its finish reason, its sources. A candidate may go on after a finish reason: the last one
 * counts, and repetitions are left out (D38). Confined to its stream.
 */
final class CandidateStream {

    private final int index;
    private final boolean cites;
    private final Utf8Offsets text = new Utf8Offsets();
    private final WholeCharacters characters = new WholeCharacters();
    private final Repetitions saidSoFar = new Repetitions();
    private final @Nullable JsonFence fence;
    private final QuotedSources quoted = new QuotedSources();
    private @Nullable JsonNode grounding;
    private boolean seen;
    private @Nullable FinishReason reason;
    private String nativeReason = "";

    /** A mark that an event has followed the last reported finish reason. */
    private boolean open = true;

    private boolean groundingOpen;

    /** A mark that the text of the last accepted chunk was a repetition. */
    private boolean textRepeated;

    private @Nullable BitSet callsRepeated;

    /** The characters of the chunks as they came; null if none is wanted. */
    private @Nullable WholeCharacters asCame;

    /**
     * @param cites whether citations are reported, which need the positions of the text's characters
     * @param json whether the answer should be JSON, so that a fence around it is removed
     */
    CandidateStream(int index, boolean cites, boolean json) {
        this.index = index;
        this.cites = cites;
        this.fence = json ? new JsonFence() : null;
    }

    boolean isSeen() {
        return seen;
    }

    boolean isFinished() {
        return reason != null;
    }

    /** Ends the candidate because the prompt was blocked. */
    void block(String word, List<UpstreamEvent> out) {
        seen = true;
        finish(FinishReason.FILTERED, word, out);
    }

    /** Appends the events of a chunk's part of this candidate. */
    void accept(GeminiChunk.Candidate said, List<UpstreamEvent> out) {
        seen = true;
        int before = out.size();
        textRepeated = reason != null && said.finishReason() != null && saidSoFar.isRepeatedBy(text(said));
        callsRepeated = null;
        int calls = 0;
        for (GeminiChunk.Part part : said.parts()) {
            if (part instanceof GeminiChunk.Call call) {
                addCall(call, calls++, out);
            } else if (!textRepeated) {
                add(part, out);
            } else if (part.signature() != null) {
                out.add(signatureOf(part));
            }
        }
        if (said.logprobs() != null && !said.logprobs().isEmpty() && !textRepeated) {
            out.add(new UpstreamEvent.Logprobs(index, TokenLogprobs.of(said.logprobs())));
        }
        if (said.grounding() != null && !said.grounding().isEmpty()) {
            grounding = said.grounding();
            groundingOpen = true;
        }
        if (cites && said.citations() != null) {
            groundingOpen |= quoted.add(said.citations());
        }
        open |= out.size() > before;
        if (said.finishReason() != null) {
            finish(FinishReasons.of(said.finishReason()), said.finishReason(), out);
        }
    }

    /** The visible text of a chunk. */
    private static String text(GeminiChunk.Candidate said) {
        StringBuilder text = new StringBuilder();
        for (GeminiChunk.Part part : said.parts()) {
            if (part instanceof GeminiChunk.Text piece && !piece.thought()) {
                text.append(piece.text());
            }
        }
        return text.toString();
    }

    private void addCall(GeminiChunk.Call said, int place, List<UpstreamEvent> out) {
        UpstreamEvent.ToolCall call =
                new UpstreamEvent.ToolCall(index, said.id(), said.name(), said.arguments(), said.signature());
        UpstreamEvent.ToolCall former = saidSoFar.repeated(call, place, reason != null);
        if (former == null) {
            saidSoFar.call(call, place);
            out.add(call);
        } else {
            callsRepeated = callsRepeated == null ? new BitSet() : callsRepeated;
            callsRepeated.set(place);
            if (former.signature() == null && call.signature() != null) {
                out.add(signatureOf(said));
            }
        }
    }

    /** Returns only the new signature of a part that was already reported. */
    private UpstreamEvent signatureOf(GeminiChunk.Part part) {
        return part instanceof GeminiChunk.Text text && !text.thought()
                ? new UpstreamEvent.Text(index, "", text.signature())
                : new UpstreamEvent.Thought(index, "", part.signature());
    }

    private void add(GeminiChunk.Part part, List<UpstreamEvent> out) {
        switch (part) {
            case GeminiChunk.Call call -> throw new IllegalArgumentException("calls are compared first");
            case GeminiChunk.ServerTool tool -> out.add(new UpstreamEvent.ServerTool(index, tool.json()));
            case GeminiChunk.Media made when made.thought() -> {
                // a draft among the thoughts, not the answer
            }
            case GeminiChunk.Media made ->
                out.add(new UpstreamEvent.Media(index, made.mimeType(), made.data(), made.linked(), made.signature()));
            case GeminiChunk.Text said
            when said.thought() -> {
                String whole = characters.take(true, said.text());
                if (!whole.isEmpty() || said.signature() != null) {
                    out.add(new UpstreamEvent.Thought(index, whole, said.signature()));
                }
            }
            case GeminiChunk.Text said -> {
                saidSoFar.text(said.text());
                if (said.code() != null) {
                    out.add(new UpstreamEvent.Ran(index, said.code()));
                }
                String whole = characters.take(false, said.text());
                addText(fence == null ? whole : fence.take(whole), said.signature(), out);
            }
        }
    }

    private void addText(String said, @Nullable String signature, List<UpstreamEvent> out) {
        if (said.isEmpty() && signature == null) {
            return;
        }
        if (cites) {
            text.add(said);
            groundingOpen |= grounding != null; // it may lie in this text
        }
        out.add(new UpstreamEvent.Text(index, said, signature));
    }

    /** Changes the texts of a chunk as it came to whole characters. */
    void join(ObjectNode said) {
        WholeCharacters whole = asCame == null ? new WholeCharacters() : asCame;
        asCame = whole;
        for (JsonNode part : said.path("content").path("parts")) {
            if (part instanceof ObjectNode piece && piece.get("text") instanceof StringNode text) {
                piece.put("text", whole.take(piece.path("thought").asBoolean(false), text.stringValue()));
            }
        }
    }

    /** The parts that {@link #accept} has left out of this candidate, except for their new signatures. */
    void leaveOutRepeated(ObjectNode said) {
        if (!(said.path("content").get("parts") instanceof ArrayNode parts)
                || (!textRepeated && callsRepeated == null)) {
            return;
        }
        ArrayNode kept = parts.arrayNode();
        int calls = 0;
        for (JsonNode part : parts) {
            boolean isCall = part.path("functionCall").path("name") instanceof StringNode name
                    && !name.stringValue().isEmpty();
            boolean isRepeated = isCall ? callsRepeated != null && callsRepeated.get(calls++) : textRepeated;
            if (!isRepeated) {
                kept.add(part);
            } else if (part.has("thoughtSignature")) {
                kept.addObject().put("text", "").set("thoughtSignature", part.get("thoughtSignature"));
            }
        }
        parts.removeAll();
        parts.addAll(kept);
    }

    /** Reports a finish reason, unless it only repeats the last one. */
    private void finish(FinishReason said, String word, List<UpstreamEvent> out) {
        boolean changed = said != reason || !word.equals(nativeReason);
        reason = said;
        nativeReason = word;
        tellGrounding(out);
        if (open || changed) {
            open = false;
            out.add(new UpstreamEvent.Finish(index, said, word));
        }
    }

    private void tellGrounding(List<UpstreamEvent> out) {
        if (groundingOpen) {
            groundingOpen = false;
            open = true;
            out.add(grounding(grounding == null ? MissingNode.getInstance() : grounding));
        }
    }

    /** Appends what was kept back until the end of a whole answer. */
    void close(List<UpstreamEvent> out) {
        if (fence != null) {
            int before = out.size();
            addText(fence.end(), null, out);
            open |= out.size() > before;
        }
        FinishReason last = reason;
        if (last != null) {
            finish(last, nativeReason, out);
        }
    }

    private UpstreamEvent.Grounding grounding(JsonNode metadata) {
        JsonNode entryPoint = metadata.path("searchEntryPoint").path("renderedContent");
        return new UpstreamEvent.Grounding(
                index,
                cites ? Citations.of(metadata, quoted, text) : List.of(),
                entryPoint.isString() ? entryPoint.asString() : null,
                metadata.isMissingNode() ? null : metadata);
    }
}
