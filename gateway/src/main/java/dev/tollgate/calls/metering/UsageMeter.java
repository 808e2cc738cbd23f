package dev.tollgate.calls.metering;

import static dev.tollgate.upstreams.pool.UpstreamEvent.Usage.ABSENT;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.calls.metering.Bounds.UsageLimits;
import dev.tollgate.models.Count;
import dev.tollgate.models.Count.Modality;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns an upstream's usage reports and the delivered output into the counts that are charged (D19, D37, D39). Reports are cumulative: the last one
 * counts, but no count may fall. Confined to its call.
 */
final class UsageMeter {

    /** UTF-8 bytes for a token if nothing better is known (D19). */
    private static final long BYTES_PER_TOKEN = 4;

    /** The times that the most of a call's input is believed as tokens of tools: each page and each run of code is read once more. */
    private static final long TIMES_INPUT_MAX = 16;

    private static final List<Modality> OTHERS = List.of(Modality.IMAGE, Modality.AUDIO, Modality.VIDEO);

    /** No model's output limit comes near it. */
    private static final long ANSWER_BYTES_MAX = 64L << 20;

    private final long promptBytes;
    private final UsageLimits limits;
    private final Set<UsageFlag> flags = EnumSet.noneOf(UsageFlag.class);

    private final ReportedCounts counts;
    private final ReportedExtras extras;
    private final Extras.Images images;
    private final DeliveredBytes bytes;
    private boolean isReported;
    private UpstreamEvent.@Nullable Cost cost;
    private long totalReported = ABSENT;

    /** The sum of the parts in the last report. */
    private long partsReported;

    private long promptReported;
    private long toolsReported;
    private long outputReported;
    private long textReported;
    private boolean textEstimated;
    private long cutTokens = Long.MAX_VALUE;

    /** @param promptBytes UTF-8 bytes of the prompt of one request, for an estimate */
    UsageMeter(long promptBytes, UsageLimits limits) {
        this.promptBytes = promptBytes;
        this.limits = limits;
        this.images = limits.images();
        this.bytes = new DeliveredBytes(images);
        this.counts = new ReportedCounts(limits, flags);
        this.extras = new ReportedExtras(limits, flags);
    }

