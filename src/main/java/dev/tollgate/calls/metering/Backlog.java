package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The batches of a response that have arrived but have not been shown. The hold covers a batch as a whole or not at all. The head is counted before
 * it is shown, so its cost is known by then. Confined to its call.
 */
final class Backlog {

    private final Deque<List<UpstreamEvent>> batches = new ArrayDeque<>(2);
    private final boolean reasoningBilled;
    private boolean headCounted;
    private long tokensBeforeHead;

    Backlog(boolean reasoningBilled) {
        this.reasoningBilled = reasoningBilled;
    }

    /**
     * Adds events. Splits them before each usage report, because a report counts the rest of its chunk: coverage is then decided for each report,
     * however much arrives in one read.
     */
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

    /** Returns the approximate size in memory: characters of text, and bytes of raw chunks. */
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
     * Counts the batches that wait and hands out those that the hold covers, up to the batch that ends the response.
     *
     * @param ends whether the response ends with a batch that was counted
     * @return whether the hold covers all batches
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

    /** Counts all batches, covered or not: a complete response is charged in full. */
    void countAll(UsageMeter usage, Coverage coverage) {
        while (!batches.isEmpty()) {
            countHead(usage, coverage);
            removeHead();
        }
    }

    /** Counts all batches of a response that is not charged, for the operator's cost. */
    void countThrownAway(UsageMeter usage) {
        while (!batches.isEmpty()) {
            if (!headCounted) {
                usage.observe(batches.element());
            }
            removeHead();
        }
    }

    /** Counts what the batches that wait report, for a caller that has left: none of their text was delivered (D19). */
    void countReports(UsageMeter usage) {
        batches.forEach(usage::observeReports);
    }

    /** Counts the searches of the batches that wait, for a response that is cut before them (D32). */
    void countSearches(UsageMeter usage) {
        batches.forEach(usage::observeSearches);
    }

    List<UpstreamEvent> removeHead() {
        headCounted = false;
        return batches.remove();
    }

    /** Returns the billed output tokens before the head was counted. */
    long tokensBeforeHead() {
        return tokensBeforeHead;
    }

    /** Removes a counted head from the usage: output that is never shown is not charged (D32). */
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
