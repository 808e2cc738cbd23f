package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.Alphanumerics;
import dev.tollgate.base.json.Ascii;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.Count;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.AnswerHeaders;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.door.answers.ResponseCallIds;
import dev.tollgate.protocols.door.answers.SignedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A message: a stream of events, or one body with the same blocks. The last block of a stream stays open until the settlement, for citations; its end
 * leaves in one write with the usage.
 */
final class MessagesRenderer implements Renderer {

    private static final ApiError UNSHOWABLE = ApiError.invalid(
                    "model", "The model made a file, which Messages has no block for. Ask it at /v1/chat/completions.")
            .doNotRetry();

    private static final String CALL_ID_PREFIX = "toolu_";
    private static final int ID_CHARS = 24;
    private static final int MARK_CHARS = 16;

    /** About what an event becomes: half of them are counts, which become nothing. */
    private static final int EVENT_BYTES = 160;

    private final @Nullable String taskId;
    private final MeteredCall metered;
    private final MessagesRequest request;
    private final RandomGenerator random;
    private final SignedAnswer signed;
    private final boolean streams;
    private final MessageBlocks blocks;
    private boolean begun;
    private UpstreamEvent.@Nullable Grounding grounding;
    private UpstreamEvent.@Nullable Finish finish;
    private boolean hasFile;

    MessagesRenderer(@Nullable String taskId, MeteredCall metered, MessagesRequest request, RandomGenerator random) {
        this.taskId = taskId;
        this.metered = metered;
        this.request = request;
        this.random = random;
        Predicate<String> fits = it -> Ascii.isWord(it, it.length(), "_-");
        Conversation said = request.conversation();
        ResponseCallIds ids = new ResponseCallIds(said.messages(), said.oneCall(), CALL_ID_PREFIX, fits, random);
        this.signed = new SignedAnswer(ids, false);
        this.streams = request.stream();
        this.blocks = new MessageBlocks(streams, request.thinking().omitted());
        if (!streams) {
            signed.collectedBy(blocks::texts);
        }
    }

    @Override
    public void head(AnswerHeaders headers) {
        headers.model(metered.model());
    }

    @Override
    public void waiting(JsonPieces out) {
        if (!begun) {
            begin(List.of(), out);
        }
    }

    private void begin(List<UpstreamEvent> events, JsonPieces out) {
        begun = true;
        blocks.goOnIn(out.out());
        blocks.start(id(), request.model(), prompt(events), mark());
    }

    /** Returns the message's id: the task's with the prefix of this protocol (E1). */
    private String id() {
        if (taskId == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return "msg_" + taskId.substring(taskId.indexOf('-') + 1);
    }

    /** Returns the signature of thinking blocks: signatures are kept here, and this one says nothing (E14). */
    private String mark() {
        return Alphanumerics.after("tg1.", MARK_CHARS, random);
    }

    /** Returns the counts at the beginning: the prompt's as reported until then, else an estimate (E45). */
    private TokenCounts prompt(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Usage usage && usage.of(Count.PROMPT) > 0) {
                long prompt = usage.of(Count.PROMPT);
                return TokenCounts.ofPrompt(prompt, Math.clamp(usage.of(Count.CACHED), 0, prompt));
            }
        }
        return TokenCounts.ofPrompt(RoughCount.tokens(metered), 0);
    }

    // ---- the response ----

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces out) {
        if (streams) {
            out.out().reserve(EVENT_BYTES * events.size());
        }
        if (streams && !begun) {
            begin(events, out);
        }
        blocks.goOnIn(out.out());
        for (UpstreamEvent event : events) {
            take(event);
        }
    }

    private void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> text(text);
            case UpstreamEvent.Thought thought -> thought(thought);
            case UpstreamEvent.ToolCall it -> {
                Message.ToolCall call = signed.call(it);
                if (call != null) {
                    blocks.call(request.names().shown(call));
                }
            }
            case UpstreamEvent.Grounding it -> grounding = it;
            case UpstreamEvent.Finish it -> finish = it;
            case UpstreamEvent.ServerTool tool -> signed.serverTool(tool.part());
            case UpstreamEvent.Media made -> hasFile = true;
            case UpstreamEvent.Logprobs logprobs -> {}
            case UpstreamEvent.Report _, UpstreamEvent.Raw _, UpstreamEvent.Embedded _ -> {}
        }
    }

    /** Neighbouring texts come back joined by a newline, and are kept as they will come back. */
    private void text(UpstreamEvent.Text text) {
        if (!text.text().isEmpty()) {
            if (streams && keepsText()) {
                if (blocks.beginsText() && !signed.text().isEmpty()) {
                    signed.textToSign("\n");
                }
                signed.textToSign(text.text());
            }
            blocks.text(text.text());
        }
        signed.textSignature(text.text(), text.signature());
    }

    private void thought(UpstreamEvent.Thought thought) {
        if (request.thinking().shows() && !thought.text().isEmpty()) {
            blocks.thought(thought.text());
        }
        signed.thoughtSignature(thought.signature());
    }

    /** Returns whether a stream's texts are needed at the end: to find signatures again, or to cite. */
    private boolean keepsText() {
        return metered.model().upstream().signatures()
                || !request.conversation().tools().isEmpty()
                || request.searches(metered.model());
    }

    @Override
    public long keeps(UpstreamEvent event) {
        if (event instanceof UpstreamEvent.ToolCall) {
            return (streams ? 1 : 2) * AnswerBudget.once(event);
        }
        if (streams) {
            return event instanceof UpstreamEvent.Text text && keepsText() ? signed.keeps(text.text()) : 0;
        }
        boolean isShown = event instanceof UpstreamEvent.Text
                || (event instanceof UpstreamEvent.Thought
                        && request.thinking().shows()
                        && !request.thinking().omitted());
        return isShown ? AnswerBudget.once(event) : 0;
    }

    // ---- its end ----

    private StopReason ending() {
        return StopReason.of(
                finish,
                !signed.calls().isEmpty(),
                request.conversation().sampling().stop());
    }

    @Override
    public List<String> texts() {
        return ending().reason().equals("end_turn") ? List.of(signed.text()) : List.of();
    }

    @Override
    public @Nullable ApiError unshowable() {
        return hasFile ? UNSHOWABLE : null;
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        SearchSources sources = sources();
        TokenCounts counts = TokenCounts.of(completion.tokens());
        blocks.goOnIn(out.out());
        if (sources != null) {
            blocks.sources(sources, signed.text());
        }
        if (streams) {
            blocks.end(ending(), counts, completion.chargeMicros());
        } else {
            blocks.whole(id(), request.model(), mark(), out);
            ending().write(out.out().raw("],"));
            counts.ofMessage(out.out());
            ending().writeOwn(out.out(), completion.chargeMicros());
            out.out().raw('}');
        }
    }

    /** Returns the search that the response rests on; null without one, or if the caller did not declare the tool. */
    private @Nullable SearchSources sources() {
        return grounding == null || !request.searches(metered.model())
                ? null
                : new SearchSources(grounding, Alphanumerics.after("srvtoolu_", ID_CHARS, random));
    }

    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (begun) {
            MessagesErrors.of(metered.arrival()).inStream(error, out.out());
        }
    }

    @Override
    public List<SignedPart> signed() {
        return signed.parts();
    }
}