    /** Counts what a batch reports and none of its text, which is not shown: the response has ended before it. */
    void observeReports(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Usage || event instanceof UpstreamEvent.TierGranted) {
                observe(List.of(event));
            }
        }
        observeSearches(events);
    }

    /** Counts the searches that a batch reports, and Google Maps: they were made, even if none of its text is shown. */
    void observeSearches(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Searched searched) {
                extras.searched(searched);
            } else if (event == UpstreamEvent.Located.ON_MAPS) {
                extras.located();
            }
        }
    }

    /**
     * Counts a batch before it is shown. A report covers the whole batch that contains it: it comes before the text of its own chunk and counts that
     * text.
     */
    void observe(List<UpstreamEvent> events) {
        boolean hasReport = false;
        for (UpstreamEvent event : events) {
            switch (event) {
                case UpstreamEvent.Usage usage -> {
                    report(usage);
                    hasReport = true;
                }
                case UpstreamEvent.Searched searched -> extras.searched(searched);
                case UpstreamEvent.Located located -> extras.located();
                case UpstreamEvent.TierGranted tier -> extras.granted(tier);
                case UpstreamEvent.Cost said -> cost = said;
                default -> bytes.add(event);
            }
        }
        if (hasReport) {
            isReported = true;
            bytes.reported();
        }
    }

    /**
     * Returns the billed output tokens so far: the reported ones, plus one for each byte since the last report, which no tokenizer exceeds (D46).
     * Never above the model's limit, which no hold covers. Images count their weight.
     */
    long billedOutputTokens(boolean reasoningBilled) {
        return output(reportedTextTokens() + bytes.visibleSinceReport(), reasoningBilled);
    }

    private long output(long text, boolean reasoningBilled) {
        long made = images.weightOf(imageTokens()) + bytes.weightSinceReport();
        long most = limits.modelOutputTokens() + images.mostWeight() - images.mostTokens();
        return Math.min(most, words(text, reasoningBilled) + made);
    }

    private long words(long text, boolean reasoningBilled) {
        return text + bytes.speechSinceReport() + (reasoningBilled ? counts.of(Count.REASONING) : 0);
    }

    /** Returns the billed output tokens so far without images, which have room of their own above a maximum. */
    long billedWordTokens(boolean reasoningBilled) {
        return words(reportedTextTokens() + bytes.visibleSinceReport(), reasoningBilled);
    }

    /** Returns the billed output tokens so far without text above its maximum, which is not shown. */
    long shownOutputTokens(boolean reasoningBilled) {
        return output(
                Math.min(limits.textTokens(), reportedTextTokens() + bytes.visibleSinceReport()), reasoningBilled);
    }

    /** Counts text that no report counts by its bytes from here on, since none will come. */
    void estimatesText() {
        textEstimated = true;
    }

    /** Returns the output tokens without thoughts and images, with estimated ones only if no report will count them. */
    long textTokensSoFar() {
        return reportedTextTokens() + (textEstimated ? tokens(bytes.visibleSinceReport()) : 0);
    }

    /** Returns the reported output tokens without thoughts and images; 0 without a report. */
    long reportedTextTokens() {
        return counts.of(Count.COMPLETION) - allImageTokens();
    }

    /**
     * Returns the reported tokens of images that the model has made: the upstream's own detail, or without one the tokens of the images that were shown (Y4).
     */
    private long imageTokens() {
        return Math.min(images.mostTokens(), allImageTokens());
    }

    /** Returns the tokens of all images, also of those above the most that are charged: they are no text, and cost the caller nothing. */
    private long allImageTokens() {
        long told = counts.of(Count.OUTPUT_IMAGE);
        long completion = counts.of(Count.COMPLETION);
        if (images.most() == 0 || told > 0) {
            return images.most() == 0 ? 0 : Math.min(told, completion);
        }
        long first = Math.min(bytes.images() * images.tokens(), completion);
        // Drafts are not counted: further images are those that the rest has room for.
        long further = Math.min(bytes.imagesArrived() - bytes.images(), (completion - first) / images.tokens());
        return first + further * images.tokens();
    }

    /** Returns the bytes of output without thoughts since the last report. */
    long unreportedTextBytes() {
        return bytes.visibleSinceReport();
    }

    /** Returns the reported prompt tokens, within the call's limit; -1 without a report. */
    long reportedInputTokens() {
        long prompt = Math.min(limits.promptTokens(), counts.of(Count.PROMPT));
        return counts.has(Count.PROMPT) ? prompt + Math.min(limits.toolTokens(prompt), counts.of(Count.TOOLS)) : -1;
    }

    /** Returns whether the upstream has reported any usage. */
    boolean isReported() {
        return isReported;
    }

    /** Returns whether the upstream has reported any tokens, which the customer or the platform pays for. */
    boolean isPaid() {
        return isReported && Math.max(promptReported, outputReported) + counts.of(Count.REASONING) > 0;
    }

    /** Returns what the upstream says that it charges; null if it says nothing. */
    UpstreamEvent.@Nullable Cost cost() {
        return cost;
    }

    /** Returns whether the reported output exceeds the maximum in force. The response ends there (D53). */
    boolean passedMaximum() {
        return limits.hasMaximum() && (outputReported > limits.billedOutputTokens() || passedText());
    }

    /** Returns whether the text alone exceeds its maximum. */
    boolean passedText() {
        return Math.max(textReported, textTokensSoFar()) > limits.textTokens();
    }

    /** Returns the highest reports if they exceed the call's limits (D53); else null. */
    ExcessReports.@Nullable Excess excess() {
        return promptReported > limits.inputTokens() || outputReported > limits.billedOutputTokens()
                ? new ExcessReports.Excess(promptReported, outputReported)
                : null;
    }

    /** Returns whether more bytes arrived than any model can write, so that the upstream counts as broken. */
    boolean isBeyondAnyAnswer() {
        return bytes.all() > ANSWER_BYTES_MAX;
    }

    /** Ends the response here: billed output above this count is not charged, whatever was reported (D32). */
    void cutAt(long billedOutputTokens) {
        cutTokens = billedOutputTokens;
    }

    Set<UsageFlag> flags() {
        return flags;
    }

    /**
     * Returns the tokens of tools that the upstream has reported, within the limit or above it: the operator pays for them. What no tool can read is not
     * believed.
     */
    long toolTokensReported() {
        return Math.min(toolsReported, TIMES_INPUT_MAX * limits.inputTokens());
    }

    /** Returns the tokens of images that the upstream has reported or sent, charged or not, as far as they are believed. */
    long imageTokensReported() {
        return Math.min(allImageTokens(), TIMES_INPUT_MAX * images.mostTokens());
    }

    /** Returns the flags of the {@link #reported} counts. */
    Set<UsageFlag> reportedFlags() {
        Set<UsageFlag> its = flags.isEmpty() ? EnumSet.noneOf(UsageFlag.class) : EnumSet.copyOf(flags);
        its.remove(UsageFlag.ESTIMATED);
        return its;
    }

    /** Returns the counts to charge. */
    Usage usage() {
        return usage(true);
    }

    /** Returns the counts to charge without what is only estimated: balance and limits are asked for these alone (D19). */
    Usage reported() {
        return usage(false);
    }

    private Usage usage(boolean estimates) {
        long prompt = counts.of(Count.PROMPT);
        if (estimates && (!counts.has(Count.PROMPT) || (prompt == 0 && promptBytes > 0))) {
            prompt = estimated(promptBytes * requests());
        }
        prompt = atMost(limits.promptTokens(), prompt);
        long toolUse = atMost(limits.toolTokens(prompt), counts.of(Count.TOOLS));
        long text = reportedTextTokens();
        long made = imageTokens();
        if (estimates && text + made == 0 && bytes.visible() + bytes.images() + bytes.speechTokens() > 0) {
            made = bytes.images() * images.tokens();
            text = Math.min(mostText(made), bytes.speechTokens() + estimated(bytes.visible()));
        }
        long whole = atMost(limits.billedOutputTokens(), made + text);
        made = Math.min(made, images.tokensIn(cutTokens));
        long candidates = Math.min(made + Math.min(limits.textTokens(), text), whole);
        long thoughts = thoughts(candidates, estimates);
        long together = limits.reasoningBilled() ? limits.billedOutputTokens() : limits.modelOutputTokens();
        thoughts = atMost(together - candidates, thoughts);
        checkTotal();
        long textCut = cutTokens - images.weightOf(made);
        candidates = made + Math.min(candidates - made, textCut);
        if (limits.reasoningBilled()) {
            thoughts = Math.min(thoughts, textCut - (candidates - made));
        }
        Usage usage = extras.usage(counts, prompt, toolUse, candidates, thoughts, textTokens(candidates))
                .ofRequests(requests(), limits.tariff());
        return images.most() == 0 ? made(usage) : images(usage, made);
    }

    /** Returns the most text that a count of all output leaves. */
    private long mostText(long made) {
        return counts.allOutput() == 0 ? Long.MAX_VALUE : Math.max(0, counts.allOutput() - made);
    }

    /** Returns the thoughts: within a count of all output, at most the rest. */
    private long thoughts(long candidates, boolean estimates) {
        long thoughts = counts.of(Count.REASONING);
        if (counts.allOutput() > 0) {
            return Math.min(thoughts, Math.max(0, counts.allOutput() - candidates));
        }
        return estimates && thoughts == 0 && bytes.thoughts() > 0 ? estimated(bytes.thoughts()) : thoughts;
    }

    /** Returns the requests that count: of several, those that brought an image. */
    private int requests() {
        return Math.clamp(bytes.images(), 1, Math.max(1, images.held()));
    }

    /** Returns a usage with images at their rate; the text is what remains, as Google counts it. */
    private Usage images(Usage usage, long tokens) {
        long told = counts.of(Count.OUTPUT_IMAGE);
        if (told == 0 && tokens > 0) {
            flags.add(UsageFlag.ESTIMATED);
        } else if (told > images.mostTokens() || told > counts.of(Count.COMPLETION)) {
            flags.add(UsageFlag.CLAMPED);
        }
        return usage.with(Count.OUTPUT_IMAGE, tokens).with(Count.TEXT, usage.candidatesTokens() - tokens);
    }

    /** Returns a usage with the parts of its output that are no text, each cut to the output that was reported; the text is what remains. */
    private Usage made(Usage usage) {
        Usage made = bytes.speechTokens() > 0 && bytes.visible() == 0 ? usage.with(Count.TEXT, 0) : usage;
        for (Count part : Count.MADE) {
            long tokens =
                    Math.min(usage.candidatesTokens(), extras.within(counts.of(Count.COMPLETION), counts.of(part)));
            made = tokens == 0 ? made : made.with(part, tokens).with(Count.TEXT, rest(usage.candidatesTokens()));
        }
        return made;
    }

    /** Returns the service tier that the response names (P4). */
    ServiceTier answeredTier() {
        return extras.answered();
    }

    private void report(UpstreamEvent.Usage usage) {
        totalReported = usage.totalTokens();
        partsReported = present(usage.of(Count.PROMPT))
                + present(usage.of(Count.TOOLS))
                + present(usage.of(Count.COMPLETION))
                + present(usage.of(Count.REASONING));
        counts.follow(usage);
        noteMost(usage);
    }

    private void noteMost(UpstreamEvent.Usage usage) {
        promptReported = Math.max(promptReported, sum(usage.of(Count.PROMPT), usage.of(Count.TOOLS)));
        toolsReported = Math.max(toolsReported, usage.of(Count.TOOLS));
        long reasoning = limits.reasoningBilled() ? usage.of(Count.REASONING) : 0;
        textReported = Math.max(textReported, usage.of(Count.COMPLETION) - allImageTokens());
        long uncharged = allImageTokens() - imageTokens();
        outputReported = Math.max(outputReported, sum(usage.of(Count.COMPLETION), reasoning) - uncharged);
    }

    /** Adds two counts, each absent, negative, or as large as a number can be. */
    static long sum(long one, long other) {
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

    /** Returns the reported text tokens, or the rest that the other details leave. */
    private long textTokens(long candidates) {
        long text = counts.of(Count.TEXT);
        return text > 0 && text <= candidates ? text : rest(candidates);
    }

    private long rest(long candidates) {
        long left = candidates;
        for (Modality other : OTHERS) {
            left -= Math.clamp(counts.candidatesDetails().of(other), 0, left);
        }
        return left;
    }

    private static long present(long count) {
        return count == ABSENT ? 0 : count;
    }

    private long estimated(long bytes) {
        flags.add(UsageFlag.ESTIMATED);
        return tokens(bytes);
    }

    private static long tokens(long bytes) {
        return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }
}
