package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.SecondTry;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.protocols.door.AnswerHeaders;
import dev.tollgate.protocols.door.ShownCalls;
import dev.tollgate.protocols.door.SignedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The common part of streamed and whole responses: outlet, id, and the state of one response of the upstream. Confined to its call. */
final class Answer {

    private static final String CALL_ID_PREFIX = "call_";

    private static final ApiError UNSHOWABLE = ApiError.invalid(
                    "model",
                    "The model made a file that is no picture, which Responses has no item for. Ask it at /v1/chat/completions.")
            .doNotRetry();

    private final Outlet outlet;
    private final AnswerHeaders headers;
    private final MeteredCall metered;
    private final ResponsesRequest request;
    private final Keeping keeping;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ShownCalls ids;
    private final long created;
    private @Nullable String id;
    private @Nullable SecondTry<UpstreamAnswer> tries;
    private @Nullable EventWriter events;

    /** @param random source of ids; thread-safe */
    Answer(
            Outlet outlet,
            MeteredCall metered,
            ResponsesRequest request,
            KeptResponses kept,
            InstantSource clock,
            RandomGenerator random) {
        this.outlet = outlet;
        this.headers = new AnswerHeaders(outlet);
        this.metered = metered;
        this.request = request;
        this.keeping = new Keeping(kept, request);
        this.clock = clock;
        this.random = random;
        this.created = clock.instant().getEpochSecond();
        this.ids = new ShownCalls(
                request.conversation().messages(),
                CALL_ID_PREFIX,
                it -> state().signed().hasCall(it),
                random);
    }

    // ---- before the response ----

    void admitted(Sink.Admission admission) {
        id = admission.taskId();
        headers.admitted(admission);
        outlet.setHeader("x-tollgate-model", metered.model().id());
    }

    AnswerHeaders headers() {
        return headers;
    }

    /** Returns the form that the response must have. */
    ResponseFormat format() {
        return request.conversation().responseFormat();
    }

    Outlet outlet() {
        return outlet;
    }

    /** Shows the items in events, too. */
    void events(EventWriter writer) {
        events = writer;
    }

    String accountId() {
        return metered.accountId();
    }

    // ---- the response ----

    private SecondTry<UpstreamAnswer> tries() {
        SecondTry<UpstreamAnswer> known = tries;
        if (known == null) {
            known = new SecondTry<>(fresh());
            tries = known;
        }
        return known;
    }

    private UpstreamAnswer state() {
        return tries().current();
    }

    private UpstreamAnswer fresh() {
        return new UpstreamAnswer(
                new Output(events, idChars(), request, random),
                new SignedAnswer(CALL_ID_PREFIX, false),
                request.echo().summary() != null);
    }

    void beginAnew() {
        tries().begin(fresh());
    }

    void takeBack() {
        tries().takeBack();
    }

    private String idChars() {
        if (id == null) { // refused before there was a task
            id = new CompletionIds(clock, random).next();
        }
        return id.substring(id.indexOf('-') + 1);
    }

    void take(UpstreamEvent event) {
        state().take(event, ids::call);
    }

    long keeps(List<UpstreamEvent> events) {
        return state().keeps(events);
    }

    /** Returns the text; null unless the upstream ended the response by itself. */
    @Nullable
    String wholeText() {
        UpstreamAnswer state = state();
        return state.hasFinished() && state.incompleteReason() == null
                ? state.signed().text()
                : null;
    }

    /** Returns why the response cannot be shown; null if it can. */
    @Nullable
    ApiError unshowable() {
        return state().unshowable() ? UNSHOWABLE : null;
    }

    void judged(Verdict verdict) {
        state().judged(verdict);
    }

    void tellVerdict() {
        Verdict verdict = state().verdict();
        if (verdict != Verdict.FITS) {
            outlet.setHeader("x-tollgate-schema", verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
        }
    }

    void tellUpstream() {
        headers.upstreamId(state().started());
    }

    List<SignedPart> signed() {
        List<SignedPart> signed = new ArrayList<>();
        state().signed().addTo(signed);
        return signed;
    }

    /** Ends the response after the code that sends its end has failed. */
    void cut() {
        outlet.fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred."));
    }

    // ---- the object ----

    ResponseObject begun() {
        return ResponseObject.begun("resp_" + idChars(), created);
    }

    /** Closes what is open and returns the object of the response that has ended. */
    ResponseObject ended(Sink.Completion completion) {
        UpstreamAnswer state = state();
        String incomplete = state.incompleteReason();
        String status = incomplete == null ? "completed" : "incomplete";
        state.end(status, request.search() != null);
        ResponseObject object = new ResponseObject(
                "resp_" + idChars(),
                created,
                incomplete == null ? Long.valueOf(clock.instant().getEpochSecond()) : null,
                status,
                null,
                null,
                incomplete,
                state.output(),
                completion,
                tierWord(completion.tier()),
                state.nativeReason());
        keeping.ended(String.valueOf(id), metered.accountId(), object);
        return object;
    }

    /** Returns the end of the response, which is kept with its charge. @param send sends it */
    Sink.End end(Runnable send) {
        return keeping.end(send);
    }

    /** Closes what is open and returns the object of the response that has failed (E18, E22). */
    ResponseObject failed(ApiError error) {
        UpstreamAnswer state = state();
        state.output().close("incomplete", null);
        String code =
                error.code() == ErrorCode.CONTEXT_LENGTH_EXCEEDED ? error.code().code() : "server_error";
        return new ResponseObject(
                "resp_" + idChars(),
                created,
                null,
                "failed",
                code,
                error.message(),
                null,
                state.output(),
                null,
                "default",
                state.nativeReason());
    }

    void write(ResponseObject object, boolean whole, JsonPieces out) {
        object.write(request, keeping.isKept(), whole, out);
    }

    private String tierWord(ServiceTier granted) {
        return granted == ServiceTier.STANDARD || !OfferedTier.isOffered(metered.model(), request.tier())
                ? "default"
                : granted.word();
    }
}
