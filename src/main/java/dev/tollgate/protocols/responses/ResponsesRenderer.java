package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.protocols.door.AnswerBudget;
import dev.tollgate.protocols.door.AnswerHeaders;
import dev.tollgate.protocols.door.Renderer;
import dev.tollgate.protocols.door.ShownCalls;
import dev.tollgate.protocols.door.SignedAnswer;
import dev.tollgate.storage.Change;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A response: a stream of events, or one object. The last items of a stream and its end wait for the settlement; what repeats a long text leaves in pieces.
 * The response is kept with its charge if its caller wants that and it is not too large (E29).
 */
final class ResponsesRenderer implements Renderer {

    private static final ApiError UNSHOWABLE = ApiError.invalid(
                    "model",
                    "The model made a file that is no picture, which Responses has no item for. Ask it at /v1/chat/completions.")
            .doNotRetry();

    private static final String CALL_ID_PREFIX = "call_";

    /** About what an event becomes. */
    private static final int EVENT_BYTES = 256;

    private final String taskId;
    private final MeteredCall metered;
    private final ResponsesRequest request;
    private final KeptResponses keptResponses;
    private final InstantSource clock;
    private final long created;
    private final ShownCalls ids;
    private final SignedAnswer signed = new SignedAnswer(CALL_ID_PREFIX, false);
    private final boolean showsThoughts;
    /** Writes a stream; null in a response that leaves as a whole. */
    private final @Nullable EventWriter events;

    private final Output output;
    private boolean begun;
    private UpstreamEvent.@Nullable Grounding grounding;
    private UpstreamEvent.@Nullable Finish finish;
    private boolean hasOddFile;
    private boolean isKept;
    private KeptResponses.@Nullable Entry entry;

    /**
     * @param taskId null if the call is refused before there is a task
     * @param created Unix seconds
     * @param random source of ids; thread-safe
     */
    ResponsesRenderer(
            @Nullable String taskId,
            MeteredCall metered,
            ResponsesRequest request,
            KeptResponses keptResponses,
            InstantSource clock,
            long created,
            RandomGenerator random) {
        this.taskId = taskId == null ? new CompletionIds(clock, random).next() : taskId;
        this.metered = metered;
        this.request = request;
        this.keptResponses = keptResponses;
        this.clock = clock;
        this.created = created;
        this.ids = new ShownCalls(request.conversation().messages(), CALL_ID_PREFIX, signed::hasCall, random);
        this.showsThoughts = request.echo().summary() != null;
        this.events = request.stream() ? new EventWriter(new JsonPieces()) : null;
        this.output = new Output(events, idChars(), request, random);
        this.isKept = request.keeping() != null;
        signed.collectedBy(output::texts);
    }

    private String idChars() {
        return taskId.substring(taskId.indexOf('-') + 1);
    }

    @Override
    public void head(AnswerHeaders headers) {
        headers.model(metered.model());
    }

    @Override
    public void waiting(JsonPieces out) {
        if (!begun) {
            begin(out);
        } else if (events != null && output.isEmpty()) {
            events.goOnIn(out);
            events.response("in_progress", it -> write(begunObject(), it));
        }
    }

    private ResponseObject begunObject() {
        return ResponseObject.begun("resp_" + idChars(), created);
    }

    private void begin(JsonPieces out) {
        if (events == null) {
            return;
        }
        events.goOnIn(out);
        if (!begun) {
            begun = true;
            ResponseObject object = begunObject();
            events.response("created", it -> write(object, it));
            events.response("in_progress", it -> write(object, it));
        }
    }

    /** Writes the object. Events leave out what agents send much of. */
    private void write(ResponseObject object, JsonPieces out) {
        object.write(request, isKept, events == null, out);
    }

    @Override
    public void events(List<UpstreamEvent> list, JsonPieces out) {
        if (events != null) {
            out.out().reserve(EVENT_BYTES * list.size());
        }
        begin(out);
        for (UpstreamEvent event : list) {
            take(event);
        }
    }

    private void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> text(text);
            case UpstreamEvent.Thought thought -> {
                signed.thoughtSignature(thought.signature());
                if (!thought.text().isEmpty() && showsThoughts) {
                    output.thought(thought.text());
                }
            }
            case UpstreamEvent.ToolCall call -> {
                Message.ToolCall shown = ids.call(call);
                signed.call(shown, call.upstreamId());
                output.call(shown);
            }
            case UpstreamEvent.Grounding it -> grounding = it;
            case UpstreamEvent.Logprobs logprobs -> output.logprobs(logprobs.tokens());
            case UpstreamEvent.Finish it -> finish = it;
            case UpstreamEvent.ServerTool tool -> signed.serverTool(tool.part());
            case UpstreamEvent.Media made -> hasOddFile |= !output.made(made);
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

