package dev.tollgate.base.log;

/**
 * The result of a metered call, for the access log line.
 *
 * @param model as the catalogue names it
 * @param channel the last channel called; empty if there was none
 * @param attempts the number of upstream attempts
 */
public record CallNotes(
        String taskId,
        String model,
        String channel,
        long inputTokens,
        long outputTokens,
        long chargedMicrocredits,
        int attempts) {}
