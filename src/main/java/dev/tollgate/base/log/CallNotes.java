package dev.tollgate.base.log;

/**
 * What a metered call came to, for the line of its request.
 *
 * @param model as the catalogue names it
 * @param channel who answered or was asked last; empty where nobody was
 * @param attempts how often an upstream was asked
 */
public record CallNotes(
        String taskId,
        String model,
        String channel,
        long inputTokens,
        long outputTokens,
        long chargedMicrocredits,
        int attempts) {}
