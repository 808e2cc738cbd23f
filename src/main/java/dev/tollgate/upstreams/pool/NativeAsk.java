package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.upstreams.media.CallMedia;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request in Gemini's own words, for Gemini channels only.
 *
 * @param body a GenerateContentRequest with names in camel case, without {@code model} and {@code maxOutputTokens}; not to be changed
 * @param origins who made the signatures in it
 * @param media what was downloaded for it: there before it is sent or counted, until the call is over
 * @param memory what it takes of the heap is charged to it, and what it is translated into
 */
public record NativeAsk(
        ObjectNode body,
        String modelId,
        String upstreamModel,
        int candidates,
        boolean searches,
        PromptSize promptSize,
        SignatureOrigins origins,
        CallMedia media,
        Lease memory)
        implements Ask {

    private static final String TOOLS = "tools";

    /** Before anything is downloaded for it, and charged to nobody. */
    public NativeAsk(
            ObjectNode body,
            String modelId,
            String upstreamModel,
            int candidates,
            boolean searches,
            PromptSize promptSize,
            SignatureOrigins origins) {
        this(body, modelId, upstreamModel, candidates, searches, promptSize, origins, new CallMedia(), Lease.FREE);
    }

    @Override
    public String toolsField() {
        return TOOLS;
    }

    @Override
    public boolean functions() {
        for (JsonNode tool : body.path(TOOLS)) {
            if (tool.has("functionDeclarations")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public NativeAsk withoutSignatures() {
        return new NativeAsk(
                body,
                modelId,
                upstreamModel,
                candidates,
                searches,
                promptSize,
                origins.withoutSignatures(),
                media,
                memory);
    }

    /** The channel that the conversation's signatures belong to: asked first as long as it may be; null where there are none (D50). */
    @Override
    public @Nullable String preferredChannel() {
        return origins.preferredChannel();
    }

    @Override
    public NativeAsk forUpstreamModel(String name) {
        return name.equals(upstreamModel)
                ? this
                : new NativeAsk(body, modelId, name, candidates, searches, promptSize, origins, media, memory);
    }
}
