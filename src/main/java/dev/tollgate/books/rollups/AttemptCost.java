package dev.tollgate.books.rollups;

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
