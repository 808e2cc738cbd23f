package dev.tollgate.upstream;

import dev.tollgate.media.CallMedia;
import dev.tollgate.openai.PromptSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request in Gemini's own words, for Gemini channels only.
 *
 * @param body a GenerateContentRequest with names in camel case, without {@code model} and {@code maxOutputTokens}; not to be changed
 */
public record NativeAsk(
        ObjectNode body, String modelId, String upstreamModel, int candidates, boolean searches, PromptSize promptSize)
        implements Ask {

    @Override
    public boolean functions() {
        for (JsonNode tool : body.path("tools")) {
            if (tool.has("functionDeclarations")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public NativeAsk forUpstreamModel(String name) {
        return name.equals(upstreamModel) ? this : new NativeAsk(body, modelId, name, candidates, searches, promptSize);
    }

    /** Nothing is downloaded for it: Gemini's words name no files but the upstream's own. */
    @Override
    public CallMedia media() {
        return CallMedia.NONE;
    }
}
