package dev.tollgate.metering;

import dev.tollgate.upstream.UpstreamEvent;
import dev.tollgate.upstream.UpstreamEvent.FinishReason;
import java.util.ArrayList;
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
    private final BitSet finished = new BitSet();
    private final BitSet stopped = new BitSet();

    private boolean hasOutput;
    private boolean begun;
    private boolean malformed;
    private boolean promptBlocked;
    private @Nullable FinishReason finishReason;

    Delivery(Sink sink, int candidates) {
        this.sink = sink;
        this.candidates = candidates;
    }

    /** @param attempts how often the upstream has been asked */
    void show(List<UpstreamEvent> events, int attempts) {
        for (UpstreamEvent event : events) {
            promptBlocked |= event instanceof UpstreamEvent.PromptBlocked;
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

    /** Ends every candidate that has no end yet as one cut by length (D32). */
    void cutShort(List<UpstreamEvent> last, String nativeReason, int attempts) {
        keptBack.addAll(last);
        BitSet ended = finishedWith(List.of());
        for (int candidate = 0; candidate < candidates; candidate++) {
            if (!ended.get(candidate)) {
                keptBack.add(new UpstreamEvent.Finish(candidate, FinishReason.LENGTH, nativeReason));
            }
        }
        showKeptBack(attempts);
    }

    /** Ends every candidate as one cut by length, those that have ended by themselves too: the upstream has said more than it was to. */
    void endAtMaximum(List<UpstreamEvent> last, String nativeReason, int attempts) {
        keptBack.forEach(event -> noteStop(event, stopped));
        finished.andNot(stopped);
        keptBack.removeIf(
                event -> event instanceof UpstreamEvent.Finish finish && finish.reason() == FinishReason.STOP);
        cutShort(last, nativeReason, attempts);
    }

    private static void noteStop(UpstreamEvent event, BitSet stopped) {
        if (event instanceof UpstreamEvent.Finish finish) {
            stopped.set(finish.candidate(), finish.reason() == FinishReason.STOP);
        }
    }

    /** The latest end of a candidate that was shown, or null. */
    @Nullable
    FinishReason finishReason() {
        return finishReason;
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
        return (promptBlocked && (!begun || sink.leavesWhole()))
                || (!hasOutput && keptBack.stream().anyMatch(Delivery::isRefusal));
    }

    /** An end that means nothing without output, or one that the upstream itself could not read (protocol 4.4). */
    boolean isUnusable() {
        return malformed || (!hasOutput && keptBack.stream().anyMatch(Delivery::needsOutput));
    }

    /** Whether every candidate has had its finish reason, what still waits included. */
    boolean allFinished(Iterable<List<UpstreamEvent>> waiting) {
        return finishedWith(waiting).cardinality() >= candidates;
    }

    private BitSet finishedWith(Iterable<List<UpstreamEvent>> waiting) {
        BitSet all = (BitSet) finished.clone();
        keptBack.forEach(event -> note(event, all));
        waiting.forEach(events -> events.forEach(event -> note(event, all)));
        return all;
    }

    private static void note(UpstreamEvent event, BitSet ended) {
        if (event instanceof UpstreamEvent.Finish finish) {
            ended.set(finish.candidate());
        }
    }

    private void deliver(List<UpstreamEvent> events, int attempts) {
        if (!begun) {
            begun = true;
            sink.answering(attempts);
        }
        for (UpstreamEvent event : events) {
            note(event, finished);
            noteStop(event, stopped);
            if (event instanceof UpstreamEvent.Finish finish) {
                finishReason = finish.reason();
                malformed |= finishReason == FinishReason.MALFORMED;
            }
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

    private static boolean isRefusal(UpstreamEvent event) {
        return event instanceof UpstreamEvent.PromptBlocked
                || (event instanceof UpstreamEvent.Finish finish && finish.reason() == FinishReason.FILTERED);
    }

    private static boolean needsOutput(UpstreamEvent event) {
        return event instanceof UpstreamEvent.Finish finish
                && (finish.reason() == FinishReason.MALFORMED || finish.reason() == FinishReason.OTHER);
    }
}
