package dev.tollgate.upstreams.pool;

/**
 * An attempt of a call. Never shown to a caller.
 *
 * @param channel the name of the channel
 * @param provider the provider of that channel, as {@link Channel#provider} names it
 * @param model the upstream's name of the model
 * @param sinceNanos its start, of {@link System#nanoTime}
 * @param millis from its start to the first event of substance, or to the end without one
 * @param outcome {@code answered}, {@code empty}, {@code left} (another channel was faster, or the caller left), or the kind of its failure
 */
public record AttemptRecord(
        String channel, String provider, String model, long sinceNanos, long millis, String outcome) {

    /** Returns whether it gave the answer. */
    public boolean isAnswer() {
        return outcome.equals("answered");
    }

    /** Returns whether it ended with a failure. */
    public boolean isFailed() {
        return !isAnswer() && !outcome.equals("empty") && !outcome.equals("left");
    }
}
