package dev.tollgate.calls.metering;

/**
 * What a running call of this node has come to.
 *
 * @param tokens of output as they are billed, estimated where the upstream has not told
 * @param micros what it would be charged if it ended now, micro-credits
 * @param heldMicros what is held for it
 */
public record CallNow(String taskId, String accountId, long tokens, long micros, long heldMicros) {}
