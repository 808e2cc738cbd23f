package dev.tollgate.generate;

import dev.tollgate.keys.Key;
import dev.tollgate.keys.Spend;
import dev.tollgate.ledger.SpendLimits;
import dev.tollgate.metering.Meter;
import dev.tollgate.metering.MeteredCall;
import dev.tollgate.metering.MeteredRequest;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelsHandler;
import dev.tollgate.upstream.NativeAsk;
import org.jspecify.annotations.Nullable;

/** Makes metered calls of requests: everything that can be refused without money. Thread-safe. */
public final class GenerateCalls {

    static final String DOOR = "generate";

    private final Catalogue catalogue;
    private final Meter meter;

    public GenerateCalls(Catalogue catalogue, Meter meter) {
        this.catalogue = catalogue;
        this.meter = meter;
    }

    /** @throws dev.tollgate.error.ApiException 404 for a model that is not there, or not for this key */
    Model model(Key key, String id) {
        Model model = catalogue.find(id);
        if (model == null || !key.mayUse(model.id())) {
            throw ModelsHandler.notFound(id).asException();
        }
        return model;
    }

    /** For an answer. */
    MeteredCall answer(Key key, String id, NativeRequest request) {
        Model model = model(key, id);
        ConversationRules.check(request.contents(), model.upstream());
        ModelRules.check(model, request);
        return call(key, model, id, request);
    }

    /** For its prompt to be counted: a conversation need not be at its end. */
    MeteredCall count(Key key, String id, NativeRequest request) {
        return call(key, model(key, id), id, request);
    }

    private MeteredCall call(Key key, Model model, String id, NativeRequest request) {
        NativeAsk ask = new NativeAsk(
                request.body(),
                model.id(),
                model.upstream().name(),
                request.candidates(),
                request.searches(),
                PromptSizes.of(request));
        Spend spend = key.settings().spend();
        return meter.prepare(new MeteredRequest(
                key.accountId(),
                key.id(),
                key.prefix(),
                new SpendLimits(spend.hourMicros(), spend.dayMicros(), spend.totalMicros()),
                DOOR,
                model,
                id,
                ask,
                tokensMax(model, request)));
    }

    /** The caller's own, cut to what the model can do (D21); the defaults of the other door do not hold here (D51). */
    static @Nullable Long tokensMax(Model model, NativeRequest request) {
        Long asked = request.tokensMax();
        return asked == null
                ? null
                : Long.valueOf(Math.min(asked, model.upstream().outputTokensMax()));
    }
}
