package dev.tollgate.calls.replay;

import org.jspecify.annotations.Nullable;

/**
 * The state of the response under a name.
 *
 * @param bodyHash of the request that claimed it
 * @param taskId of the call that answered it; also names the spool
 * @param bytes of the spool's file; 0 unless kept
 * @param hash SHA-256 of the spool's file in lower-case hex; null unless kept
 */
public record KnownAnswer(
        String bodyHash,
        String taskId,
        State state,
        long bytes,
        @Nullable String hash) {

    /** The progress of the call. */
    public enum State {
        /** The call is not settled. New callers with the key follow it. */
        RUNNING,
        /** Charged, and its answer can be given again. */
        KEPT,
        /** Charged, but the response is gone: it was too large, or the account's share was full. */
        DROPPED
    }
}
