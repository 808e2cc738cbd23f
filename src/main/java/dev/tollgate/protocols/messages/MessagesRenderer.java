package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.Alphanumerics;
import dev.tollgate.base.json.Ascii;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.protocols.door.AnswerBudget;
import dev.tollgate.protocols.door.AnswerHeaders;
import dev.tollgate.protocols.door.Renderer;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.protocols.door.ShownCalls;
import dev.tollgate.protocols.door.SignedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.ArrayList;
import java.util.List;
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
    private final ShownCalls calls;
    private final SignedAnswer signed = new SignedAnswer(CALL_ID_PREFIX, false);
    /** The blocks of a message that leaves as a whole. */
    private final @Nullable MessageBlocks blocks;
    /** The events of a stream that has begun. */
    private @Nullable MessageEvents begun;

    private UpstreamEvent.@Nullable Grounding grounding;
    private UpstreamEvent.@Nullable Finish finish;
    private boolean hasFile;

    MessagesRenderer(@Nullable String taskId, MeteredCall metered, MessagesRequest request, RandomGenerator random) {
        this.taskId = taskId;
        this.metered = metered;
        this.request = request;
        this.random = random;
        this.calls = new ShownCalls(request.conversation().messages(), CALL_ID_PREFIX, this::isUnusable, random);
        this.blocks = request.stream() ? null : new MessageBlocks();
        if (blocks != null) {
            signed.collectedBy(blocks::text);
        }
    }

    private boolean isUnusable(String upstreamId) {
        return signed.hasCall(upstreamId) || !Ascii.isWord(upstreamId, upstreamId.length(), "_-");
    }

    @Override
    public void head(AnswerHeaders headers) {
        headers.model(metered.model());
    }

    @Override
    public void waiting(JsonPieces out) {
        if (begun == null) {
            begin(List.of(), out);
        }
    }

    private void begin(List<UpstreamEvent> events, JsonPieces out) {
        MessageEvents writer =
                new MessageEvents(out.out(), mark(), request.thinking().omitted());
        writer.start(id(), request.model(), prompt(events));
        begun = writer;
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
        return random("tg1.", MARK_CHARS);
    }

    private String random(String prefix, int chars) {
        StringBuilder id = new StringBuilder(prefix);
        Alphanumerics.append(id, chars, random);
        return id.toString();
    }

    /** Returns the counts at the beginning: the prompt's as reported until then, else a quarter of its bytes (E45). */
    private TokenCounts prompt(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Usage usage && usage.promptTokens() > 0) {
                return TokenCounts.ofPrompt(
                        usage.promptTokens(), Math.clamp(usage.cachedTokens(), 0, usage.promptTokens()));
            }
        }
        return TokenCounts.ofPrompt(RoughCount.tokens(metered.ask()), 0);
    }

    // ---- the response ----

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces out) {
        if (blocks == null) {
            out.out().reserve(EVENT_BYTES * events.size());
            if (begun == null) {
                begin(events, out);
            }
        }
        if (begun != null) {
            begun.goOnIn(out.out());
        }
        for (UpstreamEvent event : events) {
            take(event);
        }
    }

    private void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> text(text);
            case UpstreamEvent.Thought thought -> thought(thought);
            case UpstreamEvent.ToolCall call -> call(call);
            case UpstreamEvent.Grounding it -> grounding = it;
            case UpstreamEvent.Finish it -> finish = it;
            case UpstreamEvent.ServerTool tool -> signed.serverTool(tool.part());
            case UpstreamEvent.Media made -> hasFile = true;
            case UpstreamEvent.Logprobs logprobs -> {}
            case UpstreamEvent.Started started -> {}
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

    /** Neighbouring texts come back joined by a newline, and are kept as they will come back. */
    private void text(UpstreamEvent.Text text) {
        if (!text.text().isEmpty()) {
            if (blocks != null) {
                blocks.text(text.text());
            } else if (begun != null) {
                if (keepsText()) {
                    if (begun.beginsText() && !signed.text().isEmpty()) {
                        signed.textToSign("\n");
                    }
                    signed.textToSign(text.text());
                }
                begun.text(text.text());
            }
        }
        signed.textSignature(text.text(), text.signature());
    }

    private void thought(UpstreamEvent.Thought thought) {
        if (request.thinking().shows() && !thought.text().isEmpty()) {
            if (blocks != null) {
                blocks.thought(request.thinking().omitted() ? "" : thought.text());
            } else if (begun != null) {
                begun.thought(thought.text());
            }
        }
        signed.thoughtSignature(thought.signature());
    }

    private void call(UpstreamEvent.ToolCall event) {
        Message.ToolCall call = calls.call(event);
        signed.call(call, event.upstreamId());
        Message.ToolCall shown = request.names().shown(call);
        if (blocks != null) {
            blocks.call(shown);
        } else if (begun != null) {
            begun.call(shown);
        }
    }

    /** Returns whether a stream's texts are needed at the end: to find signatures again, or to cite. */
    private boolean keepsText() {
        return metered.model().upstream().signatures()
                || !request.conversation().tools().isEmpty()
                || request.searches(metered.model());
    }

    @Override
    public long keeps(List<UpstreamEvent> events) {
        return AnswerBudget.of(events, this::keeps);
    }

    private long keeps(UpstreamEvent event) {
        if (event instanceof UpstreamEvent.ToolCall) {
            return (blocks == null ? 1 : 2) * AnswerBudget.once(event);
        }
        if (blocks == null) {
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
        return StopReason.of(finish, !signed.calls().isEmpty());
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
        if (blocks != null) {
            MessageEvents.head(out.out().raw('{'), id(), request.model());
            blocks.write(out, mark(), sources);
            ending().write(out.out().raw("],"));
            out.out().raw(",\"container\":null,\"diagnostics\":null,\"usage\":");
            counts.ofMessage(out.out(), "standard");
            ending().writeOwn(out.out(), completion.chargeMicros());
            out.out().raw('}');
        } else if (begun != null) {
            begun.goOnIn(out.out());
            if (sources != null) {
                begun.sources(sources, signed.text());
            }
            begun.end(ending(), counts, completion.chargeMicros());
        }
    }

    /** Returns the search that the response rests on; null without one, or if the caller did not declare the tool. */
    private @Nullable SearchSources sources() {
        return grounding == null || !request.searches(metered.model())
                ? null
                : new SearchSources(grounding, random("srvtoolu_", ID_CHARS));
    }

    /** Writes an error within a stream (E22). */
    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (begun != null) {
            String requestId =
                    metered.arrival() == null ? null : metered.arrival().requestId();
            MessagesErrors format = new MessagesErrors(requestId);
            begun.goOnIn(out.out());
            begun.error(format.render(format.shown(error)));
        }
    }

    @Override
    public List<SignedPart> signed() {
        List<SignedPart> all = new ArrayList<>();
        signed.addTo(all);
        return all;
    }
}
