package dev.tollgate.protocols.completions;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.protocols.openai.ChunkWriter;
import dev.tollgate.protocols.openai.FinishReason;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A text completion: chunks, or one body. A stream begins with an empty chunk of each choice. Its finish chunks wait for the settlement and leave in one write
 * with the usage and {@code [DONE]}, as chat's do.
 */
final class TextRenderer implements Renderer {

    private static final ApiError UNSHOWABLE = ApiError.invalid(
                    "model",
                    "The model made a file or a tool call, which a text completion cannot hold. Ask it at /v1/chat/completions.")
            .doNotRetry();

    private static final byte[] UNFINISHED = ascii(",\"logprobs\":null,\"finish_reason\":null}]}\n\n");

    /** The usual size of an event's chunk: half of the events are counts, which have none. */
    private static final int EVENT_BYTES = 128;

    private final @Nullable String id;
    private final MeteredCall metered;
    private final ChatRequest request;
    private final long createdSeconds;
    private final boolean streams;
    private final List<Choice> choices;
    private byte[] head = {};
    private boolean holdsMore;

    /** The text and the end of one candidate; a stream keeps no text. */
    private static final class Choice {

        private final CollectedJson text = new CollectedJson();
        private UpstreamEvent.@Nullable Finish finish;

        private FinishReason reason() {
            return switch (finish == null ? UpstreamEvent.FinishReason.STOP : finish.reason()) {
                case LENGTH -> FinishReason.LENGTH;
                case FILTERED -> FinishReason.CONTENT_FILTER;
                case STOP, MALFORMED, OTHER -> FinishReason.STOP;
            };
        }
    }

    /** @param id the task's, and the completion's (D14); null before there is one */
    TextRenderer(@Nullable String id, MeteredCall metered, ChatRequest request, long createdSeconds) {
        this.id = id;
        this.metered = metered;
        this.request = request;
        this.createdSeconds = createdSeconds;
        this.streams = Boolean.TRUE.equals(request.stream());
        this.choices = Stream.generate(Choice::new)
                .limit(request.conversation().sampling().candidates())
                .toList();
    }

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces pieces) {
        Utf8Buffer out = pieces.out();
        if (streams) {
            out.reserve(EVENT_BYTES * events.size());
        }
        if (head.length == 0) {
            begin(events.getFirst(), out);
        }
        for (UpstreamEvent event : events) {
            take(event, out);
        }
    }

    /** Takes the model's name from the upstream's first event. Without one, the response has the requested name (D20). */
    private void begin(UpstreamEvent first, Utf8Buffer out) {
        if (id == null) {
            throw new IllegalStateException("the call has no task");
        }
        String name = metered.answerModel(first instanceof UpstreamEvent.Started it ? it.modelVersion() : null);
        head = Utf8Buffer.scratch()
                .raw(streams ? "data: {\"id\":" : "{\"id\":")
                .string(id)
                .raw(",\"object\":\"text_completion\",\"created\":")
                .number(createdSeconds)
                .raw(",\"model\":")
                .string(name)
                .raw(",\"choices\":[")
                .bytes();
        if (streams) {
            for (int i = 0; i < choices.size(); i++) {
                chunk(i, "", out);
            }
        }
    }

    private void take(UpstreamEvent event, Utf8Buffer out) {
        switch (event) {
            case UpstreamEvent.Text text -> text(text, out);
            case UpstreamEvent.Finish finish -> choices.get(finish.candidate()).finish = finish;
            case UpstreamEvent.Media _, UpstreamEvent.ToolCall _ -> holdsMore = true;
            case UpstreamEvent.Thought _,
                    UpstreamEvent.Grounding _,
                    UpstreamEvent.Logprobs _,
                    UpstreamEvent.ServerTool _,
                    UpstreamEvent.Report _,
                    UpstreamEvent.Raw _,
                    UpstreamEvent.Embedded _ -> {}
        }
    }

    private void text(UpstreamEvent.Text text, Utf8Buffer out) {
        if (!streams) {
            choices.get(text.candidate()).text.out().escaped(text.text());
        } else if (!text.text().isEmpty()) {
            chunk(text.candidate(), text.text(), out);
        }
    }

    private void chunk(int choice, String text, Utf8Buffer out) {
        out.raw(head)
                .raw("{\"index\":")
                .number(choice)
                .raw(",\"text\":")
                .string(text)
                .raw(UNFINISHED);
    }

    @Override
    public long keeps(UpstreamEvent event) {
        return !streams && event instanceof UpstreamEvent.Text ? AnswerBudget.once(event) : 0;
    }

    @Override
    public @Nullable ApiError unshowable() {
        return holdsMore ? UNSHOWABLE : null;
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces pieces) {
        Utf8Buffer out = pieces.out().raw(head);
        for (int i = 0; i < choices.size(); i++) {
            Choice choice = choices.get(i);
            out.raw("{\"index\":").number(i).raw(",\"text\":\"");
            pieces.repeat(choice.text);
            out.raw("\",\"logprobs\":null,\"finish_reason\":")
                    .string(choice.reason().word());
            if (choice.finish != null && choice.finish.nativeReason() != null) {
                out.raw(",\"native_finish_reason\":").string(choice.finish.nativeReason());
            }
            out.raw('}');
            if (streams) {
                out.raw("]}\n\n");
                if (i + 1 < choices.size() || !request.leavesUsageOut()) {
                    out.raw(head);
                }
            } else if (i + 1 < choices.size()) {
                out.raw(',');
            }
        }
        if (streams && request.leavesUsageOut()) {
            ChunkWriter.done(out);
            return;
        }
        completion.usage().write(out.raw("],\"usage\":"));
        String tier = request.tierWord(metered.model(), completion.tier());
        if (tier != null) {
            out.raw(",\"service_tier\":").string(tier);
        }
        out.raw(",\"credits_consumed\":").credits(completion.chargeMicros()).raw('}');
        if (streams) {
            ChunkWriter.done(out.raw("\n\n"));
        }
    }

    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (streams && head.length > 0) {
            ChatErrors.inStream(error, out.out());
        }
    }
}
