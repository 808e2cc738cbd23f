package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.upstreams.media.CallMedia;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for embeddings: a vector for each input, or none at all (E68).
 *
 * @param inputs at least one
 * @param form the form of the vectors
 * @param limits of the model
 * @param fields the caller's names, for errors and fields without effect
 * @param modelId the catalogue's id of the model, by which a channel is chosen
 * @param upstreamModel the upstream's name of the model
 * @param memory the lease that is charged for the memory of the ask and its translations
 */
public record EmbedAsk(
        List<Input> inputs, Form form, Limits limits, Fields fields, String modelId, String upstreamModel, Lease memory)
        implements Ask {

    public EmbedAsk {
        inputs = List.copyOf(inputs);
    }

    /**
     * @param inputTokensMax the limit of each input
     * @param dimensionsMax the length of a vector if the caller requests none
     * @param scalesShorter whether Tollgate scales shorter vectors to length 1
     */
    public record Limits(long inputTokensMax, int dimensionsMax, boolean scalesShorter) {}

    /** Names of fields as the caller's protocol writes them. */
    public record Fields(String taskType, String title, String dimensions) {}

    /** The form of a vector in JSON. */
    public enum Form {
        /** An array of numbers with the upstream's digits. */
        DIGITS,
        /** A string: little-endian float32 in base64. */
        BASE64
    }

    /**
     * A text to embed.
     *
     * @param place its field in the caller's words, for errors
     * @param parts its texts, at least one
     * @param taskType one of the model's words; null for none
     * @param title null for none
     * @param dimensions the requested length of its vector; null for the model's default
     */
    public record Input(
            String place,
            List<JsonText> parts,
            @Nullable String taskType,
            @Nullable JsonText title,
            @Nullable Integer dimensions) {

        public Input {
            parts = List.copyOf(parts);
        }

        /** Returns its texts as one. */
        public JsonText text() {
            return JsonText.joined(parts);
        }

        /** Returns the UTF-8 bytes of its texts and its title; no tokenizer makes more tokens. */
        public long utf8Bytes() {
            return (title == null ? 0 : title.utf8Bytes())
                    + parts.stream().mapToLong(JsonText::utf8Bytes).sum();
        }
    }

    /** Returns the length of an input's vector. */
    public int dimensions(Input input) {
        Integer asked = input.dimensions();
        return asked == null ? limits.dimensionsMax() : asked;
    }

    /** Returns whether Tollgate scales an input's vector to length 1. */
    public boolean scales(Input input) {
        return limits.scalesShorter() && dimensions(input) < limits.dimensionsMax();
    }

    @Override
    public EmbedAsk forUpstreamModel(String name) {
        return name.equals(upstreamModel) ? this : new EmbedAsk(inputs, form, limits, fields, modelId, name, memory);
    }

    @Override
    public EmbedAsk withoutSignatures() {
        return this;
    }

    @Override
    public int candidates() {
        return 1;
    }

    @Override
    public String toolsField() {
        throw new IllegalStateException("a request for embeddings has no tools");
    }

    @Override
    public Set<ProviderTool> providerTools() {
        return Set.of();
    }

    @Override
    public int functionCount() {
        return 0;
    }

    @Override
    public boolean functions() {
        return false;
    }

    @Override
    public String tierField() {
        return "service_tier";
    }

    @Override
    public ServiceTier tier() {
        return ServiceTier.STANDARD;
    }

    @Override
    public CallMedia media() {
        return new CallMedia();
    }

    /** Each input has its own context. */
    @Override
    public long contextTokens(long contextTokensMax) {
        return contextTokensMax * inputs.size();
    }

    @Override
    public PromptSize promptSize() {
        long bytes = inputs.stream().mapToLong(Input::utf8Bytes).sum();
        return new PromptSize(bytes, inputs.size(), 0, 0, List.of());
    }
}
