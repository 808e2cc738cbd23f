package dev.tollgate.protocols.messages;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.upstreams.pool.Ask;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An edit of the context that has to end the response with a summary, which is not served (E74). All other edits have no effect.
 *
 * @param path of the edit
 * @param tokens the size of the prompt from which on it does so
 */
record ContextPause(String path, long tokens) {

    private static final long TOKENS_BY_DEFAULT = 150_000;

    /** Returns what the edit at the cursor asks for; null for an edit without effect. */
    static @Nullable ContextPause of(JsonBody json) {
        String path = json.path();
        JsonNode edit = json.tree();
        boolean pauses = edit.path("type").asString("").startsWith("compact_")
                && edit.path("pause_after_compaction").asBoolean(false);
        return pauses ? new ContextPause(path, edit.at("/trigger/value").asLong(TOKENS_BY_DEFAULT)) : null;
    }

    /** @throws dev.tollgate.base.error.ApiException 400 that names the edit if the prompt is about as long */
    void check(Ask ask) {
        long prompt = RoughCount.tokens(ask);
        if (prompt >= tokens) {
            throw ApiError.invalid(
                            path,
                            "'" + path + "' asks for a pause with a summary from " + tokens + " tokens on, which is not"
                                    + " supported; the prompt has about " + prompt
                                    + ". Summarize the conversation with a call of its own.")
                    .asException();
        }
    }
}
