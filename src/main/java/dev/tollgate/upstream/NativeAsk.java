package dev.tollgate.upstream;

import dev.tollgate.openai.PromptSize;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request in Gemini's own words, for Gemini channels only.
 *
 * @param body a GenerateContentRequest with names in camel case, without {@code model} and {@code maxOutputTokens}; not to be changed
 */
public record NativeAsk(ObjectNode body, String upstreamModel, int candidates, boolean searches, PromptSize promptSize)
        implements Ask {}
