package dev.tollgate.protocols.chat;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.SecondTry;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.protocols.door.AnswerHeaders;
import dev.tollgate.protocols.door.KeptBytes;
import dev.tollgate.protocols.door.ShownCalls;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The common part of streamed and whole responses: outlet, model name and choices. Confined to its call. */
final class ChatAnswer {

    /** The prefix of call ids made here. An upstream's id with this prefix is looked up. */
    static final String CALL_ID_PREFIX = "call_";

    private final Outlet outlet;
    private final AnswerHeaders headers;
    private final MeteredCall metered;
    private final ChatRequest request;
    private final long createdSeconds;
    private final ShownCalls ids;
    private final SecondTry<State> tries;
    private final boolean maySign;
    private @Nullable String id;

    /** The state of one response of the upstream. */
    private static final class State {

        private final List<Choice> choices;
        private @Nullable String model;
        private UpstreamEvent.@Nullable Started started;
        private Verdict verdict = Verdict.FITS;

        State(ChatRequest request) {
            int candidates = request.conversation().sampling().candidates();
            List<Choice> all = new ArrayList<>(candidates);
            for (int i = 0; i < candidates; i++) {
                all.add(new Choice(i, request.legacyFunctions()));
            }
            this.choices = all;
        }
    }

    ChatAnswer(Outlet outlet, MeteredCall metered, ChatRequest request, long createdSeconds, RandomGenerator random) {
        this.outlet = outlet;
        this.headers = new AnswerHeaders(outlet);
        this.metered = metered;
        this.request = request;
        this.createdSeconds = createdSeconds;
        this.ids = new ShownCalls(
                request.conversation().messages(),
                CALL_ID_PREFIX,
                id -> choices().stream().anyMatch(choice -> choice.answer().hasCall(id)),
                random);
        this.maySign = metered.model().upstream().signatures()
                || !request.conversation().tools().isEmpty();
        this.tries = new SecondTry<>(new State(request));
    }

    String accountId() {
        return metered.accountId();
    }

    /** Holds back the response; another one follows. */
    void beginAnew() {
        tries.begin(new State(request));
    }

    void takeBack() {
        tries.takeBack();
    }

    /** Records whether the response fits the schema. */
    void judged(Verdict verdict) {
        state().verdict = verdict;
    }

    private State state() {
        return tries.current();
    }

    void admitted(Sink.Admission admission) {
        id = admission.taskId();
        headers.admitted(admission);
    }

    /** Takes the model's name from the upstream's first event. Without one, the response has the requested name (D20). */
    void nameFrom(UpstreamEvent first) {
        State state = state();
        if (state.model == null) {
            UpstreamEvent.Started started = first instanceof UpstreamEvent.Started it ? it : null;
            state.model = metered.answerModel(started == null ? null : started.modelVersion());
            state.started = started;
        }
    }

    /** Before the response begins. */
    void tellUpstreamId() {
        headers.upstreamId(state().started);
    }

    /** Returns OpenAI's word for the granted tier; null unless the caller asked for one that the model's price offers (P4). */
    @Nullable
    String tierWord(ServiceTier granted) {
        if (!OfferedTier.isOffered(metered.model(), request.tier())) {
            return null;
        }
        return granted == ServiceTier.STANDARD ? "default" : granted.word();
    }

    void tellVerdict() {
        Verdict verdict = state().verdict;
        if (verdict != Verdict.FITS) {
            outlet.setHeader("x-tollgate-schema", verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
        }
    }

    /** Ends the response after the code that sends its end has failed. */
    void cut() {
        outlet.fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred."));
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

    String id() {
        return known(id);
    }

    long createdSeconds() {
        return createdSeconds;
    }

    String model() {
        return known(state().model);
    }

    List<Choice> choices() {
        return state().choices;
    }

    Choice choice(int candidate) {
        return choices().get(candidate);
    }

    boolean legacyFunctions() {
        return request.legacyFunctions();
    }

    /** Returns about how many bytes are kept of events. @param whole whether the answer is collected until its end */
    long keeps(List<UpstreamEvent> events, boolean whole) {
        return KeptBytes.of(events, event -> switch (event) {
            case UpstreamEvent.Text text -> whole ? KeptBytes.once(text) : keepsToSign(text);
            case UpstreamEvent.ToolCall call -> (whole ? 2 : 1) * KeptBytes.once(call);
            default -> whole ? KeptBytes.once(event) : 0;
        });
    }

    private long keepsToSign(UpstreamEvent.Text text) {
        return maySign ? choice(text.candidate()).answer().keeps(text.text()) : 0;
    }

    /** Keeps a piece of a text while it may be needed to find the text's signature. */
    void remember(UpstreamEvent.Text text) {
        if (maySign) {
            choice(text.candidate()).answer().textToSign(text.text());
        }
    }

    /** Returns the parts of the response that later turns need and that the caller may not send back. */
    List<SignedPart> signed() {
        List<SignedPart> signed = new ArrayList<>();
        for (Choice choice : choices()) {
            choice.answer().addTo(signed);
        }
        return signed;
    }

    /** Returns a tool call with the id that the caller is shown. */
    Message.ToolCall call(UpstreamEvent.ToolCall event) {
        return ids.call(event);
    }

    private static String known(@Nullable String value) {
        if (value == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return value;
    }
}
