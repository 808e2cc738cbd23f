package dev.tollgate.protocols.googleapi.interactions;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.KeptImages;
import dev.tollgate.calls.kept.KeptEntry;
import dev.tollgate.calls.kept.KeptInput;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.Count;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.models.Usage;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.door.answers.ResponseCallIds;
import dev.tollgate.protocols.door.answers.SignedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An interaction: a stream of events, or one object (Y43, Y45). It is kept with its charge unless its caller forbids it or it is too large (Y47). */
final class InteractionsRenderer implements Renderer {

    private static final String CALL_ID_PREFIX = "call_";

    private final String taskId;
    private final String id;
    private final MeteredCall metered;
    private final InteractionRequest request;
    private final KeptResponses keptResponses;
    private final InstantSource clock;
    private final Instant created;
    private Instant updated;
    private final boolean streams;
    private final InteractionSteps steps;
    private final SignedAnswer signed;
    private final List<SignedPart> sentBack = new ArrayList<>();
    private boolean begun;
    private boolean hasCall;
    private UpstreamEvent.@Nullable RunCode code;
    private UpstreamEvent.@Nullable Grounding grounding;
    private UpstreamEvent.@Nullable Finish finish;
    private final Runnable forget;
    private @Nullable KeptEntry entry;

    /**
     * @param taskId null if the call is refused before there is a task
     * @param addresses of images; null if they come inline
     * @param random source of ids; thread-safe
     */
    InteractionsRenderer(
            @Nullable String taskId,
            MeteredCall metered,
            InteractionRequest request,
            KeptResponses keptResponses,
            FileAddresses.@Nullable OfCall addresses,
            KeptImages.@Nullable OfCall keeping,
            InstantSource clock,
            Instant created,
            RandomGenerator random) {
        this.forget = keeping == null ? () -> {} : keeping::forget;
        this.taskId = taskId == null ? new CompletionIds(clock, random).next() : taskId;
        this.id = InteractionRequest.PREFIX + this.taskId.substring(this.taskId.indexOf('-') + 1);
        this.metered = metered;
        this.request = request;
        this.keptResponses = keptResponses;
        this.clock = clock;
        this.created = created;
        this.updated = created;
        this.streams = request.settings().stream();
        this.steps = new InteractionSteps(streams, request.whole().speaksWav(streams), addresses, keeping);
        ResponseCallIds ids = new ResponseCallIds(request.calls(), false, CALL_ID_PREFIX, it -> true, random);
        this.signed = new SignedAnswer(ids, false);
    }

    @Override
    public void waiting(JsonPieces out) {
        begin(out);
    }

    private void begin(JsonPieces out) {
        steps.goOnIn(out);
        if (streams && !begun) {
            begun = true;
            out.out()
                    .raw("event: interaction.created\ndata: {\"event_type\":\"interaction.created\",\"interaction\":{");
            head("in_progress", out.out());
            out.out().raw("}}\n\n");
        }
    }

