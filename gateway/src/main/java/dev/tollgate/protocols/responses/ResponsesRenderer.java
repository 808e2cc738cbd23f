package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.files.KeptImages;
import dev.tollgate.calls.kept.KeptEntry;
import dev.tollgate.calls.kept.KeptInput;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.AnswerHeaders;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.door.answers.ResponseCallIds;
import dev.tollgate.protocols.door.answers.SignedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.time.InstantSource;
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
    private final Summaries summaries;
    private final InstantSource clock;
    private final SignedAnswer signed;
    private final boolean showsThoughts;
    private final EventWriter events;
    private final Output output;
    private final ResponseObject object;
    private final @Nullable WrittenSummary summary;
    private boolean begun;
    private UpstreamEvent.@Nullable Grounding grounding;
    private UpstreamEvent.@Nullable RunCode code;
    private boolean hasOddFile;
    private boolean isKept;
    private final Runnable forget;
    private @Nullable KeptEntry entry;

    /**
     * @param taskId null if the call is refused before there is a task
     * @param keeping keeps images with the response; null if none are kept
     * @param created Unix seconds
     * @param random source of ids; thread-safe
     */
    ResponsesRenderer(
            @Nullable String taskId,
            MeteredCall metered,
            ResponsesRequest request,
            KeptResponses keptResponses,
            KeptImages.@Nullable OfCall keeping,
            Summaries summaries,
            InstantSource clock,
            long created,
            RandomGenerator random) {
        this.forget = keeping == null ? () -> {} : keeping::forget;
        this.taskId = taskId == null ? new CompletionIds(clock, random).next() : taskId;
        this.metered = metered;
        this.request = request;
        this.keptResponses = keptResponses;
        this.summaries = summaries;
        this.clock = clock;
        Conversation said = request.conversation();
        ResponseCallIds ids = new ResponseCallIds(said.messages(), said.oneCall(), CALL_ID_PREFIX, it -> true, random);
        this.signed = new SignedAnswer(ids, false);
        this.showsThoughts = request.echo().summary() != null;
        String idChars = KeptIds.chars(this.taskId);
        this.events = new EventWriter(request.stream());
        this.output = new Output(events, idChars, request, keeping, random);
        this.object = new ResponseObject("resp_" + idChars, created, request, output);
        this.summary = request.compacts() ? new WrittenSummary() : null;
        this.isKept = request.keeping() != null;
        signed.collectedBy(output::texts);
    }

    @Override
    public void head(AnswerHeaders headers) {
        headers.model(metered.model());
    }

    @Override
    public void waiting(JsonPieces out) {
        if (!begun) {
            begin(out);
        } else if (output.isEmpty()) {
            events.goOnIn(out);
            events.response("in_progress", this::write);
        }
    }

    private void begin(JsonPieces out) {
        events.goOnIn(out);
        if (!begun) {
            begun = true;
            events.response("created", this::write);
            events.response("in_progress", this::write);
        }
    }

    /** Writes the object. Events leave out what agents send much of. */
    private void write(JsonPieces out) {
        object.write(isKept && request.isStored(), !events.streams, out);
    }

    @Override
    public void events(List<UpstreamEvent> list, JsonPieces out) {
        if (events.streams) {
            out.out().reserve(EVENT_BYTES * list.size());
        }
        begin(out);
        for (UpstreamEvent event : list) {
            if (event instanceof UpstreamEvent.Finish it) {
                object.finish = it;
            }
            if (summary == null) {
                take(event);
            } else {
                summary.take(event);
            }
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
            case UpstreamEvent.ToolCall it -> {
                Message.ToolCall call = signed.call(it);
                if (call != null) {
                    output.call(call);
                }
            }
            case UpstreamEvent.Grounding it -> grounding = it;
            case UpstreamEvent.Logprobs logprobs -> output.logprobs(logprobs.tokens());
            case UpstreamEvent.ServerTool tool -> signed.serverTool(tool.part());
            case UpstreamEvent.Media made -> {
                signed.file(made);
                hasOddFile |= !output.made(made);
            }
            case UpstreamEvent.Finish finish -> {}
            case UpstreamEvent.Ran ran -> code = ran.code();
            case UpstreamEvent.Report report -> {}
            case UpstreamEvent.Raw raw -> {}
            case UpstreamEvent.Embedded embedded -> {}
        }
    }

    private void text(UpstreamEvent.Text text) {
        signed.textSignature(text.text(), text.signature());
        UpstreamEvent.RunCode its = code;
        code = null;
        if (its != null && text.text().equals(its.markdown())) { // not cut in the middle
            output.ran(its, text.text());
            return;
        }
        if (!text.text().isEmpty()) {
            output.text(text.text());
        }
    }

    /** A call is kept as it will be found again, too. */
    @Override
    public long keeps(UpstreamEvent event) {
        if (summary != null) {
            return summary.keeps(event);
        }
        if (event instanceof UpstreamEvent.Thought && !showsThoughts) {
            return 0;
        }
        boolean isTwice = event instanceof UpstreamEvent.ToolCall || event instanceof UpstreamEvent.Logprobs;
        return (isTwice ? 2 : 1) * AnswerBudget.once(event);
    }

    // ---- its end ----

    @Override
    public List<String> texts() {
        return object.finish != null && object.incompleteReason() == null ? List.of(signed.text()) : List.of();
    }

    @Override
    public @Nullable ApiError unshowable() {
        if (summary != null) {
            return summary.unshowable();
        }
        return hasOddFile ? UNSHOWABLE : null;
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        events.goOnIn(out);
        boolean isOffered = OfferedTier.isOffered(metered.model(), request.tier());
        ServiceTier tier = isOffered ? completion.tier() : ServiceTier.STANDARD;
        object.end(completion, clock.instant().getEpochSecond(), tier);
        Compaction compaction = request.compaction();
        if (compaction != null && summary != null) {
            compaction.users().forEach(output::user);
            output.summary(summaries.sealed(metered.accountId(), summary.text()));
        }
        output.close(object.status(), grounding);
        if (grounding != null && request.search() != null) {
            output.search(grounding);
        }
        keep();
        if (events.streams) {
            events.response(object.status(), this::write);
        } else if (compaction != null && compaction.byPath()) {
            object.writeCompacted(out);
        } else {
            write(out);
        }
    }

    private void keep() {
        KeptInput input = request.keeping();
        if (input == null) {
            return;
        }
        JsonPieces whole = new JsonPieces();
        object.write(request.isStored(), true, whole);
        whole = whole.inWords();
        if (whole.size() <= KeptResponses.RESPONSE_BYTES_MAX) {
            String previous = CompletionIds.ofShown(KeptIds.RESPONSE, request.previousId());
            entry = keptResponses.entry(
                    taskId, metered.accountId(), metered.owner(), previous, input, whole.toByteArray());
        }
        isKept = entry != null;
    }

    @Override
    public Sink.End ended(Runnable send) {
        return Sink.End.with(
                send, settle -> entry == null ? List.of() : entry.keeping(settle), object.status(), forget);
    }

    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (events.streams && (begun || ResponsesErrors.beginsStream(error))) {
            begin(out);
            output.close("incomplete", null);
            object.fail(error);
            events.event("error", it -> ResponsesErrors.inStream(error, it));
            events.response("failed", this::write);
        }
    }

    @Override
    public List<SignedPart> signed() {
        return signed.parts();
    }
}
