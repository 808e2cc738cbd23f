package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.media.CallMedia;
import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request in Gemini's own format, for Gemini channels only.
 *
 * @param wish what the caller asks for; one for all channels
 * @param origins the origins of the signatures in it
 * @param media the media downloaded for it: complete before it is sent or counted, and kept until the call is over
 * @param memory the lease that is charged for the memory of the ask and its translations
 */
public record NativeAsk(
        Wish wish, String modelId, String upstreamModel, SignatureOrigins origins, CallMedia media, Lease memory)
        implements Ask {

    /**
     * The wish of the caller.
     *
     * @param body a GenerateContentRequest with names in camel case, without {@code model} and {@code maxOutputTokens}; must not be changed
     * @param providerTools the tools in it that the provider runs
     * @param tier the service tier that the caller asks for and the model's price offers
     * @param images that are asked for; null for an answer without any
     * @param asChunks whether the chunks of the answer are wanted as they come, with their citations; if not, these are events of their own
     * @param hops of an answer that may come in several; null if it is one request
     */
    public record Wish(
            ObjectNode body,
            int candidates,
            Set<ProviderTool> providerTools,
            PromptSize promptSize,
            ServiceTier tier,
            @Nullable ImagesAsked images,
            boolean asChunks,
            @Nullable Hops hops) {}

    /** The field with the token of the place from which an answer goes on. */
    public static final String CONTINUATION = "continuationToken";

    /** The field by which a caller says whether Google stores the call. */
    public static final String STORE = "store";

    private static final String TOOLS = "tools";

    /** Creates an ask of the standard tier, without media and without a lease. */
    public NativeAsk(
            ObjectNode body,
            String modelId,
            String upstreamModel,
            int candidates,
            Set<ProviderTool> providerTools,
            PromptSize promptSize,
            SignatureOrigins origins) {
        this(
                new Wish(body, candidates, providerTools, promptSize, ServiceTier.STANDARD, null, true, null),
                modelId,
                upstreamModel,
                origins,
                new CallMedia(),
                Lease.FREE);
    }

    public ObjectNode body() {
        return wish.body();
    }

    @Override
    public int candidates() {
        return wish.candidates();
    }

    @Override
    public Set<ProviderTool> providerTools() {
        return wish.providerTools();
    }

    @Override
    public PromptSize promptSize() {
        return wish.promptSize();
    }

    @Override
    public ServiceTier tier() {
        return wish.tier();
    }

    @Override
    public @Nullable ImagesAsked images() {
        return wish.images();
    }

    public boolean asChunks() {
        return wish.asChunks();
    }

    @Override
    public String toolsField() {
        return TOOLS;
    }

    @Override
    public String tierField() {
        return "serviceTier";
    }

    /**
     * Returns the first setting of sampling that a model lacks; null if it has all. The door asks it for the model that is asked for, a channel for its own, which
     * may be that one's successor (D59).
     *
     * @param config a {@code generationConfig}, whose number of candidates has been read
     */
    public static UpstreamModel.@Nullable SamplingLack lacks(UpstreamModel model, int candidates, JsonNode config) {
        return model.lacks(
                candidates,
                config.path("presencePenalty").decimalValue(BigDecimal.ZERO).signum() != 0,
                config.path("frequencyPenalty").decimalValue(BigDecimal.ZERO).signum() != 0,
                config.path("responseLogprobs").asBoolean(false) || config.has("logprobs"));
    }

    /** Returns what the caller says about Google's storing; null if nothing. */
    public @Nullable Boolean store() {
        JsonNode store = body().path(STORE);
        return store.isBoolean() ? store.booleanValue() : null;
    }

    @Override
    public boolean continuesAnswer() {
        return continuationToken() != null;
    }

    @Override
    public @Nullable Hops hops() {
        return wish.hops();
    }

    /** Returns the upstream's token of the place from which the answer goes on; null at its beginning. */
    public @Nullable String continuationToken() {
        Hops hops = hops();
        if (hops != null) {
            return hops.from() == null ? null : hops.from().upstreams();
        }
        String token = body().path(CONTINUATION).asString("");
        return token.isEmpty() ? null : token;
    }

    @Override
    public boolean functions() {
        for (JsonNode tool : body().path(TOOLS)) {
            if (tool.has("functionDeclarations")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int functionCount() {
        int count = 0;
        for (JsonNode tool : body().path(TOOLS)) {
            count += tool.path("functionDeclarations").size();
        }
        return count;
    }

    @Override
    public NativeAsk withoutSignatures() {
        return new NativeAsk(wish, modelId, upstreamModel, origins.withoutSignatures(), media, memory);
    }

    @Override
    public @Nullable String preferredChannel() {
        return origins.preferredChannel();
    }

    @Override
    public boolean isToolLoopOpen() {
        JsonNode contents = body().path("contents");
        JsonNode last = contents.path(contents.size() - 1);
        return last.path("parts").valueStream().anyMatch(part -> part.has("functionResponse"));
    }

    @Override
    public NativeAsk forUpstreamModel(String name) {
        return name.equals(upstreamModel) ? this : new NativeAsk(wish, modelId, name, origins, media, memory);
    }
}
