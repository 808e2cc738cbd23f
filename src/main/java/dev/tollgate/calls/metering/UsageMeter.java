package dev.tollgate.calls.metering;

import static dev.tollgate.upstreams.pool.UpstreamEvent.Usage.ABSENT;

import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows what an upstream reports of its usage and what has been delivered, and makes of both the counts that are charged
 * (D19, D37, D39). Counts are cumulative: the last report counts, but none may fall. Confined to its call.
 */
final class UsageMeter {

    /** UTF-8 bytes to a token where nothing better is known (D19). */
    private static final long BYTES_PER_TOKEN = 4;

    /** What a medium in an answer counts for until its tokens are reported: Google counts 1,290 of them for a picture. */
    static final long MEDIUM_BYTES = 1_290 * BYTES_PER_TOKEN;

    private final long promptBytes;
    private final UsageLimits limits;
    private final Set<UsageFlag> flags = EnumSet.noneOf(UsageFlag.class);

    /** Of the last report: its total, and the sum of its parts. Not the report itself: of thousands of streams each would keep one alive. */
    private long totalReported = ABSENT;

    private long partsReported;
    private UpstreamEvent.Modalities promptDetails = UpstreamEvent.Modalities.NONE;
    private UpstreamEvent.Modalities candidatesDetails = UpstreamEvent.Modalities.NONE;
    private long promptTokens = ABSENT;
    private long toolUsePromptTokens;
    private long candidatesTokens = ABSENT;
    private long thoughtsTokens;
    private long cachedTokens;
    private long visibleBytes;
    private long visibleBytesAtReport;
    private long thoughtBytes;
    private long mediaBytes;
    private long rawBytes;
    private long promptReported;
    private long outputReported;
    private long cutTokens = Long.MAX_VALUE;

    /** @param promptBytes UTF-8 bytes of the prompt, for an estimate */
    UsageMeter(long promptBytes, UsageLimits limits) {
        this.promptBytes = promptBytes;
        this.limits = limits;
    }

    /**
     * Takes in a batch before it is shown. A report counts the whole batch that it came with: it stands before the text of its
     * own chunk, and counts it.
     */
    void observe(List<UpstreamEvent> events) {
        boolean hasReport = false;
        for (UpstreamEvent event : events) {
            switch (event) {
                case UpstreamEvent.Text text -> visibleBytes += Utf8.length(text.text());
                case UpstreamEvent.Thought thought -> thoughtBytes += Utf8.length(thought.text());
                case UpstreamEvent.ToolCall call ->
                    visibleBytes += Utf8.length(call.name()) + Utf8.length(call.arguments());
                case UpstreamEvent.Media made -> {
                    visibleBytes += MEDIUM_BYTES;
                    mediaBytes += made.data().length();
                }
                case UpstreamEvent.Usage usage -> {
                    report(usage);
                    hasReport = true;
                }
                case UpstreamEvent.Raw raw -> rawBytes += raw.bytes();
                default -> {
                    // carries nothing that counts
                }
            }
        }
        if (hasReport) {
            visibleBytesAtReport = visibleBytes;
        }
    }

    /**
     * Output tokens of the kinds that are billed, so far: as reported, and since the last report one token a byte, which no
     * tokenizer exceeds (D46); never beyond the model's limit, which no hold covers.
     */
    long billedOutputTokens(boolean reasoningBilled) {
        long known = candidatesTokens == ABSENT ? 0 : candidatesTokens;
        long since = visibleBytes - visibleBytesAtReport;
        return Math.min(limits.modelOutputTokens(), known + since + (reasoningBilled ? thoughtsTokens : 0));
    }

    /** The prompt's tokens as reported, as far as the call can have them; or -1 while nothing was. */
    long reportedInputTokens() {
        return promptTokens == ABSENT ? -1 : Math.min(limits.promptTokens(), promptTokens + toolUsePromptTokens);
    }

    /** Whether more output was reported than the maximum in force: the answer ends there (D53). */
    boolean passedMaximum() {
        return limits.hasMaximum() && outputReported > limits.billedOutputTokens();
    }

    /** What was reported beyond what the call can come to (D53), or null. */
    ExcessReports.@Nullable Excess excess() {
        return promptReported > limits.promptTokens() || outputReported > limits.billedOutputTokens()
                ? new ExcessReports.Excess(promptReported, outputReported)
                : null;
    }

    /** UTF-8 bytes of everything that was said, thoughts and media included; of chunks as they came, if that is more. */
    long deliveredBytes() {
        return Math.max(visibleBytes + thoughtBytes + mediaBytes, rawBytes);
    }

    /** The answer ends here: no more output of the kinds that are billed is charged, whatever has been reported (D32). */
    void cutAt(long billedOutputTokens) {
        cutTokens = billedOutputTokens;
    }

    Set<UsageFlag> flags() {
        return flags;
    }

