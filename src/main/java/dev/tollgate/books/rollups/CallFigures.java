package dev.tollgate.books.rollups;

import dev.tollgate.models.Usage;

/**
 * The figures of a call that are added up in addition to the ledger's decisions.
 *
 * @param estimated whether its usage was not reported in full
 * @param usage raw tokens, whatever units the caller is shown
 * @param firstByteMillis from the request's arrival to the first of the answer, or {@link #NONE}
 * @param channel the channel that answered or was asked last; empty if none was asked
 * @param upstreamModel the upstream's name of the model; empty if no channel was asked
 * @param costMicros at the upstream's list price, micro-credits, rounded up; {@link #NONE} if no price is known
 * @param shortfallMicros usage that nothing covered
 */
public record CallFigures(
        CallEnd end,
        boolean estimated,
        Usage usage,
        long firstByteMillis,
        String channel,
        String upstreamModel,
        long costMicros,
        long shortfallMicros) {

    public static final long NONE = -1;

    public CallFigures {
        if (shortfallMicros < 0 || firstByteMillis < NONE || costMicros < NONE) {
            throw new IllegalArgumentException("a figure below zero");
        }
    }

    /** Returns the figures of a call without usage. */
    public static CallFigures nothing(CallEnd end, long firstByteMillis, String channel, String upstreamModel) {
        return new CallFigures(end, false, Usage.NONE, firstByteMillis, channel, upstreamModel, 0, 0);
    }
}
