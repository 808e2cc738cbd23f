package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.ForwardingSink;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.Model;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.FittedImages;
import dev.tollgate.protocols.door.PromptStart;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.SessionName;
import dev.tollgate.upstreams.hops.HopToken;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import dev.tollgate.upstreams.signatures.Signatures;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The reading of a body that becomes a {@link NativeRequest}: how such a request is checked, and asked of a model.
 *
 * @param <R> what the protocol reads a body into
 */
public abstract class NativeReading<R> extends Reading<R> {

    private final CurrentModels models;
    private final Signatures signatures;
    private final @Nullable ContinuationTokens continuations;

    /** @param continuations make the tokens of answers in several hops; null at a door whose answers are one request each */
    protected NativeReading(CurrentModels models, Signatures signatures, @Nullable ContinuationTokens continuations) {
        this.models = models;
        this.signatures = signatures;
        this.continuations = continuations;
    }

    /** Returns the request. It is whole: kept content has been loaded. */
    protected abstract NativeRequest request(R read);

    /**
     * Returns a sink that replaces the native names of fields by the caller's.
     *
     * @param named returns the caller's name of a field
     * @param refusal returns an error with such names
     */
    protected static Sink renamed(Sink sink, UnaryOperator<String> named, UnaryOperator<ApiError> refusal) {
        return new ForwardingSink(sink) {

            @Override
            public void admitted(Admission admission) {
                List<String> ignored = admission.ignored().stream().map(named).toList();
                super.admitted(new Admission(admission.taskId(), admission.maxTokensApplied(), ignored));
            }

            @Override
            public void ignoring(List<String> fields) {
                super.ignoring(fields.stream().map(named).toList());
            }

            @Override
            public void failed(ApiError error) {
                super.failed(refusal.apply(error));
            }
        };
    }

    /** Returns whether the request refers to nothing that is kept, or that has been loaded. */
    protected boolean isWhole(R read) {
        return true;
    }

    @Override
    protected final boolean opensKept(R read) {
        return !isWhole(read);
    }

    /** Returns whether the answer is shown as the upstream's own chunks, whose parts the caller sends back as they came. */
    protected abstract boolean asChunks();

    @Override
    protected List<String> ignored(R read, Model model) {
        NativeRequest request = request(read);
        return images(request, model)
                .ignored(OfferedTier.ignored(request.ignored(), NativeRequestReader.TIER, model, request.tier()));
    }

    private FittedImages images(NativeRequest request, Model model) {
        return images(model, its -> FittedImages.of(request.output(), null, its, () -> models.makingImages()));
    }

    @Override
    protected @Nullable Long tokensMax(R read) {
        return request(read).tokensMax();
    }

    /** An answer may be as long as all its hops if one of them has begun it, or if a channel can begin such a one and the provider runs no tools for it. */
    @Override
    protected long tokensMaxMost(R read, Model asked, String accountId) {
        NativeRequest request = request(read);
        long one = super.tokensMaxMost(read, asked, accountId);
        long most = continuations == null ? 0 : asked.longTokensMax();
        Long given = request.tokensMax();
        if (most == 0 || given == null || given <= one || request.continuationToken() != null) {
            return Math.max(one, most);
        }
        return request.providerTools().isEmpty() && models.haveHops(asked, accountId) ? most : one;
    }

    /** Returns what is asked of an answer in several hops; null if it is one request. @throws dev.tollgate.base.error.ApiException a 400 for a wrong token */
    private @Nullable Hops hops(R read, Model asked, String accountId, Lease memory) {
        if (continuations == null) {
            return null;
        }
        NativeRequest request = request(read);
        if (asked.longTokensMax() == 0) {
            ContinuationTokens.requireNoneOfOurs(request.continuationToken());
            return null;
        }
        Long given = request.tokensMax();
        Long tokensMax = given == null ? null : Long.valueOf(Math.min(given, tokensMaxMost(read, asked, accountId)));
        String token = request.continuationToken();
        HopToken from = token == null
                ? null
                : continuations.opened(
                        token, accountId, asked.id(), asked.upstream().inputTokensMax(), memory);
        return Hops.of(asked, tokensMax, from, continuations.sealing(accountId, asked.id()));
    }

    @Override
    protected String tokensMaxField(R read) {
        return "generationConfig.maxOutputTokens";
    }

    @Override
    protected CallerNames callerNames(R read) {
        return request(read).labels();
    }

    @Override
    protected SessionName sessionName(R read, Envelope envelope) {
        return SessionName.of(envelope, null, new PromptStart(request(read)::walkStart));
    }

    @Override
    protected PromptParts parts(R read) {
        return PromptSizes.parts(request(read));
    }

    @Override
    protected boolean isHeavy(R read) {
        return !isWhole(read) || request(read).hasMedia();
    }

    @Override
    protected boolean looksUp(R read, Model asked) {
        return !isWhole(read) || !request(read).signatures().isEmpty();
    }

    @Override
    protected void check(R read, Model asked) {
        NativeRequest request = request(read);
        ConversationRules.check(request.contents(), asked.upstream(), asChunks());
        ConversationRules.checkPrompt(request);
        GenerateModelRules.check(asked, request);
        images(request, asked).check();
    }

    /** The defaults of other doors do not hold here (D51). Images and speech need one (Y5). */
    @Override
    protected @Nullable Long tokensMaxByDefault(Model asked) {
        return asked.makesImages() || asked.speaks() ? asked.maxTokensByDefault() : null;
    }

    @Override
    protected Ask ask(R read, Model asked, String accountId, Lease memory) {
        NativeRequest request = request(read);
        return new NativeAsk(
                new NativeAsk.Wish(
                        request.body(),
                        request.candidates(),
                        request.providerTools(),
                        PromptSizes.of(request),
                        OfferedTier.of(asked, request.tier()),
                        images(request, asked).asked(),
                        asChunks(),
                        hops(read, asked, accountId, memory)),
                asked.id(),
                asked.upstream().asked().name(),
                origins(request, asked, accountId),
                new CallMedia(),
                memory);
    }

    private SignatureOrigins origins(NativeRequest request, Model asked, String accountId) {
        List<String> sentBack = request.signatures();
        return sentBack.isEmpty()
                ? SignatureOrigins.NONE
                : signatures.origins(accountId, models.modelOn(asked), sentBack);
    }
}
