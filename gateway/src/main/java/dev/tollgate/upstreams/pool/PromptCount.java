package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;

/**
 * An upstream's count of a prompt's tokens.
 *
 * @param tokens not negative
 * @param modalities the tokens by modality; {@link Modalities#NONE} if the upstream does not say
 */
public record PromptCount(long tokens, Modalities modalities) {}
