package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.calls.lines.LineRefusals;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.Call;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.ForwardingSink;
import dev.tollgate.calls.metering.Meter;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Running;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.KnownAnswers;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.keys.FreeReads;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.RateHeaders;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.models.Model;
import dev.tollgate.models.lists.ModelsHandler;
import dev.tollgate.protocols.door.LabelReading.Labelled;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.sessions.CallSession;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes metered calls from requests of any protocol, and answers them. Needs no HTTP exchange. Thread-safe, except as each method says.
 *
 * @param models the models on sale
 * @param secrets makes the keys of sessions
 */
public record Calls(CurrentModels models, Meter meter, KnownAnswers known, SecretBox secrets) {

    private static final Logger log = LoggerFactory.getLogger(Calls.class);
    private static final String PREVIEW = "-preview";

    /** @throws dev.tollgate.base.error.ApiException 404 for a model that is not there, or not for this key */
    Model model(KeyCaller caller, String id) {
        return model(caller, id, models.now());
    }

    private Model model(KeyCaller caller, String id, Instant at) {
        Model model = models.find(id, at, caller.accountId());
        if (model == null || !caller.mayUse(model.id())) {
            throw notFound(caller, id).asException();
        }
        return model;
    }

    /** Returns the 404 of a model. For an ended preview it names the model that has followed, if this key may use it. */
    private ApiError notFound(KeyCaller caller, String id) {
        Model successor = id.endsWith(PREVIEW) ? models.find(id.substring(0, id.length() - PREVIEW.length())) : null;
        return successor == null || !caller.mayUse(successor.id())
                ? ModelsHandler.notFound(id)
                : ModelsHandler.notFound(id, successor.id());
    }

    /** @throws dev.tollgate.base.error.ApiException if it cannot be opened by this key */
    public Reading<?> open(Protocol protocol, KeyCaller caller, Envelope envelope) {
        Reading<?> reading = protocol.open(envelope);
        reading.openedWith(envelope);
        String id = reading.model();
        if (id != null) {
            requireKind(model(caller, id), reading);
        }
        return reading;
    }

    /** Refuses a model that answers if embeddings are requested, and the other way round (E69). */
    private static void requireKind(Model model, Reading<?> reading) {
        if (model.isEmbedding() == reading.embeds()) {
            return;
        }
        String message = reading.embeds()
                ? "'model': '%s' makes no embeddings. GET /v1/models lists those that do, with \"kind\": \"embedding\"."
                : "'model': '%s' makes embeddings and no answers. Use POST /v1/embeddings.";
        throw ApiError.invalid("model", message.formatted(model.id())).asException();
    }

    /** Returns whether {@link #prepare} may take long or block. */
    <R> boolean mayBlock(Reading<R> reading, R request) {
        Model model = models.find(reading.model(request));
        return reading.isHeavy(request) || (model != null && reading.looksUp(request, model));
    }

    /**
     * Everything that can be refused without money. Blocks where something has to be looked up.
     *
     * @param door the protocol's name
     * @param arrival null if it did not come by HTTP
     * @throws dev.tollgate.base.error.ApiException as the protocol or the model has it; 503 where the records cannot be read
     */
    public <R> MeteredCall prepare(
            String door, KeyCaller caller, Reading<R> reading, R request, Lease memory, @Nullable Arrival arrival) {
        String named = reading.model(request);
        Instant arrived = arrived(arrival);
        Model model = asked(caller, named, arrived, reading, arrival);
        Key key = caller.key();
        try {
            load(reading, request, model, key.accountId(), memory);
            reading.check(request, model);
            Long asked = reading.tokensMax(request);
            Long tokensMax = tokensMax(asked, model, reading, request, key.accountId());
            Labelled labelled = reading.labels(caller, request, ignored(reading, request, model, tokensMax));
            Ask ask = reading.ask(request, model, key.accountId(), memory);
            CallSession session = session(key.accountId(), model, reading, request, arrival);
            return new MeteredCall(
                    key.accountId(),
                    key.id(),
                    key.owner(),
                    key.prefix(),
                    key.settings().ceiling(),
                    door,
                    model,
                    arrived,
                    named,
                    ask,
                    arrival,
                    tokensMax,
                    asked == null ? null : reading.tokensMaxField(request),
                    quotas(caller, model),
                    labelled.ignored(),
                    labelled.labels(),
                    meter.translate(session, key.owner(), model, ask, tokensMax));
        } catch (ApiException refused) {
            requireFlex(model, arrival);
            throw reading.named(request, refused.error()).asException();
        } catch (StoreException e) {
            throw unreadable(e);
        }
    }

    private Model asked(
            KeyCaller caller, String named, Instant arrived, Reading<?> reading, @Nullable Arrival arrival) {
        Model model = model(caller, named, arrived);
        requireKind(model, reading);
        requireFlex(model, arrival);
        return model;
    }

    /** Refuses a line that runs at flex alone, as long as no channel grants it: it waits, and does not rise to another tier (J3). */
    private void requireFlex(Model model, @Nullable Arrival arrival) {
        if (arrival != null
                && arrival.terms() instanceof CallTerms.OfLine line
                && line.atFlex()
                && !models.offered(model).pricing().offers(ServiceTier.FLEX)) {
            throw LineRefusals.NO_FLEX.asException();
        }
    }

    private static <R> void load(Reading<R> reading, R request, Model model, String accountId, Lease memory) {
        if (reading.looksUp(request, model)) {
            reading.load(request, accountId, memory);
        }
    }

