package dev.tollgate.upstreams.pool;

/**
 * One try of a call. Never shown to a caller.
 *
 * @param channel the name of the channel that was asked
 * @param provider the provider of that channel, as {@link Channel#provider} names it
 * @param model the upstream's name of the model
 * @param sinceNanos when it was asked, of {@link System#nanoTime}
 * @param millis from asking to the first word of substance, or to the end without one
 * @param outcome {@code answered}, {@code empty}, {@code left} (for another, or because nobody wanted it any more), or the kind of its failure
 */
public record Tried(String channel, String provider, String model, long sinceNanos, long millis, String outcome) {}
