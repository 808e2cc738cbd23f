package dev.tollgate.gemini;

import dev.tollgate.channel.JsonFence;
import dev.tollgate.upstream.UpstreamEvent;
import dev.tollgate.upstream.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns chunks into upstream events, and knows how far each candidate has come. In a chunk the usage comes first, because it
 * counts what follows, and each candidate's finish reason last. Nothing comes of a candidate after its finish reason, so that
 * a chunk sent twice is not told twice (D38); usage is taken to the end.
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
        blocked |= reason != null && !reason.equals("BLOCK_REASON_UNSPECIFIED");
        if (!blocked || told) {
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
     * The chunk itself without its usage and without what {@link #accept} would pass over; to be asked before that.
     *
     * @return null where nothing is left
     */
    UpstreamEvent.@Nullable Raw raw(ObjectNode chunk, int bytes) {
        chunk.remove(List.of("usageMetadata", "error"));
        if (chunk.get("candidates") instanceof ArrayNode list) {
            ArrayNode open = list.arrayNode();
            for (int place = 0; place < list.size(); place++) {
                int index = list.path(place).path("index").asInt(place);
                if (list.get(place).isObject() && index >= 0 && index < candidatesExpected && !isFinished(index)) {
                    open.add(list.get(place));
                }
            }
            chunk.set("candidates", open);
        } else {
            chunk.remove("candidates");
        }
        boolean says = !chunk.path("candidates").isEmpty() || chunk.has("promptFeedback");
        return says ? new UpstreamEvent.Raw(chunk, bytes) : null;
    }

    private boolean isFinished(int index) {
        return index < candidates.size() && candidates.get(index).finished;
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

    /** Whether an end may follow now: each candidate that was seen has its finish reason, or the prompt was blocked. */
    boolean mayEnd() {
        return blocked || (seen() > 0 && isNoneUnfinished());
    }

    /** Whether nothing is missing; only usage may still come. */
    boolean isWhole() {
        return mayEnd() && (blocked || seen() >= candidatesExpected);
    }

    private boolean isNoneUnfinished() {
        for (Candidate candidate : candidates) {
            if (candidate.seen && !candidate.finished) {
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
        private final @Nullable JsonFence fence = json ? new JsonFence() : null;
        private final QuotedSources quoted = new QuotedSources();
        private @Nullable JsonNode grounding;
        private boolean seen;
        private boolean finished;

        Candidate(int index) {
            this.index = index;
        }

        void accept(GeminiChunk.Candidate said, List<UpstreamEvent> out) {
            seen = true;
            if (finished) {
                return;
            }
            for (GeminiChunk.Part part : said.parts()) {
                answered = true;
                told |= isOutput(part);
                add(part, out);
            }
            if (said.logprobs() != null && !said.logprobs().isEmpty()) {
                out.add(new UpstreamEvent.Logprobs(index, TokenLogprobs.of(said.logprobs())));
            }
            if (said.grounding() != null && !said.grounding().isEmpty()) {
                grounding = said.grounding();
            }
            if (cites && said.citations() != null) {
                quoted.add(said.citations());
            }
            if (said.finishReason() != null) {
                answered = true;
                finish(FinishReasons.of(said.finishReason()), said.finishReason(), out);
            }
        }

        private static boolean isOutput(GeminiChunk.Part part) {
            return switch (part) {
                case GeminiChunk.Text said -> !said.text().isEmpty();
                case GeminiChunk.Media made -> !made.thought();
                case GeminiChunk.Call call -> true;
                case GeminiChunk.ServerTool tool -> false;
            };
        }

        private void add(GeminiChunk.Part part, List<UpstreamEvent> out) {
            switch (part) {
                case GeminiChunk.Call call ->
                    out.add(new UpstreamEvent.ToolCall(
                            index, call.id(), call.name(), call.arguments(), call.signature()));
                case GeminiChunk.ServerTool tool -> out.add(new UpstreamEvent.ServerTool(index, tool.json()));
                case GeminiChunk.Media made when made.thought() -> {
                    // a draft among the thoughts, not the answer
                }
                case GeminiChunk.Media made ->
                    out.add(new UpstreamEvent.Media(
                            index, made.mimeType(), made.data(), made.linked(), made.signature()));
                case GeminiChunk.Text said
                when said.thought() -> out.add(new UpstreamEvent.Thought(index, said.text(), said.signature()));
                case GeminiChunk.Text said ->
                    addText(fence == null ? said.text() : fence.take(said.text()), said.signature(), out);
            }
        }

        private void addText(String said, @Nullable String signature, List<UpstreamEvent> out) {
            if (said.isEmpty() && signature == null) {
                return;
            }
            if (cites) {
                text.add(said);
            }
            out.add(new UpstreamEvent.Text(index, said, signature));
        }

        private void finish(FinishReason reason, String nativeReason, List<UpstreamEvent> out) {
            if (finished) {
                return;
            }
            finished = true;
            if (fence != null) {
                addText(fence.end(), null, out);
            }
            if (grounding != null || !quoted.all().isEmpty()) {
                out.add(grounding(grounding == null ? MissingNode.getInstance() : grounding));
            }
            out.add(new UpstreamEvent.Finish(index, reason, nativeReason));
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
