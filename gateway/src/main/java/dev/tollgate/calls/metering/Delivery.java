package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Passes covered output to the door. Keeps everything back until there is output, so that a refusal can still be a plain error (D48). Confined to its
 * call.
 */
final class Delivery {

    private final Sink sink;
    private final int candidates;
    private final List<UpstreamEvent> keptBack = new ArrayList<>();

    /** The latest end of each candidate, kept back or shown. */
    private final UpstreamEvent.@Nullable Finish[] ends;

    /** The candidates without events after their finish reason. */
    private final BitSet ended = new BitSet();

    private boolean hasOutput;
    private boolean hasMoreThanThoughts;
    private boolean begun;
    private UpstreamEvent.@Nullable PromptBlocked promptBlocked;

    /** The events that came with the block of the prompt. */
    private List<UpstreamEvent> block = List.of();

    private @Nullable FinishReason finishReason;
    private @Nullable String filter;
    private @Nullable String noImage;

    Delivery(Sink sink, int candidates) {
        this.sink = sink;
        this.candidates = candidates;
        this.ends = new UpstreamEvent.Finish[candidates];
    }

    /** @param attempts number of upstream attempts */
    void show(List<UpstreamEvent> events, int attempts) {
        noteAll(events);
        if ((!hasOutput && !hasOutput(events)) || (promptBlocked != null && !begun)) {
            keptBack.addAll(events);
        } else if (keptBack.isEmpty()) {
            hasOutput = true;
            deliver(events, attempts);
        } else {
            hasOutput = true;
            keptBack.addAll(events);
            showKeptBack(attempts);
        }
    }

    private void noteAll(List<UpstreamEvent> events) {
        boolean wasBlocked = promptBlocked != null;
        events.forEach(this::note);
        block = promptBlocked == null || wasBlocked ? block : events;
    }

