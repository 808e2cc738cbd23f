package dev.tollgate.upstreams.compat;

import dev.tollgate.models.Count.Modality;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads {@code usage} as it was reported; what to make of strange numbers is decided elsewhere (D37). A completion includes the thoughts, also
 * without a count of their own.
 */
final class CompatUsage {

    private CompatUsage() {}

    /** Null where nothing is counted. */
    static @Nullable Usage of(JsonNode usage) {
        long prompt = first(count(usage, "prompt_tokens"), count(usage, "input_tokens"));
        long completion = first(count(usage, "completion_tokens"), count(usage, "output_tokens"));
        if (prompt == Usage.ABSENT && completion == Usage.ABSENT) {
            return null;
        }
        JsonNode details = details(usage, "completion_tokens_details", "output_tokens_details");
        long reasoning = count(details, "reasoning_tokens");
        return new Usage(
                count(usage, "total_tokens"),
                modalities(details(usage, "prompt_tokens_details", "input_tokens_details")),
                modalities(details),
                completion > 0,
                prompt,
                Usage.ABSENT,
                visible(completion, reasoning),
                reasoning,
                cached(usage));
    }

    /** Returns the cached part of the prompt, by the first name that counts it: servers repeat one count under several names. */
    private static long cached(JsonNode usage) {
        long standard = first(
                count(usage.path("prompt_tokens_details"), "cached_tokens"),
                count(usage.path("input_tokens_details"), "cached_tokens"));
        long bySome = first(count(usage, "prompt_cache_hit_tokens"), count(usage, "cached_tokens"));
        return first(first(standard, bySome), count(usage, "cache_read_input_tokens"));
    }

    private static long first(long count, long otherwise) {
        return count == Usage.ABSENT ? otherwise : count;
    }

    private static JsonNode details(JsonNode usage, String name, String otherName) {
        JsonNode details = usage.path(name);
        return details.isObject() ? details : usage.path(otherName);
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
        return Modalities.of(Stream.of(Modality.values())
                .mapToLong(it -> it == Modality.DOCUMENT ? 0 : Math.max(0, count(details, it.key())))
                .toArray());
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
