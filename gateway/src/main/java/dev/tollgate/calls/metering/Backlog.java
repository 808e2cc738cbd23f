package dev.tollgate.calls.metering;

import dev.tollgate.models.Count;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
    private final UnsureText unsure;
    private boolean headCounted;
    private long tokensBeforeHead;
    private long wordsBeforeHead;
    private long textReportedBeforeHead;
    private long textBytesBeforeHead;

    Backlog(Bounds bounds) {
        this.reasoningBilled = bounds.model().pricing().reasoningBilled();
        this.unsure = new UnsureText(bounds);
    }

    /**
     * Adds events. Splits them before each usage report, because a report counts the rest of its chunk: coverage is then decided for each report,
     * however much arrives in one read.
     */
    void add(List<UpstreamEvent> events) {
        addSure(unsure.sure(events));
    }

    /** Adds what waits for a report: none will come. */
    void addRest() {
        addSure(unsure.withoutReport());
    }

    private void addSure(List<UpstreamEvent> events) {
        if (events.isEmpty()) {
            return;
        }
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
                size += size(event);
            }
        }
        return size;
    }

    private static long size(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text text -> text.text().length();
            case UpstreamEvent.Thought thought -> thought.text().length();
            case UpstreamEvent.ToolCall call -> call.arguments().length();
            case UpstreamEvent.Media made -> made.data().heapBytes();
            case UpstreamEvent.Raw raw -> raw.bytes();
            default -> 0;
        };
    }

    Iterable<List<UpstreamEvent>> batches() {
        return batches;
    }

    /** Returns the batches, and last what waits for a report. */
    Iterable<List<UpstreamEvent>> all() {
        List<List<UpstreamEvent>> all = new ArrayList<>(batches);
        all.add(unsure.held);
        return all;
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
            if (!coverage.covers(usage.shownOutputTokens(reasoningBilled)) || ends.test(batches.element())) {
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

    /** Returns the billed output tokens without images before the head was counted. */
    long wordsBeforeHead() {
        return wordsBeforeHead;
    }

    /** Returns the reported output tokens without thoughts before the head was counted. */
    long textReportedBeforeHead() {
        return textReportedBeforeHead;
    }

    /** Returns the bytes without thoughts that no report had counted before the head. */
    long textBytesBeforeHead() {
        return textBytesBeforeHead;
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
        wordsBeforeHead = usage.billedWordTokens(reasoningBilled);
        textReportedBeforeHead = usage.reportedTextTokens();
        textBytesBeforeHead = usage.unreportedTextBytes();
        if (unsure.isEstimated) {
            usage.estimatesText();
        }
        usage.observe(batches.element());
        if (usage.reportedInputTokens() >= 0) {
            coverage.promptIs(usage.reportedInputTokens());
        }
    }

    /**
     * Text that may be above the caller's maximum although the upstream's is not reached, because thoughts have room above it (E39). It waits for the
     * next usage report, by which it is shown or cut. Upstreams that report with each chunk never make it wait. If no report comes until the end, or
     * until too much waits, the text is counted by its bytes. Confined to its call.
     */
    private static final class UnsureText {

        /** No model writes so much into the room; what a broken upstream says is not kept. */
        private static final long SIZE_MAX = 64 << 10;

        /** The size of an event apart from its content. */
        private static final long EVENT_SIZE = 128;

        private final boolean isPossible;
        private final long textTokens;
        private final List<UpstreamEvent> held = new ArrayList<>(0);
        private boolean isReported;
        private boolean isEstimated;
        private long tokens;
        private long bytes;
        private long size;

        UnsureText(Bounds bounds) {
            this.isPossible = bounds.extras().thoughtsRoom() > 0;
            this.textTokens = bounds.usageLimits().textTokens();
        }

        /** Returns what may be shown now: these events and earlier ones, a report before the text that it counts. */
        List<UpstreamEvent> sure(List<UpstreamEvent> events) {
            if (!isPossible) {
                return events;
            }
            List<UpstreamEvent> sure = new ArrayList<>(events.size());
            for (UpstreamEvent event : events) {
                take(event, sure);
            }
            return sure;
        }

        private void take(UpstreamEvent event, List<UpstreamEvent> sure) {
            if (event instanceof UpstreamEvent.Report || event instanceof UpstreamEvent.Thought) {
                sure.add(event); // such thoughts are not shown
                report(event, sure);
                return;
            }
            long more = isReported ? 0 : bytes(event);
            bytes += more;
            boolean isUnsure = more > 0 && tokens + bytes > textTokens;
            if (!isUnsure && held.isEmpty()) {
                sure.add(event);
                return;
            }
            held.add(event);
            size += EVENT_SIZE + signed(event) + Backlog.size(event);
            if (size > SIZE_MAX) {
                sure.addAll(withoutReport());
            }
        }

        private void report(UpstreamEvent event, List<UpstreamEvent> sure) {
            if (event instanceof UpstreamEvent.Usage usage) {
                tokens = Math.max(tokens, usage.of(Count.COMPLETION));
                bytes = 0;
                isReported = true;
                sure.addAll(rest());
            } else if (event instanceof UpstreamEvent.Unreported) {
                isReported = false;
            }
        }

        /** Returns what waits for a report, to be counted without one. */
        List<UpstreamEvent> withoutReport() {
            isEstimated = isPossible;
            return rest();
        }

        private List<UpstreamEvent> rest() {
            List<UpstreamEvent> all = List.copyOf(held);
            held.clear();
            size = 0;
            return all;
        }

        private static long bytes(UpstreamEvent event) {
            return switch (event) {
                case UpstreamEvent.Text text -> Utf8.length(text.text());
                case UpstreamEvent.ToolCall call -> Utf8.length(call.name()) + Utf8.length(call.arguments());
                case UpstreamEvent.Media made -> Extras.Images.NONE.weight();
                default -> 0;
            };
        }

        /** Returns the size of what Gemini adds to a part, or says of its own tools. */
        private static long signed(UpstreamEvent event) {
            String added =
                    switch (event) {
                        case UpstreamEvent.Text text -> text.signature();
                        case UpstreamEvent.ToolCall call -> call.signature();
                        case UpstreamEvent.Media made -> made.signature();
                        case UpstreamEvent.ServerTool tool -> tool.part();
                        default -> null;
                    };
            return added == null ? 0 : added.length();
        }
    }
}
