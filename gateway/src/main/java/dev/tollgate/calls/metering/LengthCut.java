package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of a batch that the hold still covers: text is cut in proportion to its bytes, at a character's border; a call that is not
 * covered is left out, and so is a picture or another file that the model has made, and so is everything after the cut, and a chunk as it came (D46).
 */
final class LengthCut {

    private final boolean thoughtsCount;
    private final long mediumBytes;
    private long bytesLeft;
    private boolean over;

    private LengthCut(boolean thoughtsCount, long mediumBytes, long bytesLeft) {
        this.thoughtsCount = thoughtsCount;
        this.mediumBytes = mediumBytes;
        this.bytesLeft = bytesLeft;
    }

    /**
     * @param events the batch
     * @param tokens what the batch counts; 0 where the prompt alone has used up what was covered
     * @param coveredTokens how many of them are covered, less than {@code tokens}
     * @param thoughtsCount whether thoughts are billed
     * @param mediumBytes what a picture counts
     */
    static List<UpstreamEvent> of(
            List<UpstreamEvent> events, long tokens, long coveredTokens, boolean thoughtsCount, long mediumBytes) {
        return of(events, 0, tokens, coveredTokens, thoughtsCount, mediumBytes);
    }

    private static List<UpstreamEvent> of(
            List<UpstreamEvent> events,
            long bytesBefore,
            long tokens,
            long coveredTokens,
            boolean thoughtsCount,
            long mediumBytes) {
        long bytes = bytesBefore + bytes(events, thoughtsCount, mediumBytes);
        long bytesCovered = tokens <= 0 ? 0 : bytes * Math.max(0, coveredTokens) / tokens - bytesBefore;
        LengthCut cut = new LengthCut(thoughtsCount, mediumBytes, Math.max(0, bytesCovered));
        List<UpstreamEvent> covered = new ArrayList<>(events.size());
        for (UpstreamEvent event : events) {
            cut.take(event, covered);
        }
        return covered;
    }

    /**
     * The part of a batch that lies within the maximum which its report has passed (D53). A report of more tokens than there are bytes
     * says nothing of where it was passed: what came with it is shown.
     *
     * @param bytesBefore of what was shown before it and is counted with it
     * @param tokens what both count
     * @param tokensLeft what the maximum leaves of them
     */
    static List<UpstreamEvent> atMaximum(
            List<UpstreamEvent> events,
            long bytesBefore,
            long tokens,
            long tokensLeft,
            boolean thoughtsCount,
            long mediumBytes) {
        return tokens > bytesBefore + bytes(events, thoughtsCount, mediumBytes)
                ? of(events, 1, 1, thoughtsCount, mediumBytes)
                : of(events, bytesBefore, tokens, tokensLeft, thoughtsCount, mediumBytes);
    }

    private static long bytes(List<UpstreamEvent> events, boolean thoughtsCount, long mediumBytes) {
        return events.stream()
                .mapToLong(event -> bytes(event, thoughtsCount, mediumBytes))
                .sum();
    }

    private static long bytes(UpstreamEvent event, boolean thoughtsCount, long mediumBytes) {
        return switch (event) {
            case UpstreamEvent.Text text -> Utf8.length(text.text());
            case UpstreamEvent.Thought thought -> thoughtsCount ? Utf8.length(thought.text()) : 0;
            case UpstreamEvent.ToolCall call -> Utf8.length(call.name()) + Utf8.length(call.arguments());
            case UpstreamEvent.Media made -> mediumBytes;
            default -> 0;
        };
    }

    private void take(UpstreamEvent event, List<UpstreamEvent> covered) {
        if (event instanceof UpstreamEvent.Started) {
            covered.add(event);
        }
        boolean isWhole = event instanceof UpstreamEvent.Finish || event instanceof UpstreamEvent.Raw;
        if (over || event instanceof UpstreamEvent.Started || isWhole) {
            return;
        }
        long bytes = bytes(event, thoughtsCount, mediumBytes);
        if (bytes <= bytesLeft) {
            bytesLeft -= bytes;
            covered.add(event);
            return;
        }
        over = true;
        switch (event) {
            case UpstreamEvent.Text text ->
                covered.add(new UpstreamEvent.Text(text.candidate(), Utf8.prefix(text.text(), bytesLeft), null));
            case UpstreamEvent.Thought thought ->
                covered.add(
                        new UpstreamEvent.Thought(thought.candidate(), Utf8.prefix(thought.text(), bytesLeft), null));
            default -> {
                // a call or a file is whole or not at all
            }
        }
    }
}
