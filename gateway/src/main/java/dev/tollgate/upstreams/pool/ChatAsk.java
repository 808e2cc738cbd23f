package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.models.Thinking;
import dev.tollgate.upstreams.media.CallMedia;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A chat request after the catalogue's decisions.
 *
 * @param wish what the caller asks for; one for all channels
 * @param modelId the catalogue's id of the model, by which a channel is chosen
 * @param upstreamModel the upstream's name of the model, by which its rules are found: the catalogue's unless the channel has another
 * @param replay signatures and ids of earlier answers, which the caller need not send back
 * @param media the media downloaded for it: complete before it is sent or counted, and kept until the call is over
 * @param memory the lease that is charged for the memory of the ask and its translations
 */
public record ChatAsk(Wish wish, String modelId, String upstreamModel, Replay replay, CallMedia media, Lease memory)
        implements Ask {

    /**
     * The wish of the caller.
     *
     * @param conversation checked
     * @param includeThoughts whether the upstream is asked to show its thoughts
     * @param effort mapped by the upstream model's table; null sends nothing
     * @param tier the service tier that the caller asks for and the model's price offers
     * @param room what thoughts get above the caller's maximum; null if it includes them
     * @param compacts whether the answer is a summary that will take the place of the conversation
     * @param images that are asked for; null for an answer without any
     */
    public record Wish(
            Conversation conversation,
            boolean includeThoughts,
            @Nullable Effort effort,
            ServiceTier tier,
            @Nullable Room room,
            boolean compacts,
            @Nullable ImagesAsked images) {}

    /**
     * The room of thoughts that the caller did not ask for (E39).
     *
     * @param textTokensMax the caller's maximum, for the text alone
     * @param tokens above it; 0 on a model that can be silent
     */
    public record Room(long textTokensMax, long tokens) {

        /** A maximum from which on thoughts at the least effort leave enough of it. */
        public static final long SMALL_BELOW = 2 * Thinking.Level.LOW_TOKENS;
    }

    /** Creates an ask whose maximum includes the thoughts. */
    public ChatAsk(
            Conversation conversation,
            String modelId,
            String upstreamModel,
            boolean includeThoughts,
            @Nullable Effort effort,
            ServiceTier tier,
            Replay replay,
            CallMedia media,
            Lease memory) {
        this(
                new Wish(conversation, includeThoughts, effort, tier, null, false, null),
                modelId,
                upstreamModel,
                replay,
                media,
                memory);
    }

    /** Creates an ask of the standard tier, without media and without a lease. */
    public ChatAsk(
            Conversation conversation,
            String modelId,
            String upstreamModel,
            boolean includeThoughts,
            @Nullable Effort effort,
            Replay replay) {
        this(
                conversation,
                modelId,
                upstreamModel,
                includeThoughts,
                effort,
                ServiceTier.STANDARD,
                replay,
                new CallMedia(),
                Lease.FREE);
    }

    public Conversation conversation() {
        return wish.conversation();
    }

    public boolean includeThoughts() {
        return wish.includeThoughts();
    }

    public @Nullable Effort effort() {
        return wish.effort();
    }

    @Override
    public ServiceTier tier() {
        return wish.tier();
    }

    public @Nullable Room room() {
        return wish.room();
    }

    public boolean compacts() {
        return wish.compacts();
    }

    @Override
    public @Nullable ImagesAsked images() {
        return wish.images();
    }

    public ChatAsk withImages(@Nullable ImagesAsked its) {
        return its == images() ? this : with(wish(room(), compacts(), its)); // most calls ask for none
    }

    public ChatAsk withRoom(Room its) {
        return with(wish(its, compacts(), images()));
    }

    /** Returns this ask for a summary that will take the place of the conversation. */
    public ChatAsk compacting() {
        return with(wish(room(), true, images()));
    }

    private Wish wish(@Nullable Room room, boolean compacts, @Nullable ImagesAsked images) {
        return new Wish(conversation(), includeThoughts(), effort(), tier(), room, compacts, images);
    }

    private ChatAsk with(Wish its) {
        return new ChatAsk(its, modelId, upstreamModel, replay, media, memory);
    }

    private ChatAsk with(Replay its) {
        return new ChatAsk(wish, modelId, upstreamModel, its, media, memory);
    }

    @Override
    public long thoughtsRoom() {
        Room room = room();
        return room == null ? 0 : room.tokens();
    }

    @Override
    public boolean hasSmallMaximum() {
        return room() != null;
    }

    /** Returns this ask with the signatures that are valid for one channel and the upstream model used there (D50). */
    public ChatAsk onChannel(String name, String model) {
        return with(replay.onChannel(name, model));
    }

    @Override
    public ChatAsk withoutSignatures() {
        return with(replay.withoutSignatures());
    }

    @Override
    public @Nullable String preferredChannel() {
        return replay.preferredChannel();
    }

    @Override
    public boolean isToolLoopOpen() {
        for (Message message : conversation().messages().reversed()) {
            if (message instanceof Message.Assistant) {
                return false;
            }
            if (message instanceof Message.ToolResult) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int candidates() {
        return conversation().sampling().candidates();
    }

    @Override
    public String toolsField() {
        return conversation().place().path(Member.TOOLS);
    }

    @Override
    public String tierField() {
        return conversation().place().path(Member.SERVICE_TIER);
    }

    @Override
    public Set<ProviderTool> providerTools() {
        return conversation().providerTools();
    }

    @Override
    public boolean functions() {
        return !conversation().functions().isEmpty();
    }

    @Override
    public int functionCount() {
        return conversation().functions().size();
    }

    /** Returns the size including replayed signatures: they go upstream, too (D31). */
    @Override
    public PromptSize promptSize() {
        return PromptSize.of(conversation()).plus(replay.bytes());
    }

    @Override
    public ChatAsk forUpstreamModel(String name) {
        return name.equals(upstreamModel) ? this : new ChatAsk(wish, modelId, name, replay, media, memory);
    }
}
