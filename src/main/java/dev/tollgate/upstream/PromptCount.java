package dev.tollgate.upstream;

import dev.tollgate.upstream.UpstreamEvent.Modalities;

/**
 * What an upstream counts of a prompt.
 *
 * @param tokens not negative
 * @param modalities how they are made up; {@link Modalities#NONE} where it does not say
 */
public record PromptCount(long tokens, Modalities modalities) {}
