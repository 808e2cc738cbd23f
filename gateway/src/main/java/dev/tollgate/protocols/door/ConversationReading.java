package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.LookAhead;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.models.Model;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.models.lists.ModelsHandler;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.signatures.Signatures;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The reading of a body that becomes a {@link ConversationRequest}: how such a request is asked of a model.
 *
 * @param <R> what the protocol reads a body into
 */
public abstract class ConversationReading<R> extends Reading<R> {

    private final ProtocolName door;
    private final CurrentModels models;
    private final Signatures signatures;

    protected ConversationReading(ProtocolName door, CurrentModels models, Signatures signatures) {
        this.door = door;
        this.models = models;
        this.signatures = signatures;
    }

    /** Returns what gives images addresses; null at doors that show them inline alone. */
    protected @Nullable FileAddresses addresses() {
        return null;
    }

    /** Returns what gives the images of a call addresses; null if they come inline. @param envelope of the request */
    protected final FileAddresses.@Nullable OfCall addresses(R read, Envelope envelope, MeteredCall call) {
        FileAddresses its = delivers(read, call.model());
        return its == null
                ? null
                : its.of(
                        call.accountId(),
                        call.owner(),
                        its.base(envelope.header("host"), envelope.header("x-forwarded-proto")));
    }

    private @Nullable FileAddresses delivers(R read, Model model) {
        FileAddresses its = addresses();
        return its == null || images(read, model).delivery() == null ? null : its;
    }

    /** Returns the request. It is whole: kept content has been loaded. */
    protected abstract ConversationRequest request(R read);

    /** Returns the effort to ask for; null leaves it to the upstream. */
    protected @Nullable Effort effort(R read, Conversation conversation, Model model) {
        Effort effort = conversation.reasoningEffort();
        return effort == null ? model.effortByDefault() : effort;
    }

    /** Returns whether the upstream is asked for thoughts, which keep connections alive even if the door does not show them (E15). */
    protected boolean asksForThoughts(Conversation conversation, @Nullable Effort effort, Model model) {
        return effort != Effort.NONE;
    }

    /** Names a model that is not there before a fault of the tools: programs choose their tools by its name. */
    protected final <T> T modelFirst(byte[] body, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (ApiException refused) {
            String field = String.valueOf(refused.error().param());
            String named = field.startsWith("tool") ? LookAhead.string(body, "model") : null;
            throw named == null || models.find(named) != null
                    ? refused
                    : ModelsHandler.notFound(named).asException();
        }
    }

    @Override
    public String label() {
        return door.code();
    }

    @Override
    protected String model(R read) {
        return request(read).model();
    }

    @Override
    protected CallerNames callerNames(R read) {
        return request(read).callerNames();
    }

    @Override
    protected List<String> ignored(R read, Model model) {
        ConversationRequest request = request(read);
        List<String> ignored = OfferedTier.ignored(request.ignored(model), "service_tier", model, request.tier());
        return images(read, model).ignored(ignored);
    }

    /** Returns the images that a request asks for, as the model can make them. */
    protected final FittedImages images(R read, Model model) {
        return images(
                model,
                its -> FittedImages.of(
                        request(read).conversation().output(), imageSize(read), its, () -> models.makingImages()));
    }

    /** Returns the size in OpenAI's field; null without one. */
    protected FittedImages.@Nullable Size imageSize(R read) {
        return null;
    }

    @Override
    protected @Nullable Long tokensMax(R read) {
        return request(read).maxTokens();
    }

    @Override
    protected @Nullable String tokensMaxField(R read) {
        return request(read).maxTokensField();
    }

    @Override
    protected SessionName sessionName(R read, Envelope envelope) {
        ConversationRequest request = request(read);
        return SessionName.of(envelope, request.callerNames(), PromptStart.of(request.conversation()));
    }

    @Override
    protected PromptParts parts(R read) {
        return PromptSize.parts(request(read).conversation());
    }

    @Override
    protected boolean isHeavy(R read) {
        return request(read).conversation().hasMedia();
    }

    @Override
    protected boolean looksUp(R read, Model model) {
        return addresses() != null && model.makesImages()
                || mayHaveSignatures(request(read).conversation().messages(), model);
    }

    /** Returns none: the documented default of Chat Completions does not hold at other doors (E3). Images need one (Y5). */
    @Override
    protected @Nullable Long tokensMaxByDefault(Model model) {
        return model.makesImages() ? model.maxTokensByDefault() : null;
    }

    @Override
    protected ChatAsk ask(R read, Model model, String accountId, Lease memory) {
        ConversationRequest request = request(read);
        FileAddresses delivered = delivers(read, model);
        if (delivered != null) {
            delivered.requireRoom(accountId, model.imagesMax());
        }
        Conversation conversation = request.conversation(model);
        FileAddresses kept = model.makesImages() ? addresses() : null;
        if (kept != null) {
            Conversation its = conversation;
            conversation = kept.texts()
                    .take(conversation, accountId, () -> imagesLookedUp(its, model, request.tier(), accountId, kept));
        }
        Effort effort = effort(read, conversation, model);
        return new ChatAsk(
                        conversation,
                        model.id(),
                        model.upstream().asked().name(),
                        asksForThoughts(conversation, effort, model),
                        effort,
                        OfferedTier.of(model, request.tier()),
                        replay(conversation.messages(), model, accountId),
                        new CallMedia(),
                        memory)
                .withImages(images(read, model).asked());
    }

    /**
     * Returns how many images in texts are looked up: as many as the model takes in addition to the conversation's other images. It is none if the text alone,
     * at the usual bytes for a token, is too long for the model or costs more than the account has. The call is then refused by the count of its prompt.
     */
    private static int imagesLookedUp(
            Conversation conversation, Model model, @Nullable ServiceTier tier, String accountId, FileAddresses kept) {
        PromptSize size = PromptSize.of(conversation);
        long tokens = RoughCount.textTokens(size);
        Usage text = Usage.of(tokens, 0, 0).at(OfferedTier.of(model, tier));
        UpstreamModel upstream = model.upstream();
        boolean isAnswered = tokens <= upstream.inputTokensMax()
                && kept.texts().covers(accountId, model.pricing().chargeMicros(text));
        return isAnswered && upstream.images() != null
                ? Math.max(0, upstream.images().inputs() - size.media().size())
                : 0;
    }

    private Replay replay(List<Message> messages, Model model, String accountId) {
        return mayHaveSignatures(messages, model)
                ? signatures.find(accountId, models.modelOn(model), messages)
                : Replay.NONE;
    }

    private static boolean mayHaveSignatures(List<Message> messages, Model model) {
        return Signatures.mayHave(messages, model.upstream().signatures());
    }
}
