package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;

/**
 * What an upstream counts of a prompt.
 *
 * @param tokens not negative
 * @param modalities how they are made up; {@link Modalities#NONE} where it does not say
 */
public record PromptCount(long tokens, Modalities modalities) {}
