package dev.tollgate.generate;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.keys.Key;
import dev.tollgate.media.CallMedia;
import dev.tollgate.memory.Lease;
import dev.tollgate.metering.CurrentModels;
import dev.tollgate.metering.Meter;
import dev.tollgate.metering.MeteredCall;
import dev.tollgate.metering.MeteredRequest;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelsHandler;
import dev.tollgate.signatures.Signatures;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstream.NativeAsk;
import dev.tollgate.upstream.SignatureOrigins;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes metered calls of requests: everything that can be refused without money. Thread-safe. */
public final class GenerateCalls {

    static final String DOOR = "generate";

    private static final Logger log = LoggerFactory.getLogger(GenerateCalls.class);
    private static final Duration STORE_WAIT = Duration.ofSeconds(1);

    private final CurrentModels models;
    private final Meter meter;
    private final Signatures signatures;

    public GenerateCalls(CurrentModels models, Meter meter, Signatures signatures) {
        this.models = models;
        this.meter = meter;
        this.signatures = signatures;
    }

    /** @throws dev.tollgate.error.ApiException 404 for a model that is not there, or not for this key */
    Model model(Key key, String id) {
        Model model = models.find(id);
        if (model == null || !key.mayUse(model.id())) {
            throw ModelsHandler.notFound(id).asException();
        }
        return model;
    }

    /** For an answer. Blocks where the request holds signatures. */
    MeteredCall answer(Key key, String id, NativeRequest request, Lease memory) {
        Model model = model(key, id);
        ConversationRules.check(request.contents(), model.upstream());
        ModelRules.check(model, request);
        return call(key, model, id, request, memory);
    }

    /** For its prompt to be counted: a conversation need not be at its end. Blocks likewise. */
    MeteredCall count(Key key, String id, NativeRequest request, Lease memory) {
        Model model = model(key, id);
        ConversationRules.checkToCount(request.contents(), model.upstream());
        return call(key, model, id, request, memory);
    }

    private MeteredCall call(Key key, Model model, String id, NativeRequest request, Lease memory) {
        NativeAsk ask = new NativeAsk(
                request.body(),
                model.id(),
                model.upstream().asked().name(),
                request.candidates(),
                request.searches(),
                PromptSizes.of(request),
                origins(key, model, request),
                new CallMedia(),
                memory);
        return meter.prepare(new MeteredRequest(
                key.accountId(), key.id(), key.prefix(), DOOR, model, id, ask, tokensMax(model, request)));
    }

    private SignatureOrigins origins(Key key, Model model, NativeRequest request) {
        List<String> sentBack = request.signatures();
        if (sentBack.isEmpty()) {
            return SignatureOrigins.NONE;
        }
        try {
            return signatures.origins(key.accountId(), models.modelOn(model), sentBack);
        } catch (StoreException e) {
            log.error("signatures could not be looked up", e);
            throw ApiError.of(
                            ErrorCode.INTERNAL_ERROR,
                            "The service cannot read its records right now. Please try again.")
                    .withStatus(503)
                    .retryAfter(STORE_WAIT)
                    .asException();
        }
    }

    /** The caller's own, cut to what the model can do (D21); the defaults of the other door do not hold here (D51). */
    static @Nullable Long tokensMax(Model model, NativeRequest request) {
        Long asked = request.tokensMax();
        return asked == null
                ? null
                : Long.valueOf(Math.min(asked, model.upstream().outputTokensMax()));
    }
}
