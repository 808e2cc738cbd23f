package dev.tollgate.books.calls;

/**
 * The cost of an attempt's usage for the operator. The caller pays for the answer alone.
 *
 * @param channel the operator's name of the channel
 * @param upstreamModel the upstream's name of the model there
 * @param micros micro-credits, rounded up; {@link #UNKNOWN} if the price is not known
 */
public record AttemptCost(String channel, String upstreamModel, long micros) {

    public static final long UNKNOWN = -1;

    public AttemptCost {
        if (micros < UNKNOWN) {
            throw new IllegalArgumentException("a cost below zero");
        }
    }
}
