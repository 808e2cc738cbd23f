package dev.tollgate.upstreams.compat;

import dev.tollgate.upstreams.connections.FinishReasons;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The finish reasons of OpenAI-compatible servers, in any case; an open list: a new word is {@code OTHER} or a failure. */
final class FinishWords {

    private FinishWords() {}

    /** @return null for a word that says that the server has failed */
    static @Nullable FinishReason of(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "stop", "tool_calls", "tool_use", "function_call", "eos", "eos_token", "end_turn", "stop_sequence" ->
                FinishReason.STOP;
            case "length", "max_tokens", "max_length", "max_output_tokens", "model_length" -> FinishReason.LENGTH;
            case "content_filter", "content_filtered", "sensitive", "refusal" -> FinishReason.FILTERED;
            default -> {
                String upper = word.toUpperCase(Locale.ROOT);
                yield FinishReasons.sayFailure(upper) ? null : FinishReasons.of(upper);
            }
        };
    }
}