    /** A request that is only counted has no session. */
    private <R> CallSession session(
            String accountId, Model model, Reading<R> reading, R request, @Nullable Arrival arrival) {
        SessionName name = arrival == null ? null : reading.sessionName(request);
        CallSession session = name == null
                ? CallSession.none(accountId)
                : name.session(secrets, accountId, model.id(), () -> reading.parts(request));
        return arrival == null || !arrival.terms().isPatient() ? session : session.patient();
    }

    /** Returns the least that a call costs, by the model as a caller names it; 0 for an unknown one. */
    long leastMicros(KeyCaller caller, String model) {
        Model found = models.find(model, models.now(), caller.accountId());
        return found == null ? 0 : found.pricing().rounding().minimumMicros();
    }

    /** Counts work that costs nothing (E44). @throws dev.tollgate.base.error.ApiException 429 above the account's limit */
    void countFreeWork(String accountId) {
        Quotas.OverLimit refused = meter.quotas().arrive(RequestCount.freeWork(accountId));
        if (refused != null) {
            throw RateHeaders.refusal(refused).asException();
        }
    }

    /** Takes that back: a call has come of the work. */
    private void takeBackFreeWork(String accountId) {
        meter.quotas().takeBack(RequestCount.freeWork(accountId), 1);
    }

    /**
     * Finds the kept content of a request, and opens nothing. Blocks.
     *
     * @return the bytes that it becomes
     * @throws dev.tollgate.base.error.ApiException as the protocol has it; 429 for more than may be read free; 503 where the records cannot be read
     */
    <R> long findKept(KeyCaller caller, Reading<R> reading, R request, Lease memory) {
        try {
            long bytes =
                    reading.findKept(request, caller.accountId(), caller.key().owner(), memory);
            FreeReads reads = new FreeReads(meter.quotas(), caller.accountId());
            reads.count(reading.fileBytes(request));
            reading.willRead(reads);
            return bytes;
        } catch (StoreException e) {
            throw unreadable(e);
        }
    }

    private static ApiException unreadable(StoreException e) {
        log.error(Event.STORE_UNAVAILABLE, "what was kept for a call could not be looked up", e);
        return Records.unreadable().asException();
    }

    /** Returns the time at which a request arrived, whose prices hold for it (P3). */
    private Instant arrived(@Nullable Arrival arrival) {
        Instant now = models.now();
        return arrival == null ? now : arrival.at(now, System.nanoTime());
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

    private static <R> List<String> ignored(Reading<R> reading, R request, Model model, @Nullable Long tokensMax) {
        String field = reading.tokensMaxField(request);
        Long asked = reading.tokensMax(request);
        if (field == null || asked == null || asked.equals(tokensMax)) {
            return reading.ignored(request, model);
        }
        List<String> all = new ArrayList<>(reading.ignored(request, model));
        all.add(field);
        return all;
    }

    /** The caller's maximum, cut to what the model can do (D21), else the protocol's default (D12, D51). */
    private static <R> @Nullable Long tokensMax(
            @Nullable Long asked, Model model, Reading<R> reading, R request, String accountId) {
        return asked == null
                ? reading.tokensMaxByDefault(model)
                : Long.valueOf(Math.min(asked, reading.tokensMaxMost(request, model, accountId)));
    }

    /**
     * Answers on the current event loop.
     *
     * @param nameHash of an idempotency key; null without one
     * @throws dev.tollgate.base.error.ApiException 429 if a limit does not let it begin
     */
    public <R> Running answer(
            MeteredCall call, Reading<R> reading, R request, @Nullable String nameHash, Outlet outlet) {
        call.ignored().forEach(outlet::ignore);
        showRates(reading, call, outlet::setHeader);
        Running running =
                known.answer(call, reading.print(), nameHash, outlet, other -> sink(reading, request, other, call));
        if (running instanceof Call) { // the call has started, and nothing has been sent yet
            showRates(reading, call, outlet::setHeader);
        }
        return running;
    }

    <R> Sink sink(Reading<R> reading, R request, Outlet outlet, MeteredCall call) {
        Sink sink = reading.sink(request, outlet, call);
        return reading.hasOpenedKept() ? new Admitted(sink, () -> paid(reading, call.accountId())) : sink;
    }

    /** Returns the sink of a call whose acceptance has counted as free work. */
    <R> Sink sinkOfAccepted(Reading<R> reading, R request, Outlet outlet, MeteredCall call) {
        return new Admitted(reading.sink(request, outlet, call), () -> paid(reading, call.accountId()));
    }

    private void paid(Reading<?> reading, String accountId) {
        takeBackFreeWork(accountId);
        reading.paid();
    }

    /** A call that has a hold pays for what was opened for it. */
    private static final class Admitted extends ForwardingSink {

        private final Runnable admitted;

        Admitted(Sink sink, Runnable admitted) {
            super(sink);
            this.admitted = admitted;
        }

        @Override
        public void admitted(Admission admission) {
            admitted.run();
            super.admitted(admission);
        }
    }

    /** Sets the headers with the rest of the tightest limits. */
    void showRates(Reading<?> reading, MeteredCall call, BiConsumer<String, String> headers) {
        List<Quota> quotas = call.quotas();
        if (!quotas.isEmpty()) {
            reading.showRates(meter.quotas().standing(quotas), headers);
        }
    }
}