    private void head(String status, Utf8Buffer out) {
        out.raw("\"id\":")
                .string(id)
                .raw(",\"object\":\"interaction\",\"status\":")
                .string(status);
        out.raw(",\"model\":").string(metered.requestedModel());
    }

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces out) {
        begin(out);
        events.forEach(this::take);
    }

    private void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> text(text);
            case UpstreamEvent.Thought thought -> {
                note(thought.signature(), null);
                signed.thoughtSignature(thought.signature());
                if (!thought.text().isEmpty() && request.settings().summaries()) {
                    steps.thought(thought.text());
                }
                steps.sign(thought.signature());
            }
            case UpstreamEvent.ToolCall call -> {
                note(call.signature(), call.upstreamId());
                Message.ToolCall shown = signed.call(call);
                if (shown != null) {
                    hasCall = true;
                    steps.call(shown);
                }
            }
            case UpstreamEvent.Media made -> {
                note(made.signature(), null);
                signed.file(made);
                steps.file(made);
            }
            case UpstreamEvent.Grounding it -> grounding = it;
            case UpstreamEvent.Finish it -> finish = it;
            case UpstreamEvent.ServerTool it -> signed.serverTool(it.part());
            case UpstreamEvent.Ran it -> code = it.code();
            case UpstreamEvent.Logprobs _, UpstreamEvent.Report _, UpstreamEvent.Raw _, UpstreamEvent.Embedded _ -> {}
        }
    }

    private void text(UpstreamEvent.Text text) {
        note(text.signature(), null);
        UpstreamEvent.RunCode its = code;
        code = null;
        if (its != null && text.text().equals(its.markdown())) { // not cut in the middle
            steps.ran(its, text.text(), text.signature());
        } else {
            steps.text(text.text(), text.signature());
        }
    }

    /** Notes a signature that the caller may send back in a thought. */
    private void note(@Nullable String signature, @Nullable String upstreamId) {
        if (signature != null) {
            sentBack.add(new SignedPart.SentBack(signature, upstreamId));
        }
    }

    /** A call is kept as it will be found again, too. */
    @Override
    public long keeps(UpstreamEvent event) {
        return (event instanceof UpstreamEvent.ToolCall ? 2 : 1) * AnswerBudget.once(event);
    }

    // ---- the end ----

    private String status() {
        UpstreamEvent.FinishReason reason = finish == null ? UpstreamEvent.FinishReason.STOP : finish.reason();
        return switch (reason) {
            case LENGTH, FILTERED -> "incomplete";
            case STOP, MALFORMED, OTHER -> hasCall ? "requires_action" : "completed";
        };
    }

    @Override
    public List<String> texts() {
        return finish != null && status().equals("completed") ? List.of(steps.text()) : List.of();
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        begin(out);
        updated = clock.instant();
        steps.end(grounding, "search_" + id.substring(InteractionRequest.PREFIX.length()));
        keep(completion);
        if (streams) {
            out.out()
                    .raw(
                            "event: interaction.completed\ndata: {\"event_type\":\"interaction.completed\",\"interaction\":{");
            facts(completion, out.out());
            out.out().raw("}}\n\nevent: done\ndata: [DONE]\n\n");
        } else {
            out.out().raw('{');
            facts(completion, out.out());
            out.out().raw(",\"steps\":");
            steps.write(out, false);
            out.out().raw('}');
        }
    }

    private void facts(Sink.Completion completion, Utf8Buffer out) {
        String status = status();
        head(status, out);
        if (status.equals("incomplete") && finish != null) {
            out.raw(",\"native_finish_reason\":").string(finish.nativeReason());
        }
        out.raw(",\"created\":").string(time(created)).raw(",\"updated\":").string(time(updated));
        String previous = request.settings().previousId();
        if (previous != null) {
            out.raw(",\"previous_interaction_id\":").string(previous);
        }
        usage(completion.tokens(), out);
        boolean isOffered =
                OfferedTier.isOffered(metered.model(), request.whole().tier());
        ServiceTier tier = isOffered ? completion.tier() : ServiceTier.STANDARD;
        out.raw(",\"service_tier\":").string(tier.word());
        out.raw(",\"credits_consumed\":").credits(completion.chargeMicros());
    }

    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** Writes raw tokens, whatever the units of the model's price (E4, Y46). */
    private static void usage(Usage tokens, Utf8Buffer out) {
        long made = Count.MADE.stream().mapToLong(tokens::of).sum() + tokens.speechTokens();
        long answered = tokens.candidatesTokens() + tokens.thoughtsTokens();
        out.raw(",\"usage\":{\"total_input_tokens\":").number(tokens.promptTokens());
        out.raw(",\"total_cached_tokens\":").number(tokens.cachedWithinPrompt());
        out.raw(",\"total_output_tokens\":").number(tokens.candidatesTokens());
        out.raw(",\"total_thought_tokens\":").number(tokens.thoughtsTokens());
        out.raw(",\"total_tool_use_tokens\":").number(tokens.of(Count.TOOLS));
        out.raw(",\"total_tokens\":").number(tokens.inputTokens() + answered);
        long others = tokens.of(Count.IMAGE) + tokens.of(Count.AUDIO);
        out.raw(",\"input_tokens_by_modality\":[");
        modality("text", Math.max(0, tokens.promptTokens() - others), out, true);
        modality("image", tokens.of(Count.IMAGE), out, false);
        modality("audio", tokens.of(Count.AUDIO), out, false);
        out.raw("],\"output_tokens_by_modality\":[");
        modality("text", Math.max(0, tokens.candidatesTokens() - made), out, true);
        modality("audio", tokens.speechTokens(), out, false);
        for (Count part : Count.MADE) {
            modality(part.modality().name().toLowerCase(Locale.ROOT), tokens.of(part), out, false);
        }
        out.raw(']');
        String before = ",\"grounding_tool_count\":[";
        for (Count tool : List.of(Count.SEARCHES, Count.MAPS)) {
            if (tokens.of(tool) > 0) {
                out.raw(before).raw("{\"type\":\"google_").raw(tool == Count.MAPS ? "maps" : "search");
                out.raw("\",\"count\":").number(tokens.of(tool)).raw('}');
                before = ",";
            }
        }
        out.raw(before.equals(",") ? "]}" : "}");
    }

    private static void modality(String name, long tokens, Utf8Buffer out, boolean isFirst) {
        if (isFirst || tokens > 0) {
            out.raw(isFirst ? "{\"modality\":" : ",{\"modality\":").string(name).raw(",\"tokens\":");
            out.number(tokens).raw('}');
        }
    }

    /** Keeps the response. Its steps come first, so that {@link InteractionHandlers} can put the input's steps before them. */
    private void keep(Sink.Completion completion) {
        KeptInput input = request.keeping();
        if (input == null) {
            return;
        }
        JsonPieces whole = new JsonPieces();
        whole.out().raw("{\"steps\":");
        steps.write(whole, true);
        whole.out().raw(',');
        facts(completion, whole.out());
        whole.out().raw('}');
        whole = whole.inWords();
        if (whole.size() <= KeptResponses.RESPONSE_BYTES_MAX) {
            entry = keptResponses.entry(
                    taskId,
                    metered.accountId(),
                    metered.owner(),
                    CompletionIds.ofShown(
                            InteractionRequest.PREFIX, request.settings().previousId()),
                    input,
                    whole.toByteArray());
        }
    }

    @Override
    public Sink.End ended(Runnable send) {
        return Sink.End.with(send, settle -> entry == null ? List.of() : entry.keeping(settle), status(), forget);
    }

    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (begun) {
            out.out().raw("event: error\ndata: {\"event_type\":\"error\",\"error\":{\"code\":");
            out.out()
                    .string(error.code().code())
                    .raw(",\"message\":")
                    .string(error.message())
                    .raw("}}\n\n");
        }
    }

    @Override
    public List<SignedPart> signed() {
        List<SignedPart> all = new ArrayList<>(signed.parts());
        all.addAll(sentBack);
        return all;
    }
}
