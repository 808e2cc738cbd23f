package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.media.CallMedia;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request to an upstream: complete and checked, after the catalogue's decisions. */
public sealed interface Ask permits ChatAsk, NativeAsk, EmbedAsk {

    /** The least output tokens with which a summary of a conversation can take its place (D31, E73). */
    int SUMMARY_TOKENS_MIN = 1_024;

    /** Returns the catalogue's id of the model, by which a channel is chosen. */
    String modelId();

    /** Returns the upstream's name of the model, by which its rules are found. */
    String upstreamModel();

    /** Returns this ask for a channel that has another name for the model. */
    Ask forUpstreamModel(String name);

    /** Returns this ask without thought signatures; placeholders replace those that the upstream requires (D50). */
    Ask withoutSignatures();

    /**
     * Returns the channel that made the conversation's signatures, which is used first as long as possible; null if there is none (D50).
     */
    default @Nullable String preferredChannel() {
        return null;
    }

    /** Returns whether the model has not answered the results of its calls yet: then it needs its own signatures most. */
    default boolean isToolLoopOpen() {
        return false;
    }

    /** Returns the number of answers, at least 1. */
    int candidates();

    /** Returns the name of the caller's field for tools, for errors. */
    String toolsField();

    /** Returns the tools that the provider may run. */
    Set<ProviderTool> providerTools();

    /** Returns whether the model may search the web. */
    default boolean searches() {
        return providerTools().contains(ProviderTool.SEARCH);
    }

    /** Returns whether an earlier answer goes on, whose text then counts as prompt (P17). */
    default boolean continuesAnswer() {
        return false;
    }

    /** Returns what is asked of an answer that may come in several hops; null if it is one request. */
    default @Nullable Hops hops() {
        return null;
    }

    /** Returns whether the answer is a summary that will take the place of its conversation (E73). */
    default boolean compacts() {
        return false;
    }

    /** Returns whether the model may call functions. */
    boolean functions();

    /** Returns how many functions are declared. */
    int functionCount();

    /** Returns the most tokens of the whole prompt, given the model's context limit. */
    default long contextTokens(long contextTokensMax) {
        return contextTokensMax;
    }

    /** Returns the tokens that thoughts get above the caller's maximum, which is then the text's alone (E39). */
    default long thoughtsRoom() {
        return 0;
    }

    /** Returns whether the caller's maximum is so small that unrequested thoughts may use it up (E39). */
    default boolean hasSmallMaximum() {
        return false;
    }

    /** Returns the images that are asked for; null for an answer without any. */
    default @Nullable ImagesAsked images() {
        return null;
    }

    /** Returns the requests to the upstream that the call takes; each has the whole prompt. */
    default int requests() {
        ImagesAsked images = images();
        return images == null ? 1 : images.requests();
    }

    /** Returns the service tier that the caller asks for and the model's price offers (P4). */
    ServiceTier tier();

    /** Returns the name of the caller's field for the tier, for errors. */
    String tierField();

    /** Returns whether it asks for flex, whose calls a provider refuses first. */
    default boolean isAtFlex() {
        return tier() == ServiceTier.FLEX;
    }

    /** Returns the media downloaded for it: complete before it is sent or counted, and kept until the call is over. */
    CallMedia media();

    /** Returns the lease that is charged for the memory of the ask and its translations. */
    Lease memory();

    /** Returns the sizes from which the bound on the prompt is computed. May walk the whole request: call it once. */
    PromptSize promptSize();
}
