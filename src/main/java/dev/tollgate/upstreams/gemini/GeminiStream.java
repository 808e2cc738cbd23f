package dev.tollgate.upstreams.gemini;

import dev.tollgate.upstreams.connections.FinishReasons;
import dev.tollgate.upstreams.connections.JsonFence;
import dev.tollgate.upstreams.connections.SaidSoFar;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Turns chunks into upstream events, and knows how far each candidate has come. In a chunk the usage comes first, because it
 * counts what follows. A candidate may go on after a finish reason: the last one counts, and only a repetition of what was told
 * before the first one is left out (D38).
 */
final class GeminiStream {

    /** As OpenAI's {@code n}. */
    private static final int CANDIDATES_MAX = 128;

    private final boolean cites;
    private final boolean json;
    private final int candidatesExpected;
    private final List<Candidate> candidates = new ArrayList<>(1);
    private boolean started;
    private boolean reported;
    private boolean blocked;

    /** Whether the prompt was blocked before the chunk that is read. */
    private boolean wasBlocked;

    private boolean answered;

    /** Whether anything that may have been shown has come. */
    private boolean told;

    /**
     * @param cites whether citations are told, for which it must be known where the text's characters lie
     * @param json whether the answer was to be JSON, so that a fence around it is taken off
     * @param candidatesExpected as many as were asked for
     */
    GeminiStream(boolean cites, boolean json, int candidatesExpected) {
        this.cites = cites;
        this.json = json;
        this.candidatesExpected = candidatesExpected;
    }

    /** Appends what the chunk says. A candidate's index out of any range is passed over. */
    void accept(GeminiChunk chunk, List<UpstreamEvent> out) {
        if (!started) {
            started = true;
            out.add(new UpstreamEvent.Started(chunk.modelVersion(), chunk.responseId()));
        }
        if (chunk.usage() != null) {
            out.add(chunk.usage());
            reported = true;
        } else if (reported && !chunk.candidates().isEmpty()) {
            out.add(UpstreamEvent.Unreported.FROM_HERE);
            reported = false;
        }
        String reason = chunk.blockReason();
        wasBlocked = blocked;
        blocked |= reason != null && !reason.equals("BLOCK_REASON_UNSPECIFIED");
        if (!wasBlocked && (!blocked || told)) {
            for (GeminiChunk.Candidate said : chunk.candidates()) {
                if (said.index() < CANDIDATES_MAX) {
                    candidate(said.index()).accept(said, out);
                }
            }
        }
        if (blocked && reason != null) {
            block(reason, out);
        }
    }

    /**
     * Returns the chunk that was accepted last, without its usage and without repetitions.
     *
     * @return null if nothing is left
     */
    UpstreamEvent.@Nullable Raw raw(ObjectNode chunk, int bytes) {
        chunk.remove(List.of("usageMetadata", "error"));
        if (chunk.get("candidates") instanceof ArrayNode list) {
            ArrayNode open = list.arrayNode();
            for (int place = 0; place < list.size() && !wasBlocked; place++) {
                int index = list.path(place).path("index").asInt(place);
                if (list.get(place) instanceof ObjectNode said && index >= 0 && index < candidatesExpected) {
                    if (place > 0 && !said.has("index")) {
                        said.put("index", index);
                    }
                    candidate(index).leaveOutRepeated(said);
                    open.add(said);
                }
            }
            chunk.set("candidates", open);
        } else {
            chunk.remove("candidates");
        }
        boolean says = !chunk.path("candidates").isEmpty() || chunk.has("promptFeedback");
        return says ? new UpstreamEvent.Raw(chunk, bytes) : null;
    }

    /** Tells what was kept back until the end of a whole answer. */
    void close(List<UpstreamEvent> out) {
        for (Candidate candidate : candidates) {
            candidate.close(out);
        }
    }

    /** What stands beside it is no answer (D57). In the middle of one it is a filter at work on that. */
    private void block(String reason, List<UpstreamEvent> out) {
        answered = true;
        out.add(new UpstreamEvent.PromptBlocked(reason));
        for (Candidate candidate : candidates) {
            candidate.seen = true;
            candidate.finish(FinishReason.FILTERED, reason, out);
        }
    }

    /** Whether an end may follow now: each candidate that was seen has had a finish reason, or the prompt was blocked. */
    boolean mayEnd() {
        return blocked || (seen() > 0 && isNoneUnfinished());
    }

    /** Whether each candidate that was asked for has had a finish reason, or the prompt was blocked. */
    boolean isWhole() {
        return mayEnd() && (blocked || seen() >= candidatesExpected);
    }

    private boolean isNoneUnfinished() {
        for (Candidate candidate : candidates) {
            if (candidate.seen && candidate.reason == null) {
                return false;
            }
        }
        return true;
    }

    private int seen() {
        int seen = 0;
        for (Candidate candidate : candidates) {
            seen += candidate.seen ? 1 : 0;
        }
        return seen;
    }

    /** Whether anything of an answer has come: usage alone is nothing. */
    boolean hasAnswered() {
        return answered;
    }

    private Candidate candidate(int index) {
        while (candidates.size() <= index) {
            candidates.add(new Candidate(candidates.size()));
        }
        return candidates.get(index);
    }

    private final class Candidate {
        private final int index;
        private final Utf8Offsets text = new Utf8Offsets();
        private final SaidSoFar saidSoFar = new SaidSoFar();
        private final @Nullable JsonFence fence = json ? new JsonFence() : null;
        private final QuotedSources quoted = new QuotedSources();
        private @Nullable JsonNode grounding;
        private boolean seen;
        private @Nullable FinishReason reason;
        private String nativeReason = "";

        /** Whether something was told after the last finish reason that was told. */
        private boolean open = true;

        private boolean groundingOpen;

        /** Of the chunk that was accepted last. */
        private boolean textRepeated;

        private @Nullable BitSet callsRepeated;

        Candidate(int index) {
            this.index = index;
        }

        void accept(GeminiChunk.Candidate said, List<UpstreamEvent> out) {
            seen = true;
            int before = out.size();
            textRepeated = reason != null && said.finishReason() != null && saidSoFar.isRepeatedBy(text(said));
            callsRepeated = null;
            int calls = 0;
            for (GeminiChunk.Part part : said.parts()) {
                answered = true;
                told |= isOutput(part);
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
                answered = true;
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

        private static boolean isOutput(GeminiChunk.Part part) {
            return switch (part) {
                case GeminiChunk.Text said -> !said.text().isEmpty();
                case GeminiChunk.Media made -> !made.thought();
                case GeminiChunk.Call call -> true;
                case GeminiChunk.ServerTool tool -> false;
            };
        }

        private void addCall(GeminiChunk.Call said, int place, List<UpstreamEvent> out) {
            UpstreamEvent.ToolCall call =
                    new UpstreamEvent.ToolCall(index, said.id(), said.name(), said.arguments(), said.signature());
            UpstreamEvent.ToolCall former = reason == null ? null : saidSoFar.repeated(call, place);
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

        /** The new signature alone, of a part that was told before. */
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
                    out.add(new UpstreamEvent.Media(
                            index, made.mimeType(), made.data(), made.linked(), made.signature()));
                case GeminiChunk.Text said
                when said.thought() -> out.add(new UpstreamEvent.Thought(index, said.text(), said.signature()));
                case GeminiChunk.Text said -> {
                    saidSoFar.text(said.text());
                    addText(fence == null ? said.text() : fence.take(said.text()), said.signature(), out);
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

        /** A finish reason that only repeats the last one is not told. */
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

        private void close(List<UpstreamEvent> out) {
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
}
