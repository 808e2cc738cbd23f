package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.upstreams.media.CallMedia;
import org.jspecify.annotations.Nullable;

/**
 * A chat request with everything decided that the catalogue decides.
 *
 * @param conversation checked
 * @param modelId the catalogue's id of the model: what a channel is chosen by
 * @param upstreamModel the upstream's name of the model, the catalogue's unless the channel has another; its rules are looked up under it
 * @param includeThoughts whether the upstream is asked to show its thoughts
 * @param effort mapped by the upstream model's table; null sends nothing
 * @param replay what earlier answers in it came with and the caller need not send back
 * @param media what was downloaded for it: there before it is sent or counted, until the call is over
 * @param memory what it takes of the heap is charged to it, and what it is translated into
 */
public record ChatAsk(
        Conversation conversation,
        String modelId,
        String upstreamModel,
        boolean includeThoughts,
        @Nullable Effort effort,
        Replay replay,
        CallMedia media,
        Lease memory)
        implements Ask {

    /** Before anything is downloaded for it, and charged to nobody. */
    public ChatAsk(
            Conversation conversation,
            String modelId,
            String upstreamModel,
            boolean includeThoughts,
            @Nullable Effort effort,
            Replay replay) {
        this(conversation, modelId, upstreamModel, includeThoughts, effort, replay, new CallMedia(), Lease.FREE);
    }

    /** The same, with what is replayed as far as it is good on a channel for the upstream's model that is asked there (D50). */
    public ChatAsk onChannel(String name, String model) {
        return new ChatAsk(
                conversation,
                modelId,
                upstreamModel,
                includeThoughts,
                effort,
                replay.onChannel(name, model),
                media,
                memory);
    }

    @Override
    public ChatAsk withoutSignatures() {
        return new ChatAsk(
                conversation,
                modelId,
                upstreamModel,
                includeThoughts,
                effort,
                replay.withoutSignatures(),
                media,
                memory);
    }

    /** The channel that the conversation's signatures belong to: asked first as long as it may be; null where there are none (D50). */
    @Override
    public @Nullable String preferredChannel() {
        return replay.preferredChannel();
    }

    @Override
    public int candidates() {
        return conversation.sampling().candidates();
    }

    @Override
    public String toolsField() {
        return conversation.place().path(Member.TOOLS);
    }

    @Override
    public boolean searches() {
        return conversation.searches();
    }

    @Override
    public boolean functions() {
        return !conversation.functions().isEmpty();
    }

    /** With what is replayed: it goes upstream like the rest (D31). */
    @Override
    public PromptSize promptSize() {
        return PromptSize.of(conversation).plus(replay.bytes());
    }

    @Override
    public ChatAsk forUpstreamModel(String name) {
        return name.equals(upstreamModel)
                ? this
                : new ChatAsk(conversation, modelId, name, includeThoughts, effort, replay, media, memory);
    }
}
