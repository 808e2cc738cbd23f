package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A GenerateContentResponse of a stream with its used members; the members of each object may come in any order.
 *
 * @param tier the service tier that {@code usageMetadata} names; null if it names none
 */
record GeminiChunk(
        @Nullable String modelVersion,
        @Nullable String responseId,
        List<Candidate> candidates,
        UpstreamEvent.@Nullable Usage usage,
        @Nullable ServiceTier tier,
        @Nullable String blockReason,
        @Nullable JsonNode error) {

    /** @param index its place in the array where it does not say (protocol 4.4) */
    record Candidate(
            int index,
            List<Part> parts,
            @Nullable String finishReason,
            @Nullable JsonNode grounding,
            @Nullable JsonNode citations,
            @Nullable JsonNode logprobs) {}

    sealed interface Part {
        @Nullable
        String signature();
    }

    /** A part of one of the upstream's own tools, as it came. */
    record ServerTool(String json, @Nullable String signature) implements Part {}

    /** {@code inlineData} of the answer, or {@code fileData}, whose {@code data} is a URI. */
    record Media(
            String mimeType,
            String data,
            boolean linked,
            boolean thought,
            @Nullable String signature) implements Part {}

    /** @param code that the upstream ran, or its output, of which this is the text; null for others */
    record Text(String text, boolean thought, @Nullable String signature, UpstreamEvent.@Nullable RunCode code)
            implements Part {}

    record Call(
            @Nullable String id,
            String name,
            String arguments,
            @Nullable String signature) implements Part {}
}
