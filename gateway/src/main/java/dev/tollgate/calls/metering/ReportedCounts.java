package dev.tollgate.calls.metering;

import static dev.tollgate.upstreams.pool.UpstreamEvent.Usage.ABSENT;

import dev.tollgate.calls.metering.Bounds.UsageLimits;
import dev.tollgate.models.Count;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import java.util.Arrays;
import java.util.Set;

/**
 * The token counts that an upstream has reported, cumulative: the last report counts, but none may fall, be negative or go beyond the limits
 * (D37). Not the reports themselves: of thousands of streams each would keep one alive. Confined to its call.
 */
final class ReportedCounts {

    private final UsageLimits limits;
    private final Set<UsageFlag> flags;
    private final long[] counts = new long[Count.REPORTED.size()];

    /** All output by the reports that count it together; 0 without such a report. */
    private long output;

    private Modalities promptDetails = Modalities.NONE;
    private Modalities candidatesDetails = Modalities.NONE;

    /** @param flags receives what is odd about the reports */
    ReportedCounts(UsageLimits limits, Set<UsageFlag> flags) {
        this.limits = limits;
        this.flags = flags;
        Arrays.fill(counts, ABSENT);
    }

    void follow(UpstreamEvent.Usage usage) {
        promptDetails = details(promptDetails, usage.promptDetails());
        candidatesDetails = details(candidatesDetails, usage.candidatesDetails());
        for (int i = 0; i < counts.length; i++) {
            Count count = Count.REPORTED.get(i);
            long max = count.isOfOutput()
                    ? limits.modelOutputTokens()
                    : count == Count.TOOLS ? limits.toolTokens(0) : limits.promptTokens();
            if (count != Count.COMPLETION || !usage.isAllOutput()) {
                counts[i] = next(counts[i], usage.of(count), max);
            }
        }
        if (usage.isAllOutput()) {
            followOutput(usage);
        }
    }

    /** Counts all output, and of it as completion what is no thoughts: a later report may count more thoughts, or none. */
    private void followOutput(UpstreamEvent.Usage usage) {
        long max = limits.modelOutputTokens();
        long thoughts = Math.min(max, usage.of(Count.REASONING));
        output = next(output, UsageMeter.sum(usage.of(Count.COMPLETION), thoughts), Long.MAX_VALUE);
        counts[Count.COMPLETION.ordinal()] = next(ABSENT, Math.max(0, output - of(Count.REASONING)), max);
    }

    /** Returns all output, thoughts without a count of their own included; 0 without a report that counts it together. */
    long allOutput() {
        return output;
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

    /** Returns whether a count of {@link Count#REPORTED} was reported. */
    boolean has(Count count) {
        return counts[count.ordinal()] != ABSENT;
    }

    /** Returns tokens; 0 if they were not reported. */
    long of(Count count) {
        if (count.ordinal() < counts.length) {
            return Math.max(0, counts[count.ordinal()]);
        }
        return (count.isOfOutput() ? candidatesDetails : promptDetails).of(count.modality());
    }

    Modalities candidatesDetails() {
        return candidatesDetails;
    }
}