    static boolean hasOutput(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (isOutput(event)) {
                return true;
            }
        }
        return false;
    }

    void showKeptBack(int attempts) {
        if (!keptBack.isEmpty()) {
            List<UpstreamEvent> events = List.copyOf(keptBack);
            keptBack.clear();
            deliver(events, attempts);
        }
    }

    /** Shows that a filter has ended the response, or that no image was made, and nothing of the response itself. */
    void showRefusal(int attempts) {
        if (begun && isBlocked()) { // what came before the block has not left
            sink.forget();
            keptBack.clear();
            keptBack.addAll(block);
        }
        keptBack.removeIf(Delivery::isOutput);
        for (int candidate = 0; promptBlocked != null && candidate < candidates; candidate++) {
            if (!keepsEnd(candidate)) { // the upstream has begun none, or it is forgotten
                keptBack.add(new UpstreamEvent.Finish(candidate, FinishReason.FILTERED, promptBlocked.nativeReason()));
            }
        }
        for (UpstreamEvent event : keptBack) {
            if (event instanceof UpstreamEvent.Raw raw) {
                raw.chunk().path("candidates").forEach(Delivery::withoutContent);
            }
        }
        showKeptBack(attempts);
    }

    private boolean keepsEnd(int candidate) {
        return keptBack.stream()
                .anyMatch(event -> event instanceof UpstreamEvent.Finish end && end.candidate() == candidate);
    }

    private static void withoutContent(JsonNode candidate) {
        if (candidate instanceof ObjectNode its) {
            its.remove("content");
        }
    }

    private void note(UpstreamEvent event) {
        if (event instanceof UpstreamEvent.Finish finish) {
            ends[finish.candidate()] = finish;
            ended.set(finish.candidate());
            finishReason = finish.reason();
            filter = finishReason == FinishReason.FILTERED ? finish.nativeReason() : filter;
            noImage = finish.saysNoImage() ? finish.nativeReason() : null;
        } else if (isOutput(event)) {
            ended.clear(candidate(event)); // it goes on (D38)
            hasMoreThanThoughts |= !(event instanceof UpstreamEvent.Thought);
        } else {
            promptBlocked = event instanceof UpstreamEvent.PromptBlocked blocked ? blocked : promptBlocked;
        }
    }

    /** Marks the candidates of waiting batches as continuing after their finish reason, so that they count as cut. */
    void goesOn(Iterable<List<UpstreamEvent>> waiting) {
        for (List<UpstreamEvent> events : waiting) {
            events.stream().filter(Delivery::isOutput).forEach(this::note);
        }
    }

    /** Takes waiting batches without showing them: the caller has left. */
    void endWith(Iterable<List<UpstreamEvent>> waiting) {
        for (List<UpstreamEvent> events : waiting) {
            noteAll(events);
            hasOutput |= hasOutput(events);
        }
    }

    /** Ends each candidate that has no end, or that continues after its end, as cut by length (D32). */
    void cutShort(List<UpstreamEvent> last, String nativeReason, int attempts) {
        noteAll(last);
        keptBack.addAll(last);
        for (int candidate = 0; candidate < candidates; candidate++) {
            if (!ended.get(candidate)) {
                UpstreamEvent cut = new UpstreamEvent.Finish(candidate, FinishReason.LENGTH, nativeReason);
                note(cut);
                keptBack.add(cut);
            }
        }
        showKeptBack(attempts);
    }

    /** Ends every candidate as cut by length, even if it ended on its own: the upstream exceeded its maximum. */
    void endAtMaximum(List<UpstreamEvent> last, String nativeReason, int attempts) {
        for (int candidate = 0; candidate < candidates; candidate++) {
            UpstreamEvent.Finish end = ends[candidate];
            if (end != null && end.reason() == FinishReason.STOP) {
                ended.clear(candidate);
            }
        }
        keptBack.removeIf(
                event -> event instanceof UpstreamEvent.Finish finish && finish.reason() == FinishReason.STOP);
        cutShort(last, nativeReason, attempts);
    }

    /** The latest finish reason of any candidate, or null. */
    @Nullable
    FinishReason finishReason() {
        return finishReason;
    }

    /** The provider's word for the filter that has stopped a candidate, or null. */
    @Nullable
    String filter() {
        return filter;
    }

    /** Returns whether the upstream says that it has made no image. */
    boolean saysNoImage() {
        return noImage != null;
    }

    /** Returns why the response is not usable. */
    ApiError unusable() {
        return noImage == null ? UpstreamErrors.unavailable() : UpstreamErrors.noImage(noImage);
    }

    void clear() {
        keptBack.clear();
    }

    /** Returns whether any output has arrived. */
    boolean hasOutput() {
        return hasOutput;
    }

    /** Returns whether the response was cut by length before there was anything but thoughts. */
    boolean isCutInThoughts() {
        return finishReason == FinishReason.LENGTH && !hasMoreThanThoughts;
    }

    /** Returns whether a filter refused the response before there was output (D48), or refused the prompt before anything left (D57). */
    boolean isBlocked() {
        return (promptBlocked != null && (!begun || sink.leavesWhole()))
                || (!hasOutput && isEndedBy(FinishReason.FILTERED));
    }

    /**
     * Returns whether the response ended without output for a reason that explains nothing, or with output that the upstream could not read itself
     * (protocol 4.4).
     */
    boolean isUnusable() {
        return isMalformed() || (!hasOutput && isEndedBy(FinishReason.OTHER));
    }

    /** Returns whether the upstream could not read a call that the model made. */
    boolean isMalformed() {
        return isEndedBy(FinishReason.MALFORMED);
    }

    private boolean isEndedBy(FinishReason reason) {
        for (UpstreamEvent.@Nullable Finish end : ends) { // each call passes here: a stream would allocate more
            if (end != null && end.reason() == reason) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether every candidate has had a finish reason, even if it continues, and even if that reason still waits. */
    boolean allFinished(Iterable<List<UpstreamEvent>> waiting) {
        BitSet finished = new BitSet();
        for (int candidate = 0; candidate < candidates; candidate++) {
            finished.set(candidate, ends[candidate] != null);
        }
        for (List<UpstreamEvent> events : waiting) {
            for (UpstreamEvent event : events) {
                if (event instanceof UpstreamEvent.Finish finish) {
                    finished.set(finish.candidate());
                }
            }
        }
        return finished.cardinality() >= candidates;
    }

    private void deliver(List<UpstreamEvent> events, int attempts) {
        if (!begun) {
            begun = true;
            sink.answering(attempts);
        }
        sink.events(events);
    }

    /** Returns whether an event belongs to a candidate that was not requested. */
    static boolean isStrange(List<UpstreamEvent> events, int candidates) {
        for (UpstreamEvent event : events) {
            if (candidate(event) >= candidates) {
                return true;
            }
        }
        return false;
    }

    private static int candidate(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text text -> text.candidate();
            case UpstreamEvent.Thought thought -> thought.candidate();
            case UpstreamEvent.ToolCall call -> call.candidate();
            case UpstreamEvent.Media made -> made.candidate();
            case UpstreamEvent.ServerTool tool -> tool.candidate();
            case UpstreamEvent.Grounding grounding -> grounding.candidate();
            case UpstreamEvent.Logprobs logprobs -> logprobs.candidate();
            case UpstreamEvent.Finish finish -> finish.candidate();
            case UpstreamEvent.Report _, UpstreamEvent.Raw _, UpstreamEvent.Embedded _ -> 0;
        };
    }

    static boolean isOutput(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text text -> !text.text().isEmpty();
            case UpstreamEvent.Thought thought -> !thought.text().isEmpty();
            case UpstreamEvent.ToolCall call -> true;
            case UpstreamEvent.Media made -> true;
            case UpstreamEvent.Embedded vectors -> true;
            default -> false;
        };
    }
}
