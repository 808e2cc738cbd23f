package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Utf8Buffer;
import java.util.Arrays;

/** Raw counts of one call, checked: none is negative (D37). Immutable. */
public final class Usage {

    private static final int SIZE = Count.values().length;

    public static final Usage NONE = new Usage(ServiceTier.STANDARD);

    private final ServiceTier tier;
    private final long[] counts;

    /**
     * Makes a usage.
     *
     * @param tier the service tier at which the call is charged
     * @param counts in the order of {@link Count}; those that are missing are 0
     */
    public Usage(ServiceTier tier, long... counts) {
        this.tier = tier;
        this.counts = Arrays.copyOf(counts, SIZE);
        for (long count : counts) {
            if (count < 0) {
                throw new IllegalArgumentException("negative count");
            }
        }
    }

    /** Makes a usage without cached audio and without searches, at the standard tier. */
    public Usage(
            long prompt, long tools, long completion, long reasoning, long cached, long audio, long image, long text) {
        this(ServiceTier.STANDARD, prompt, tools, completion, reasoning, cached, 0, audio, image, text);
    }

    /** Makes a usage of prompt and output only, for a bound. */
    public static Usage of(long prompt, long completion, long reasoning) {
        return new Usage(prompt, 0, completion, reasoning, 0, 0, 0, completion);
    }

    public long of(Count count) {
        return counts[count.ordinal()];
    }

    /** Returns the tier at which the call is charged. */
    public ServiceTier tier() {
        return tier;
    }

    /** Returns the tokens of the whole prompt, with its cached part. */
    public long promptTokens() {
        return of(Count.PROMPT);
    }

    /** Returns the tokens of the visible output, without thoughts. */
    public long candidatesTokens() {
        return of(Count.COMPLETION);
    }

    public long thoughtsTokens() {
        return of(Count.REASONING);
    }

    public long cachedTokens() {
        return of(Count.CACHED);
    }

    public long searches() {
        return of(Count.SEARCHES);
    }

    /** Returns the tokens billed as input: the prompt and additions by tools (protocol 4.5). */
    public long inputTokens() {
        return promptTokens() + of(Count.TOOLS);
    }

    /** Returns the cached tokens, which are never more than the prompt. */
    public long cachedWithinPrompt() {
        return Math.min(cachedTokens(), promptTokens());
    }

    /** Returns the audio tokens that are cached, which are never more than all cached tokens or all audio. */
    public long cachedAudioWithinPrompt() {
        return Math.min(of(Count.CACHED_AUDIO), Math.min(of(Count.AUDIO), cachedWithinPrompt()));
    }

    /** Returns the audio tokens that are not cached; with the cached tokens they are never more than the prompt. */
    public long uncachedAudioTokens() {
        return Math.min(of(Count.AUDIO) - cachedAudioWithinPrompt(), promptTokens() - cachedWithinPrompt());
    }

    /** Returns the tokens of images, which are never more than the visible output. */
    public long imagesWithinOutput() {
        return Math.min(of(Count.OUTPUT_IMAGE), candidatesTokens());
    }

    /** Returns the tokens of speech: a model that makes some makes nothing else. */
    public long speechTokens() {
        return of(Count.TEXT) == 0 && imagesWithinOutput() == 0 ? candidatesTokens() : 0;
    }

    /**
     * Returns this usage of several requests with the same prompt. A price step applies to each request's own prompt. If only the sum of the prompts is above
     * the step, the tokens above it count as tokens of tools, which never lift a prompt over a step.
     */
    public Usage ofRequests(long requests, Tariff tariff) {
        PriceRates.Step above = tariff.above();
        if (above == null
                || promptTokens() <= above.promptTokens()
                || Math.ceilDiv(promptTokens(), Math.max(1, requests)) > above.promptTokens()) {
            return this;
        }
        long prompt = above.promptTokens();
        Usage cut = with(Count.PROMPT, prompt).with(Count.TOOLS, inputTokens() - prompt);
        return cut.with(Count.CACHED, cut.cachedWithinPrompt())
                .with(Count.CACHED_AUDIO, cut.cachedAudioWithinPrompt())
                .with(Count.AUDIO, cut.cachedAudioWithinPrompt() + cut.uncachedAudioTokens())
                .with(Count.IMAGE, Math.min(of(Count.IMAGE), prompt));
    }

    /** Returns this usage at another service tier. */
    public Usage at(ServiceTier other) {
        return other == tier ? this : new Usage(other, counts);
    }

    /** Returns this usage with another value of a count. */
    public Usage with(Count count, long value) {
        long[] changed = counts.clone();
        changed[count.ordinal()] = value;
        return new Usage(tier, changed);
    }

    /** Returns whether the call used no token, and neither searched nor looked for places. */
    public boolean isNone() {
        return inputTokens() + candidatesTokens() + thoughtsTokens() + searches() + of(Count.MAPS) == 0;
    }

    /** Writes each part of the output that is no text as a member of the output's details. */
    public void writeMade(Utf8Buffer json) {
        for (Count part : Count.MADE) {
            if (of(part) > 0) {
                json.raw(",\"").raw(part.modality().key()).raw("\":").number(of(part));
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Usage same && tier == same.tier && Arrays.equals(counts, same.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(counts) + tier.hashCode();
    }

    @Override
    public String toString() {
        return tier + " " + Arrays.toString(counts);
    }
}
