package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.Call;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.Meter;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.MeteredRequest;
import dev.tollgate.calls.metering.Running;
import dev.tollgate.calls.replay.Asked;
import dev.tollgate.calls.replay.KnownAnswers;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.replay.Sha256;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.customers.keys.RateAnswers;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelsHandler;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes metered calls of what is asked in any protocol, and answers them; needs no HTTP exchange. Thread-safe, as said of each method.
 *
 * @param models those that are served
 */
public record Calls(CurrentModels models, Meter meter, KnownAnswers known) {

    private static final Logger log = LoggerFactory.getLogger(Calls.class);
    private static final Duration STORE_WAIT = Duration.ofSeconds(1);

    /**
     * A question with what makes it the same as another.
     *
     * @param hash of the body and the opening's label
     */
    public record Read(Question question, String hash) {}

    /** @throws dev.tollgate.base.error.ApiException 404 for a model that is not there, or not for this key */
    Model model(KeyCaller caller, String id) {
        Model model = models.find(id);
        if (model == null || !caller.mayUse(model.id())) {
            throw ModelsHandler.notFound(id).asException();
        }
        return model;
    }

    /** @throws dev.tollgate.base.error.ApiException where it cannot be opened by this key */
    public Protocol.Opening open(Protocol protocol, KeyCaller caller, Envelope envelope) {
        Protocol.Opening opening = protocol.open(envelope);
        String id = opening.model();
        if (id != null) {
            model(caller, id);
        }
        return opening;
    }

    public Read read(Protocol.Opening opening, byte[] body, Lease memory) {
        return new Read(opening.read(body, memory), Sha256.of(opening.label(), body));
    }

    /** Whether {@link #prepare} may take long, or block. */
    boolean mayBlock(Question question) {
        Model model = models.find(question.model());
        return question.isHeavy() || (model != null && question.looksUp(model));
    }

    /**
     * Everything that can be refused without money. Blocks where something has to be looked up.
     *
     * @param door the protocol's name
     * @param arrival null where it did not come by HTTP
     * @throws dev.tollgate.base.error.ApiException as the protocol or the model has it; 503 where the records cannot be read
     */
    public MeteredCall prepare(
            String door, KeyCaller caller, Question question, Lease memory, @Nullable Arrival arrival) {
        Model model = model(caller, question.model());
        Key key = caller.key();
        question.check(model);
        Long tokensMax = tokensMax(model, question);
        try {
            return meter.prepare(new MeteredRequest(
                    key.accountId(),
                    key.id(),
                    key.prefix(),
                    door,
                    model,
                    question.model(),
                    question.ask(model, key.accountId(), memory),
                    arrival,
                    tokensMax,
                    question.tokensMax() == null ? null : question.tokensMaxField(),
                    quotas(caller, model),
                    ignored(question, tokensMax)));
        } catch (StoreException e) {
            log.error(Event.STORE_UNAVAILABLE, "what was kept for a call could not be looked up", e);
            throw ApiError.of(
                            ErrorCode.INTERNAL_ERROR,
                            "The service cannot read its records right now. Please try again.")
                    .withStatus(503)
                    .retryAfter(STORE_WAIT)
                    .asException();
        }
    }

    private static List<Quota> quotas(KeyCaller caller, Model model) {
        List<Quota> its = caller.quotas();
        if (model.rates().unlimited()) {
            return its;
        }
        List<Quota> all = new ArrayList<>(its);
        all.add(Quota.ofModel(caller.accountId(), model.id(), model.rates()));
        return all;
    }

    private static List<String> ignored(Question question, @Nullable Long tokensMax) {
        String field = question.tokensMaxField();
        if (field == null || Objects.equals(question.tokensMax(), tokensMax)) {
            return question.ignored();
        }
        List<String> all = new ArrayList<>(question.ignored());
        all.add(field);
        return all;
    }

    /** The caller's maximum, cut to what the model can do (D21), else the protocol's default (D12, D51). */
    private static @Nullable Long tokensMax(Model model, Question question) {
        Long asked = question.tokensMax();
        return asked == null
                ? question.tokensMaxByDefault(model)
                : Long.valueOf(Math.min(asked, model.upstream().outputTokensMax()));
    }

    /**
     * Answers on the current event loop.
     *
     * @param nameHash of an idempotency key; null without one
     * @throws dev.tollgate.base.error.ApiException 429 where a limit does not let it begin
     */
    public Running answer(MeteredCall call, Read read, @Nullable String nameHash, Outlet outlet) {
        Question question = read.question();
        call.request().ignored().forEach(outlet::ignore);
        showRates(call, outlet::setHeader);
        Running running = known.answer(
                new Asked(call, read.hash(), nameHash), outlet, other -> question.sink(other, call.request()));
        if (running instanceof Call) { // it has begun, and nothing of it has been told
            showRates(call, outlet::setHeader);
        }
        return running;
    }

    /** What is left of the tightest limits. */
    void showRates(MeteredCall call, BiConsumer<String, String> headers) {
        List<Quota> quotas = call.request().quotas();
        if (!quotas.isEmpty()) {
            RateAnswers.show(meter.quotas().standing(quotas), headers);
        }
    }
}