    /** The counts to charge, now. */
    Usage usage() {
        long prompt = promptTokens;
        if (prompt == ABSENT || (prompt == 0 && promptBytes > 0)) {
            flags.add(UsageFlag.ESTIMATED);
            prompt = ceilDiv(promptBytes);
        }
        prompt = atMost(limits.promptTokens(), prompt);
        long toolUse = atMost(limits.promptTokens() - prompt, toolUsePromptTokens);
        long candidates = candidatesTokens;
        if (candidates == ABSENT) {
            candidates = 0;
        }
        if (candidates == 0 && visibleBytes > 0) {
            flags.add(UsageFlag.ESTIMATED);
            candidates = ceilDiv(visibleBytes);
        }
        candidates = atMost(limits.billedOutputTokens(), candidates);
        long thoughts = thoughtsTokens;
        if (thoughts == 0 && thoughtBytes > 0) {
            flags.add(UsageFlag.ESTIMATED);
            thoughts = ceilDiv(thoughtBytes);
        }
        long together = limits.reasoningBilled() ? limits.billedOutputTokens() : limits.modelOutputTokens();
        thoughts = atMost(together - candidates, thoughts);
        checkTotal();
        candidates = Math.min(candidates, cutTokens);
        if (limits.reasoningBilled()) {
            thoughts = Math.min(thoughts, cutTokens - candidates);
        }
        long audio = within(prompt, promptDetails.audioTokens());
        long image = within(prompt - audio, promptDetails.imageTokens());
        return new Usage(
                prompt,
                toolUse,
                candidates,
                thoughts,
                Math.min(cachedTokens, prompt),
                audio,
                image,
                textTokens(candidates));
    }

    private void report(UpstreamEvent.Usage usage) {
        totalReported = usage.totalTokens();
        partsReported = present(usage.promptTokens())
                + present(usage.toolUsePromptTokens())
                + present(usage.candidatesTokens())
                + present(usage.thoughtsTokens());
        noteDetails(usage);
        long promptMax = limits.promptTokens();
        long outputMax = limits.modelOutputTokens();
        promptTokens = follow(promptTokens, usage.promptTokens(), promptMax);
        candidatesTokens = follow(candidatesTokens, usage.candidatesTokens(), outputMax);
        toolUsePromptTokens = Math.max(0, follow(toolUsePromptTokens, usage.toolUsePromptTokens(), promptMax));
        thoughtsTokens = Math.max(0, follow(thoughtsTokens, usage.thoughtsTokens(), outputMax));
        cachedTokens = Math.max(0, follow(cachedTokens, usage.cachedTokens(), promptMax));
        noteMost(usage);
    }

    private void noteMost(UpstreamEvent.Usage usage) {
        promptReported = Math.max(promptReported, sum(usage.promptTokens(), usage.toolUsePromptTokens()));
        long reasoning = limits.reasoningBilled() ? usage.thoughtsTokens() : 0;
        outputReported = Math.max(outputReported, sum(usage.candidatesTokens(), reasoning));
    }

    /** Of what is absent, negative, or as large as a number can be. */
    private static long sum(long one, long other) {
        long sum = Math.max(0, one) + Math.max(0, other);
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** They come with some of the reports only, and are mostly the same again. */
    private void noteDetails(UpstreamEvent.Usage usage) {
        if (saysMore(usage.promptDetails(), promptDetails)) {
            promptDetails = usage.promptDetails();
        }
        if (saysMore(usage.candidatesDetails(), candidatesDetails)) {
            candidatesDetails = usage.candidatesDetails();
        }
    }

    private static boolean saysMore(UpstreamEvent.Modalities came, UpstreamEvent.Modalities before) {
        return !came.equals(before) && !came.equals(UpstreamEvent.Modalities.NONE);
    }

    /** The next value of a cumulative count: what came, unless it is missing, negative, falling or beyond the limit. */
    private long follow(long before, long came, long max) {
        if (came == ABSENT) {
            return before;
        }
        if (came < 0) {
            flags.add(UsageFlag.CLAMPED);
            return before;
        }
        if (came > max) {
            flags.add(UsageFlag.CLAMPED);
            return max;
        }
        if (before != ABSENT && came < before) {
            flags.add(UsageFlag.CLAMPED);
            return before;
        }
        return came;
    }

    private long atMost(long max, long count) {
        if (count > max) {
            flags.add(UsageFlag.CLAMPED);
        }
        return Math.min(max, count);
    }

    private void checkTotal() {
        if (totalReported != ABSENT && totalReported != partsReported) {
            flags.add(UsageFlag.TOTAL_MISMATCH);
        }
    }

    /** A part is never more than its whole: what is printed adds up, and stays within what a receipt can say. */
    private long within(long whole, long part) {
        if (part > whole) {
            flags.add(UsageFlag.CLAMPED);
        }
        return Math.clamp(part, 0, whole);
    }

    /** As reported, or what the details leave of the whole. */
    private long textTokens(long candidates) {
        long text = candidatesDetails.textTokens();
        if (text > 0 && text <= candidates) {
            return text;
        }
        long left = candidates;
        for (long other : new long[] {
            candidatesDetails.imageTokens(), candidatesDetails.audioTokens(), candidatesDetails.videoTokens()
        }) {
            left -= Math.clamp(other, 0, left);
        }
        return left;
    }

    private static long present(long count) {
        return count == ABSENT ? 0 : count;
    }

    private static long ceilDiv(long bytes) {
        return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }
}
