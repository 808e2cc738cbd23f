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

    private final ReportedCounts counts;
    private final DeliveredBytes bytes = new DeliveredBytes();
    private long totalReported = ABSENT;

    /** The sum of the last report's parts. */
    private long partsReported;

    private long promptReported;
    private long outputReported;
    private long cutTokens = Long.MAX_VALUE;

    /** @param promptBytes UTF-8 bytes of the prompt, for an estimate */
    UsageMeter(long promptBytes, UsageLimits limits) {
        this.promptBytes = promptBytes;
        this.limits = limits;
        this.counts = new ReportedCounts(limits, flags);
    }

    /**
     * Takes in a batch before it is shown. A report counts the whole batch that it came with: it stands before the text of its
     * own chunk, and counts it.
     */
    void observe(List<UpstreamEvent> events) {
        boolean hasReport = false;
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Usage usage) {
                report(usage);
                hasReport = true;
            } else {
                bytes.add(event);
            }
        }
        if (hasReport) {
            bytes.reported();
        }
    }

    /**
     * Output tokens of the kinds that are billed, so far: as reported, and since the last report one token a byte, which no
     * tokenizer exceeds (D46); never beyond the model's limit, which no hold covers.
     */
    long billedOutputTokens(boolean reasoningBilled) {
        long known = present(counts.candidates()) + (reasoningBilled ? counts.thoughts() : 0);
        return Math.min(limits.modelOutputTokens(), known + bytes.visibleSinceReport());
    }

    /** The prompt's tokens as reported, as far as the call can have them; or -1 while nothing was. */
    long reportedInputTokens() {
        return counts.prompt() == ABSENT ? -1 : Math.min(limits.promptTokens(), counts.prompt() + counts.toolUse());
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

    /** Returns the UTF-8 bytes of everything that was said; see {@link DeliveredBytes#all}. */
    long deliveredBytes() {
        return bytes.all();
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
        long prompt = counts.prompt();
        if (prompt == ABSENT || (prompt == 0 && promptBytes > 0)) {
            prompt = estimated(promptBytes);
        }
        prompt = atMost(limits.promptTokens(), prompt);
        long toolUse = atMost(limits.promptTokens() - prompt, counts.toolUse());
        long candidates = present(counts.candidates());
        if (candidates == 0 && bytes.visible() > 0) {
            candidates = estimated(bytes.visible());
        }
        candidates = atMost(limits.billedOutputTokens(), candidates);
        long thoughts = counts.thoughts();
        if (thoughts == 0 && bytes.thoughts() > 0) {
            thoughts = estimated(bytes.thoughts());
        }
        long together = limits.reasoningBilled() ? limits.billedOutputTokens() : limits.modelOutputTokens();
        thoughts = atMost(together - candidates, thoughts);
        checkTotal();
        candidates = Math.min(candidates, cutTokens);
        if (limits.reasoningBilled()) {
            thoughts = Math.min(thoughts, cutTokens - candidates);
        }
        long audio = within(prompt, counts.promptDetails().audioTokens());
        long image = within(prompt - audio, counts.promptDetails().imageTokens());
        return new Usage(
                prompt,
                toolUse,
                candidates,
                thoughts,
                Math.min(counts.cached(), prompt),
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
        counts.follow(usage);
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
        UpstreamEvent.Modalities details = counts.candidatesDetails();
        long text = details.textTokens();
        if (text > 0 && text <= candidates) {
            return text;
        }
        long left = candidates;
        for (long other : new long[] {details.imageTokens(), details.audioTokens(), details.videoTokens()}) {
            left -= Math.clamp(other, 0, left);
        }
        return left;
    }

    private static long present(long count) {
        return count == ABSENT ? 0 : count;
    }

    private long estimated(long bytes) {
        flags.add(UsageFlag.ESTIMATED);
        return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }
}
