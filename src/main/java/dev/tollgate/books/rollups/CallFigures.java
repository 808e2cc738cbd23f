package dev.tollgate.books.rollups;

import dev.tollgate.models.Usage;
import java.util.List;

/**
 * The figures of a call that are added up in addition to the ledger's decisions.
 *
 * @param estimated whether its usage was not reported in full
 * @param usage raw tokens, whatever units the caller is shown
 * @param firstByteMillis from the request's arrival to the first of the answer, or {@link #NONE}
 * @param timedMillis from the first of a completed answer to its end; 0 for other calls; {@link #NONE} if the call's task does not tell its times
 *     and costs
 * @param channel the channel that answered or was asked last; empty if none was asked
 * @param upstreamModel the upstream's name of the model; empty if no channel was asked
 * @param costs what the upstreams of its attempts cost
 * @param shortfallMicros usage that nothing covered
 * @param savedMicros what cached tokens cost less
 * @param missedMicros what tokens cost more because they were not cached, although an earlier prompt had them
 */
public record CallFigures(
        CallEnd end,
        boolean estimated,
        Usage usage,
        long firstByteMillis,
        long timedMillis,
        String channel,
        String upstreamModel,
        List<AttemptCost> costs,
        long shortfallMicros,
        long savedMicros,
        long missedMicros) {

    public static final long NONE = -1;

    public CallFigures {
        if (shortfallMicros < 0
                || firstByteMillis < NONE
                || timedMillis < NONE
                || savedMicros < 0
                || missedMicros < 0) {
            throw new IllegalArgumentException("a figure below zero");
        }
        costs = List.copyOf(costs);
    }

    /** Returns the figures of a call without usage, whose times and costs are not known. */
    public static CallFigures nothing(CallEnd end, long firstByteMillis, String channel, String upstreamModel) {
        return nothing(end, firstByteMillis, NONE, channel, upstreamModel, List.of());
    }

    /** Returns the figures of a call without usage that is charged. */
    public static CallFigures nothing(
            CallEnd end,
            long firstByteMillis,
            long timedMillis,
            String channel,
            String upstreamModel,
            List<AttemptCost> costs) {
        return new CallFigures(
                end, false, Usage.NONE, firstByteMillis, timedMillis, channel, upstreamModel, costs, 0, 0, 0);
    }

    /** Returns whether the task has the costs of all attempts. */
    boolean isCosted() {
        return timedMillis != NONE && costs.stream().noneMatch(cost -> cost.micros() == NONE);
    }

    /**
     * The cost of an attempt's usage for the operator. The caller pays for the answer alone.
     *
     * @param channel the operator's name of the channel
     * @param upstreamModel the upstream's name of the model there
     * @param micros micro-credits, rounded up; {@link CallFigures#NONE} if the price is not known
     */
    public record AttemptCost(String channel, String upstreamModel, long micros) {

        public AttemptCost {
            if (micros < CallFigures.NONE) {
                throw new IllegalArgumentException("a cost below zero");
            }
        }
    }
}
