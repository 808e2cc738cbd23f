package dev.tollgate.upstreams.compat;

import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads {@code usage} as it was reported; what to make of strange numbers is decided elsewhere (D37). */
final class CompatUsage {

    private CompatUsage() {}

    /** Null where nothing is counted. */
    static @Nullable Usage of(JsonNode usage) {
        long prompt = count(usage, "prompt_tokens");
        long completion = count(usage, "completion_tokens");
        if (prompt == Usage.ABSENT && completion == Usage.ABSENT) {
            return null;
        }
        JsonNode details = usage.path("completion_tokens_details");
        long reasoning = count(details, "reasoning_tokens");
        return new Usage(
                prompt,
                Usage.ABSENT,
                visible(completion, reasoning),
                reasoning,
                count(usage.path("prompt_tokens_details"), "cached_tokens"),
                count(usage, "total_tokens"),
                modalities(usage.path("prompt_tokens_details")),
                modalities(details));
    }

    /**
     * Returns the completion without reasoning. OpenAI includes reasoning in the completion; if reasoning is larger, the server counts it
     * separately.
     */
    private static long visible(long completion, long reasoning) {
        return completion == Usage.ABSENT || reasoning <= 0 || reasoning > completion
                ? completion
                : completion - reasoning;
    }

    private static Modalities modalities(JsonNode details) {
        return new Modalities(
                Math.max(0, count(details, "text_tokens")),
                Math.max(0, count(details, "image_tokens")),
                Math.max(0, count(details, "audio_tokens")),
                Math.max(0, count(details, "video_tokens")),
                0);
    }

    /** A fraction is rounded up; beyond 64 bits is the largest number; anything but a number was not reported. */
    private static long count(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isNumber()) {
            return Usage.ABSENT;
        }
        return value.isIntegralNumber() && value.canConvertToLong()
                ? value.longValue()
                : Math.max(-Long.MAX_VALUE, (long) Math.ceil(value.doubleValue()));
    }
}
