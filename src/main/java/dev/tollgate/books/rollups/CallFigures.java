package dev.tollgate.books.rollups;

/**
 * What is added up of a call beside what the ledger decides. Token counts are the upstream's, whatever units the caller is shown.
 *
 * @param estimated whether its usage was not reported in full
 * @param promptTokens all that is billed as input, cached ones included
 * @param cachedTokens part of the prompt
 * @param firstByteMillis from the request's arrival to the first of the answer, or {@link #NONE}
 * @param channel who answered or was asked last; empty where nobody was asked
 * @param upstreamModel the upstream's name of the model, likewise
 * @param costMicros at the upstream's list price, micro-credits, rounded up; {@link #NONE} where no price is known
 * @param shortfallMicros what nothing covered
 */
public record CallFigures(
        CallEnd end,
        boolean estimated,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        long thoughtsTokens,
        long firstByteMillis,
        String channel,
        String upstreamModel,
        long costMicros,
        long shortfallMicros) {

    public static final long NONE = -1;

    public CallFigures {
        if ((promptTokens | cachedTokens | completionTokens | thoughtsTokens | shortfallMicros) < 0
                || firstByteMillis < NONE
                || costMicros < NONE) {
            throw new IllegalArgumentException("a figure below zero");
        }
    }

    /** Of a call that came to nothing. */
    public static CallFigures nothing(CallEnd end, long firstByteMillis, String channel, String upstreamModel) {
        return new CallFigures(end, false, 0, 0, 0, 0, firstByteMillis, channel, upstreamModel, 0, 0);
    }
}
