package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns chunks into upstream events and tracks the progress of each candidate. In a chunk the usage comes first, because it counts what
 * follows. A candidate may continue after a finish reason: the last one counts, and only a repetition of earlier content is left out (D38).
 */
final class GeminiStream {

    /** The most candidates, as OpenAI's {@code n}. */
    private static final int CANDIDATES_MAX = 128;

    private final boolean cites;
    private final boolean json;
    private final int candidatesExpected;
    private final List<CandidateStream> candidates = new ArrayList<>(1);
    private final PriceSigns price = new PriceSigns();
    private boolean started;
    private boolean reported;
    private boolean blocked;

    /** A mark that the prompt was blocked before the present chunk. */
    private boolean wasBlocked;

    private boolean answered;

    /** A mark that content has come that may have been shown. */
    private boolean told;

    /**
     * @param cites whether citations are reported, which need the positions of the text's characters
     * @param json whether the answer should be JSON, so that a fence around it is removed
     * @param candidatesExpected the number of candidates requested
     */
    GeminiStream(boolean cites, boolean json, int candidatesExpected) {
        this.cites = cites;
        this.json = json;
        this.candidatesExpected = candidatesExpected;
    }

    /** Notes the service tier that the response's header names; null if it names none. */
    void granted(@Nullable ServiceTier tier) {
        price.granted(tier);
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
        price.granted(chunk.tier());
        price.reportTier(out);
        String reason = chunk.blockReason();
        wasBlocked = blocked;
        blocked |= reason != null && !reason.equals("BLOCK_REASON_UNSPECIFIED");
        if (!wasBlocked && (!blocked || told)) {
            for (GeminiChunk.Candidate said : chunk.candidates()) {
                if (said.index() < CANDIDATES_MAX) {
                    note(said);
                    price.grounded(said.grounding(), out);
                    candidate(said.index()).accept(said, out);
                }
            }
        }
        if (blocked && reason != null) {
            block(reason, out);
        }
    }

    private void note(GeminiChunk.Candidate said) {
        answered |= !said.parts().isEmpty() || said.finishReason() != null;
        for (GeminiChunk.Part part : said.parts()) {
            told |= isOutput(part);
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

    /** Returns the chunk that was accepted last, without its usage and without repetitions. @return null if nothing is left */
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
                    candidate(index).join(said);
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
        for (CandidateStream candidate : candidates) {
            candidate.close(out);
        }
    }

    /**
     * Reports a blocked prompt. Other content of the same chunk is not an answer (D57). In the middle of an answer, a block is a filter's
     * work on that answer.
     */
    private void block(String reason, List<UpstreamEvent> out) {
        answered = true;
        out.add(new UpstreamEvent.PromptBlocked(reason));
        for (CandidateStream candidate : candidates) {
            candidate.block(reason, out);
        }
    }

    /** Returns whether an end may follow now: each candidate that was seen has had a finish reason, or the prompt was blocked. */
    boolean mayEnd() {
        return blocked || (seen() > 0 && isNoneUnfinished());
    }

    /** Returns whether each candidate that was asked for has had a finish reason, or the prompt was blocked. */
    boolean isWhole() {
        return mayEnd() && (blocked || seen() >= candidatesExpected);
    }

    private boolean isNoneUnfinished() {
        for (CandidateStream candidate : candidates) {
            if (candidate.isSeen() && !candidate.isFinished()) {
                return false;
            }
        }
        return true;
    }

    private int seen() {
        int seen = 0;
        for (CandidateStream candidate : candidates) {
            seen += candidate.isSeen() ? 1 : 0;
        }
        return seen;
    }

    /** Returns whether anything of an answer has come: usage alone is nothing. */
    boolean hasAnswered() {
        return answered;
    }

    private CandidateStream candidate(int index) {
        while (candidates.size() <= index) {
            candidates.add(new CandidateStream(candidates.size(), cites, json));
        }
        return candidates.get(index);
    }
}
