package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What an upstream has said and nobody has been shown yet, in batches that are each covered by the hold as a whole. The head is counted
 * when it is looked at, so that what it comes to is known before it is shown. Confined to its call.
 */
final class Backlog {

    private final Deque<List<UpstreamEvent>> batches = new ArrayDeque<>(2);
    private final boolean reasoningBilled;
    private boolean headCounted;
    private long tokensBeforeHead;

    Backlog(boolean reasoningBilled) {
        this.reasoningBilled = reasoningBilled;
    }

    /** Each report of usage counts the rest of its chunk: what it covers is decided for itself, however much came at once. */
    void add(List<UpstreamEvent> events) {
        int from = 0;
        for (int at = 1; at < events.size(); at++) {
            if (events.get(at) instanceof UpstreamEvent.Usage || events.get(at) instanceof UpstreamEvent.Unreported) {
                batches.add(events.subList(from, at));
                from = at;
            }
        }
        batches.add(from == 0 ? events : events.subList(from, events.size()));
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** What it comes to in memory, roughly: characters, and bytes of chunks as they came. */
    long size() {
        long size = 0;
        for (List<UpstreamEvent> batch : batches) {
            for (UpstreamEvent event : batch) {
                size += switch (event) {
                    case UpstreamEvent.Text text -> text.text().length();
                    case UpstreamEvent.Thought thought -> thought.text().length();
                    case UpstreamEvent.ToolCall call -> call.arguments().length();
                    case UpstreamEvent.Media made -> made.data().length();
                    case UpstreamEvent.Raw raw -> raw.bytes();
                    default -> 0;
                };
            }
        }
        return size;
    }

    Iterable<List<UpstreamEvent>> batches() {
        return batches;
    }

    /**
     * Counts what is there, and gives away what the hold covers of it, up to the batch that ends the answer.
     *
     * @param ends whether the answer ends with a batch that was counted
     * @return whether it covers all
     */
    boolean takeCovered(
            UsageMeter usage,
            Coverage coverage,
            Predicate<List<UpstreamEvent>> ends,
            Consumer<List<UpstreamEvent>> taken) {
        while (!batches.isEmpty()) {
            countHead(usage, coverage);
            if (!coverage.covers(usage.billedOutputTokens(reasoningBilled)) || ends.test(batches.element())) {
                return false;
            }
            taken.accept(removeHead());
        }
        return true;
    }

    /** Counts what is there, covered or not: a whole answer is charged as a whole. */
    void countAll(UsageMeter usage, Coverage coverage) {
        while (!batches.isEmpty()) {
            countHead(usage, coverage);
            removeHead();
        }
    }

    List<UpstreamEvent> removeHead() {
        headCounted = false;
        return batches.remove();
    }

    /** What was billed before the head was counted. */
    long tokensBeforeHead() {
        return tokensBeforeHead;
    }

    /** Nobody is shown what waits any more: it is not charged either (D32). */
    void leaveOut(UsageMeter usage) {
        if (headCounted) {
            usage.cutAt(tokensBeforeHead);
        }
    }

    void clear() {
        batches.clear();
        headCounted = false;
    }

    private void countHead(UsageMeter usage, Coverage coverage) {
        if (headCounted) {
            return;
        }
        headCounted = true;
        tokensBeforeHead = usage.billedOutputTokens(reasoningBilled);
        usage.observe(batches.element());
        if (usage.reportedInputTokens() >= 0) {
            coverage.promptIs(usage.reportedInputTokens());
        }
    }
}
