package dev.tollgate.calls.metering;

import static dev.tollgate.upstreams.pool.UpstreamEvent.Usage.ABSENT;

import dev.tollgate.calls.metering.Bounds.UsageLimits;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import java.util.Set;

/**
 * The token counts that an upstream has reported, cumulative: the last report counts, but none may fall, be negative or go beyond the limits
 * (D37). Not the reports themselves: of thousands of streams each would keep one alive. Confined to its call.
 */
final class ReportedCounts {

    private final UsageLimits limits;
    private final Set<UsageFlag> flags;

    private Modalities promptDetails = Modalities.NONE;
    private Modalities candidatesDetails = Modalities.NONE;
    private long prompt = ABSENT;
    private long toolUse;
    private long candidates = ABSENT;
    private long thoughts;
    private long cached;
    private long cachedAudio = ABSENT;

    /** @param flags receives what is odd about the reports */
    ReportedCounts(UsageLimits limits, Set<UsageFlag> flags) {
        this.limits = limits;
        this.flags = flags;
    }

    void follow(UpstreamEvent.Usage usage) {
        promptDetails = details(promptDetails, usage.promptDetails());
        candidatesDetails = details(candidatesDetails, usage.candidatesDetails());
        long promptMax = limits.promptTokens();
        long outputMax = limits.modelOutputTokens();
        prompt = next(prompt, usage.promptTokens(), promptMax);
        candidates = next(candidates, usage.candidatesTokens(), outputMax);
        toolUse = Math.max(0, next(toolUse, usage.toolUsePromptTokens(), promptMax));
        thoughts = Math.max(0, next(thoughts, usage.thoughtsTokens(), outputMax));
        cached = Math.max(0, next(cached, usage.cachedTokens(), promptMax));
        cachedAudio = next(cachedAudio, usage.cachedAudioTokens(), promptMax);
    }

    /** Returns the next details: they come with some of the reports only, and are mostly the same again. */
    private static Modalities details(Modalities before, Modalities came) {
        return came.equals(before) || came.equals(Modalities.NONE) ? before : came;
    }

    /** Returns the next value of a cumulative count: what came, unless it is missing, negative, falling or beyond the limit. */
    private long next(long before, long came, long max) {
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

    Modalities promptDetails() {
        return promptDetails;
    }

    Modalities candidatesDetails() {
        return candidatesDetails;
    }

    /** Returns tokens, or {@link UpstreamEvent.Usage#ABSENT}. */
    long prompt() {
        return prompt;
    }

    long toolUse() {
        return toolUse;
    }

    /** Returns tokens, or {@link UpstreamEvent.Usage#ABSENT}. */
    long candidates() {
        return candidates;
    }

    long thoughts() {
        return thoughts;
    }

    long cached() {
        return cached;
    }

    /** Returns tokens, or {@link UpstreamEvent.Usage#ABSENT}. */
    long cachedAudio() {
        return cachedAudio;
    }
}
