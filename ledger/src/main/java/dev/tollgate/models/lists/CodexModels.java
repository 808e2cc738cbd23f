package dev.tollgate.models.lists;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.http.Exchange;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The list {@code models} that Codex reads next to {@code data}. An entry replaces Codex's own model and needs its system prompt, so the list
 * is empty without instructions of the operator's. Immutable.
 *
 * @param instructions the system prompt of each entry; null for no entries
 */
public record CodexModels(@Nullable String instructions) {

    /** The largest file of instructions. */
    public static final int INSTRUCTIONS_BYTES_MAX = 32 * 1024;

    private static final String QUERY = "client_version";

    /** The share of the window that Codex fills. */
    private static final int WINDOW_PERCENT = 95;

    /** The length of a command's output, in tokens, that Codex sends. */
    private static final int OUTPUT_TOKENS_MAX = 10_000;

    /** The efforts that Codex has words for, the least first. */
    private static final Set<Effort> NAMED =
            EnumSet.of(Effort.NONE, Effort.MINIMAL, Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.XHIGH);

    /** Returns whether a request for the list of models comes from Codex. */
    static boolean isAskedBy(Exchange exchange) {
        return exchange.query(QUERY) != null;
    }

    /** Writes the entry of a model that takes functions. @param place its place in the list, from 0 */
    void write(JsonGenerator json, Model model, UpstreamModel upstream, int place) {
        if (instructions == null || !model.tools().functions()) {
            return;
        }
        json.writeStartObject();
        json.writeStringProperty("slug", model.id());
        json.writeStringProperty("display_name", model.id());
        json.writeStringProperty("description", model.id());
        json.writeStringProperty("base_instructions", instructions);
        json.writeNumberProperty("context_window", upstream.inputTokensMax());
        json.writeNumberProperty("max_context_window", upstream.inputTokensMax());
        json.writeNullProperty("auto_compact_token_limit");
        json.writeNumberProperty("effective_context_window_percent", WINDOW_PERCENT);
        efforts(json, model, upstream);
        json.writeStringProperty("shell_type", "default");
        json.writeStringProperty("visibility", "list");
        json.writeBooleanProperty("supported_in_api", true);
        json.writeNumberProperty("priority", place);
        json.writeNullProperty("upgrade");
        json.writeBooleanProperty("supports_reasoning_summaries", true);
        json.writeBooleanProperty("support_verbosity", false);
        json.writeNullProperty("default_verbosity");
        json.writeNullProperty("apply_patch_tool_type");
        json.writeObjectPropertyStart("truncation_policy");
        json.writeStringProperty("mode", "tokens");
        json.writeNumberProperty("limit", OUTPUT_TOKENS_MAX);
        json.writeEndObject();
        json.writeBooleanProperty("supports_parallel_tool_calls", true);
        json.writeArrayPropertyStart("experimental_supported_tools");
        json.writeEndArray();
        json.writeArrayPropertyStart("input_modalities");
        json.writeString("text");
        json.writeString("image");
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void efforts(JsonGenerator json, Model model, UpstreamModel upstream) {
        json.writeArrayPropertyStart("supported_reasoning_levels");
        NAMED.stream().filter(upstream.thinking().efforts()::contains).forEach(effort -> {
            json.writeStartObject();
            json.writeStringProperty("effort", effort.word());
            json.writeStringProperty("description", "Effort " + effort.word());
            json.writeEndObject();
        });
        json.writeEndArray();
        Effort byDefault = model.effortByDefault();
        json.writeStringProperty(
                "default_reasoning_level", byDefault == null || !NAMED.contains(byDefault) ? null : byDefault.word());
    }
}
