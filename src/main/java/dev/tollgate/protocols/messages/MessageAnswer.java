package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.Alphanumerics;
import dev.tollgate.base.json.Ascii;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.protocols.door.AnswerHeaders;
import dev.tollgate.protocols.door.KeptBytes;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.protocols.door.ShownCalls;
import dev.tollgate.protocols.door.SignedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The common part of streamed and whole messages: headers, ids, and the facts that show only at the end. Confined to its call. */
final class MessageAnswer {

    private static final String CALL_ID_PREFIX = "toolu_";
    private static final int ID_CHARS = 24;

    private static final ApiError UNSHOWABLE = ApiError.invalid(
                    "model", "The model made a file, which Messages has no block for. Ask it at /v1/chat/completions.")
            .doNotRetry();

    private static final int MARK_CHARS = 16;

    private final Outlet outlet;
    private final AnswerHeaders headers;
    private final MeteredCall metered;
    private final MessagesRequest request;
    private final RandomGenerator random;
    private final ShownCalls calls;
    private Facts facts = new Facts();
    private @Nullable String id;

    /** What one response of the upstream has besides its shown blocks. */
    static final class Facts {
        private final SignedAnswer signed = new SignedAnswer(CALL_ID_PREFIX, false);
        private UpstreamEvent.@Nullable Grounding grounding;
        private UpstreamEvent.@Nullable Finish finish;
        private boolean unshowable;

        SignedAnswer signed() {
            return signed;
        }
    }

    MessageAnswer(Outlet outlet, MeteredCall metered, MessagesRequest request, RandomGenerator random) {
        this.outlet = outlet;
        this.headers = new AnswerHeaders(outlet);
        this.metered = metered;
        this.request = request;
        this.random = random;
        this.calls = new ShownCalls(request.given().messages(), CALL_ID_PREFIX, this::isUnusable, random);
    }

    private boolean isUnusable(String upstreamId) {
        return facts.signed.hasCall(upstreamId) || !Ascii.isWord(upstreamId, upstreamId.length(), "_-");
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

    Outlet outlet() {
        return outlet;
    }

    String accountId() {
        return metered.accountId();
    }

    /** Returns the message's id: the task's with the prefix of this protocol (E1). */
    String id() {
        String task = id;
        if (task == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return "msg_" + task.substring(task.indexOf('-') + 1);
    }

    /** Returns the model as the caller named it (E16). */
    String model() {
        return request.model();
    }

    /** Returns the signature of thinking blocks: signatures are kept here, and this one says nothing (E14). */
    String mark() {
        return random(new StringBuilder("tg1."), MARK_CHARS);
    }

    private String random(StringBuilder prefix, int chars) {
        Alphanumerics.append(prefix, chars, random);
        return prefix.toString();
    }

    /** Returns the counts at the beginning: the prompt's as reported until then, else a quarter of its bytes (E45). */
    TokenCounts prompt(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Usage usage && usage.promptTokens() > 0) {
                return TokenCounts.ofPrompt(
                        usage.promptTokens(), Math.clamp(usage.cachedTokens(), 0, usage.promptTokens()));
            }
        }
        return TokenCounts.ofPrompt(RoughCount.tokens(metered.ask()), 0);
    }

    // ---- the response ----

    Facts facts() {
        return facts;
    }

    /** Makes another response of the upstream the current one. */
    void use(Facts other) {
        facts = other;
    }

    boolean showsThoughts() {
        return request.thinking().shows();
    }

    boolean omitsThoughts() {
        return request.thinking().omitted();
    }

    /** Returns whether the texts are needed at the end: to find signatures again, or to cite. */
    boolean keepsText() {
        return metered.model().upstream().signatures()
                || !request.given().tools().isEmpty()
                || searches();
    }

    private boolean searches() {
        return request.searches(metered.model());
    }

    SignedAnswer answered() {
        return facts.signed;
    }

    /** Returns about how many bytes are kept of events. @param whole whether the message is collected until its end */
    long keeps(List<UpstreamEvent> events, boolean whole) {
        return KeptBytes.of(events, event -> switch (event) {
            case UpstreamEvent.Text text ->
                whole ? KeptBytes.once(text) : keepsText() ? facts.signed.keeps(text.text()) : 0;
            case UpstreamEvent.Thought thought ->
                whole && showsThoughts() && !omitsThoughts() ? KeptBytes.once(thought) : 0;
            case UpstreamEvent.ToolCall call -> (whole ? 2 : 1) * KeptBytes.once(call);
            case UpstreamEvent.Media _,
                    UpstreamEvent.Started _,
                    UpstreamEvent.ServerTool _,
                    UpstreamEvent.Grounding _,
                    UpstreamEvent.Logprobs _,
                    UpstreamEvent.Finish _,
                    UpstreamEvent.PromptBlocked _,
                    UpstreamEvent.Usage _,
                    UpstreamEvent.Searched _,
                    UpstreamEvent.TierGranted _,
                    UpstreamEvent.Cost _,
                    UpstreamEvent.Unreported _,
                    UpstreamEvent.Raw _,
                    UpstreamEvent.Embedded _ -> 0;
        });
    }

    Message.ToolCall call(UpstreamEvent.ToolCall event) {
        Message.ToolCall call = calls.call(event);
        facts.signed.call(call, event.upstreamId());
        return call;
    }

    /** Takes an event that is not shown as it comes. */
    void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Grounding grounding -> facts.grounding = grounding;
            case UpstreamEvent.Finish finish -> facts.finish = finish;
            case UpstreamEvent.ServerTool tool -> facts.signed.serverTool(tool.part());
            case UpstreamEvent.Media made -> facts.unshowable = true;
            case UpstreamEvent.Text text -> {}
            case UpstreamEvent.Thought thought -> {}
            case UpstreamEvent.ToolCall call -> {}
            case UpstreamEvent.Started started -> {}
            case UpstreamEvent.Logprobs logprobs -> {}
            case UpstreamEvent.PromptBlocked blocked -> {}
            case UpstreamEvent.Usage usage -> {}
            case UpstreamEvent.Searched searched -> {}
            case UpstreamEvent.TierGranted granted -> {}
            case UpstreamEvent.Cost cost -> {}
            case UpstreamEvent.Unreported mark -> {}
            case UpstreamEvent.Raw raw -> {}
            case UpstreamEvent.Embedded vectors -> {}
        }
    }

    // ---- its end ----

    /** Returns why the response cannot be shown; null if it can. */
    @Nullable
    ApiError unshowable() {
        return facts.unshowable ? UNSHOWABLE : null;
    }

    StopReason ending() {
        return StopReason.of(facts.finish, !facts.signed.calls().isEmpty());
    }

    /** Returns the search that the response rests on; null without one, or if the caller did not declare the tool. */
    @Nullable
    SearchSources sources() {
        UpstreamEvent.Grounding grounding = facts.grounding;
        return grounding == null || !searches()
                ? null
                : new SearchSources(grounding, random(new StringBuilder("srvtoolu_"), ID_CHARS));
    }

    /** Renders an error within a stream (E22). */
    byte[] error(ApiError error) {
        String requestId = metered.arrival() == null ? null : metered.arrival().requestId();
        MessagesErrors format = new MessagesErrors(requestId);
        return format.render(format.shown(error));
    }

    List<SignedPart> signed() {
        List<SignedPart> signed = new ArrayList<>();
        facts.signed.addTo(signed);
        return signed;
    }

    /** Ends the response after the code that sends its end has failed. */
    void cut() {
        outlet.fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred."));
    }
}