    private void text(UpstreamEvent.Text text) {
        signed.textSignature(text.text(), text.signature());
        if (!text.text().isEmpty()) {
            output.text(text.text());
        }
    }

    /** A call is kept as it will be found again, too. */
    @Override
    public long keeps(List<UpstreamEvent> list) {
        return AnswerBudget.of(list, this::keeps);
    }

    private long keeps(UpstreamEvent event) {
        if (event instanceof UpstreamEvent.Thought && !showsThoughts) {
            return 0;
        }
        boolean isTwice = event instanceof UpstreamEvent.ToolCall || event instanceof UpstreamEvent.Logprobs;
        return (isTwice ? 2 : 1) * AnswerBudget.once(event);
    }

    // ---- its end ----

    /** Returns why the response is incomplete, in OpenAI's words; null if it is not (E23). */
    private @Nullable String incompleteReason() {
        return switch (finish == null ? UpstreamEvent.FinishReason.STOP : finish.reason()) {
            case LENGTH -> "max_output_tokens";
            case FILTERED -> "content_filter";
            case STOP, MALFORMED, OTHER -> null;
        };
    }

    private @Nullable String nativeReason() {
        return finish == null ? null : finish.nativeReason();
    }

    @Override
    public List<String> texts() {
        return finish != null && incompleteReason() == null ? List.of(signed.text()) : List.of();
    }

    @Override
    public @Nullable ApiError unshowable() {
        return hasOddFile ? UNSHOWABLE : null;
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        if (events != null) {
            events.goOnIn(out);
        }
        ResponseObject object = ended(completion);
        keep(object);
        if (events == null) {
            write(object, out);
        } else {
            events.response(object.status(), it -> write(object, it));
        }
    }

    private ResponseObject ended(Sink.Completion completion) {
        String incomplete = incompleteReason();
        String status = incomplete == null ? "completed" : "incomplete";
        output.close(status, grounding);
        if (grounding != null && request.search() != null) {
            output.search(grounding);
        }
        return new ResponseObject(
                "resp_" + idChars(),
                created,
                incomplete == null ? Long.valueOf(clock.instant().getEpochSecond()) : null,
                status,
                null,
                null,
                incomplete,
                output,
                completion,
                tierWord(completion.tier()),
                nativeReason());
    }

    private String tierWord(ServiceTier granted) {
        return granted == ServiceTier.STANDARD || !OfferedTier.isOffered(metered.model(), request.tier())
                ? "default"
                : granted.word();
    }

    private void keep(ResponseObject object) {
        KeptResponses.Input input = request.keeping();
        if (input == null) {
            return;
        }
        JsonPieces whole = new JsonPieces();
        object.write(request, true, true, whole);
        if (whole.size() <= KeptResponses.RESPONSE_BYTES_MAX) {
            String previous = request.previousId() == null ? null : KeptIds.task(request.previousId());
            entry = keptResponses.entry(taskId, metered.accountId(), previous, input, whole.toByteArray());
        }
        isKept = entry != null;
    }

    @Override
    public Sink.End ended(Runnable send) {
        return new Sink.End() {
            @Override
            public void send() {
                send.run();
            }

            @Override
            public List<Change> kept(Settle settle) {
                return entry == null ? List.of() : entry.keeping(settle);
            }
        };
    }

    /** Agents shorten their history only if a stream says that it is too long (E18). */
    @Override
    public void failed(ApiError error, JsonPieces out) {
        boolean isTooLong = error.code() == ErrorCode.CONTEXT_LENGTH_EXCEEDED;
        if (events == null || (!begun && !isTooLong)) {
            return;
        }
        begin(out);
        output.close("incomplete", null);
        ResponseObject object = new ResponseObject(
                "resp_" + idChars(),
                created,
                null,
                "failed",
                isTooLong ? error.code().code() : "server_error",
                error.message(),
                null,
                output,
                null,
                "default",
                nativeReason());
        events.error(error);
        events.response("failed", it -> write(object, it));
    }

    @Override
    public List<SignedPart> signed() {
        List<SignedPart> all = new ArrayList<>();
        signed.addTo(all);
        return all;
    }
}
