package dev.tollgate.running;

/**
 * The current figures of a call that runs on this node.
 *
 * @param tokens billed output tokens, estimated since the upstream's last report
 * @param micros the charge if the call ended now, in micro-credits
 * @param heldMicros the amount held for the call
 */
public record CallNow(String taskId, String accountId, long tokens, long micros, long heldMicros) {}
