package dev.tollgate.upstreams.sessions;

import dev.tollgate.base.conversation.PromptParts;
import org.jspecify.annotations.Nullable;

/**
 * A call's prompt and what its session has sent before.
 *
 * @param earlier the earlier prompt that shares most with it; null if this node knows none
 */
public record CallPrompt(
        PromptMemory memory,
        CallSession session,
        PromptParts parts,
        @Nullable Earlier earlier) {

    /**
     * An earlier prompt of the session.
     *
     * @param tokens as the upstream has counted them
     * @param bytes of its text, media by their number
     * @param commonBytes its first bytes that both prompts have
     * @param changedAt the caller's field behind the common bytes
     * @param project the place of the project that answered it
     * @param idleMillis the time since its answer
     */
    public record Earlier(long tokens, long bytes, long commonBytes, String changedAt, long project, long idleMillis) {}

    /** Keeps the prompt, which has been answered. @param tokens as the upstream has counted them */
    public void answered(long tokens, long project) {
        memory.keep(session, parts.print(), tokens, project);
    }
}
