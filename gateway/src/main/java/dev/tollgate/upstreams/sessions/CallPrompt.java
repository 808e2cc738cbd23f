package dev.tollgate.upstreams.sessions;

import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.conversation.PromptPrint;
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

    private static final long SEEN_MILLIS = 5 * 60 * 1_000;

    /**
     * An earlier prompt of the session.
     *
     * @param tokens as the upstream has counted them
     * @param bytes as it was sent, media by their number
     * @param commonBytes its first bytes that both prompts have
     * @param changedAt the caller's field behind what both have as written; null if that is twice the part that both have as sent
     * @param project the place of the project that answered it
     * @param idleMillis the time since its answer
     */
    public record Earlier(
            long tokens,
            long bytes,
            long commonBytes,
            @Nullable String changedAt,
            long project,
            long idleMillis) {}

    /**
     * Returns the tokens that a project has read within five minutes before, at the start of this prompt; 0 if it has not.
     *
     * @param tokens the prompt's
     */
    public long seenTokens(long tokens, long project) {
        PromptPrint print = parts.sent();
        long bytes = print.bytes(print.parts());
        return earlier == null || earlier.project() != project || earlier.idleMillis() > SEEN_MILLIS || bytes == 0
                ? 0
                : Math.min(earlier.tokens(), tokens * earlier.commonBytes() / bytes);
    }

    /** Keeps the prompt, which has been answered. @param tokens as the upstream has counted them */
    public void answered(long tokens, long project) {
        memory.keep(session, parts, tokens, project);
    }
}
