package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands what the hold covers to the door. Until there is output everything is kept back, so that a refusal can still be a plain
 * error (D48). Confined to its call.
 */
final class Delivery {

    private final Sink sink;
    private final int candidates;
    private final List<UpstreamEvent> keptBack = new ArrayList<>();

    /** The last finish reason of each candidate, kept back or shown. */
    private final @Nullable FinishReason[] reasons;

    /** The candidates that have said nothing after their finish reason. */
    private final BitSet ended = new BitSet();

    private boolean hasOutput;
    private boolean begun;
    private boolean promptBlocked;
    private @Nullable FinishReason finishReason;
    private @Nullable String filter;

    Delivery(Sink sink, int candidates) {
        this.sink = sink;
        this.candidates = candidates;
        this.reasons = new FinishReason[candidates];
    }

    /** @param attempts how often the upstream has been asked */
    void show(List<UpstreamEvent> events, int attempts) {
        for (UpstreamEvent event : events) {
            promptBlocked |= event instanceof UpstreamEvent.PromptBlocked;
            note(event);
        }
        if ((!hasOutput && !hasOutput(events)) || (promptBlocked && !begun)) {
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

    private void note(UpstreamEvent event) {
        if (event instanceof UpstreamEvent.Finish finish) {
            reasons[finish.candidate()] = finish.reason();
            ended.set(finish.candidate());
            finishReason = finish.reason();
            filter = finishReason == FinishReason.FILTERED ? finish.nativeReason() : filter;
        } else if (isOutput(event)) {
            ended.clear(candidate(event)); // it goes on (D38)
        }
    }

    /** What waits is not shown whole: its candidates have gone on after their finish reasons, and are cut. */
    void goesOn(Iterable<List<UpstreamEvent>> waiting) {
        for (List<UpstreamEvent> events : waiting) {
            events.stream().filter(Delivery::isOutput).forEach(this::note);
        }
    }

    /** Ends every candidate that has no end yet, or goes on after it, as one cut by length (D32). */
    void cutShort(List<UpstreamEvent> last, String nativeReason, int attempts) {
        last.forEach(this::note);
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

    /** Ends every candidate as one cut by length, those that have ended by themselves too: the upstream has said more than it was to. */
    void endAtMaximum(List<UpstreamEvent> last, String nativeReason, int attempts) {
        for (int candidate = 0; candidate < candidates; candidate++) {
            if (reasons[candidate] == FinishReason.STOP) {
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

    void clear() {
        keptBack.clear();
    }

    /** Whether anything that a caller would call an answer has come. */
    boolean hasOutput() {
        return hasOutput;
    }

    /** Refused by a filter before there was anything to show (D48), or the prompt while nothing has left (D57). */
    boolean isBlocked() {
        return (promptBlocked && (!begun || sink.leavesWhole())) || (!hasOutput && isEndedBy(FinishReason.FILTERED));
    }

    /** An end that means nothing without output, or one that the upstream itself could not read (protocol 4.4). */
    boolean isUnusable() {
        return isEndedBy(FinishReason.MALFORMED) || (!hasOutput && isEndedBy(FinishReason.OTHER));
    }

    private boolean isEndedBy(FinishReason reason) {
        return Arrays.asList(reasons).contains(reason);
    }

    /** Whether every candidate has had a finish reason, also if it goes on, and if that still waits. */
    boolean allFinished(Iterable<List<UpstreamEvent>> waiting) {
        BitSet finished = new BitSet();
        for (int candidate = 0; candidate < candidates; candidate++) {
            finished.set(candidate, reasons[candidate] != null);
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

    /** Whether an event is of a candidate that was not asked for. */
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
            case UpstreamEvent.Started started -> 0;
            case UpstreamEvent.PromptBlocked blocked -> 0;
            case UpstreamEvent.Usage usage -> 0;
            case UpstreamEvent.Unreported mark -> 0;
            case UpstreamEvent.Raw raw -> 0;
        };
    }

    static boolean isOutput(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text text -> !text.text().isEmpty();
            case UpstreamEvent.Thought thought -> !thought.text().isEmpty();
            case UpstreamEvent.ToolCall call -> true;
            case UpstreamEvent.Media made -> true;
            default -> false;
        };
    }
}
