package dev.tollgate.upstream;

import dev.tollgate.openai.ChatRequest;
import org.jspecify.annotations.Nullable;

/**
 * A chat request with everything decided that the catalogue decides.
 *
 * @param request checked
 * @param upstreamModel the upstream's name of the model; its rules are looked up under it
 * @param includeThoughts whether the upstream is asked to show its thoughts
 * @param effort one of OpenAI's words, mapped by the upstream model's table; null sends nothing
 */
public record ChatAsk(
        ChatRequest request,
        String upstreamModel,
        boolean includeThoughts,
        @Nullable String effort) {}
