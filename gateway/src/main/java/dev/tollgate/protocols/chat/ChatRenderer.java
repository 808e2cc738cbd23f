package dev.tollgate.protocols.chat;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.door.answers.ResponseCallIds;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.protocols.openai.ChunkWriter;
import dev.tollgate.protocols.openai.FinishReason;
import dev.tollgate.protocols.openai.MadeFile;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A chat completion: chunks (protocol 3.4), or one body. Finish chunks wait for the settlement and leave in one write with the usage and {@code [DONE]}: some
 * clients take the finish for the end, and all finishes come after all else.
 */
final class ChatRenderer implements Renderer {

    private static final String CALL_ID_PREFIX = "call_";

    /** About what an event becomes: half of them are counts, which become nothing. */
    private static final int EVENT_BYTES = 128;

    private final @Nullable String id;
    private final MeteredCall metered;
    private final ChatRequest request;
    private final long createdSeconds;
    private final boolean whole;
    private final boolean maySign;
    private final FileAddresses.@Nullable OfCall addresses;
    private final boolean isMarkdown;
    private final List<Choice> choices;
    private @Nullable String model;
    private @Nullable ChunkWriter chunks;

    /**
     * @param id the task's, and the completion's (D14)
     * @param random source of ids; thread-safe
     * @param addresses of images; null if they come inline
     * @param whole whether the response leaves as one body
     */
    ChatRenderer(
            @Nullable String id,
            MeteredCall metered,
            ChatRequest request,
            long createdSeconds,
            RandomGenerator random,
            FileAddresses.@Nullable OfCall addresses,
            boolean whole) {
        this.addresses = addresses;
        OutputWish.FieldValue delivery = request.conversation().output().delivery();
        this.isMarkdown = delivery != null && delivery.value().equals("markdown");
        this.id = id;
        this.metered = metered;
        this.request = request;
        this.createdSeconds = createdSeconds;
        this.whole = whole;
        this.maySign = metered.model().upstream().signatures()
                || !request.conversation().tools().isEmpty();
        Conversation said = request.conversation();
        boolean one = said.oneCall() || request.legacyFunctions(); // which have room for one
        ResponseCallIds ids = new ResponseCallIds(said.messages(), one, CALL_ID_PREFIX, it -> true, random);
        int candidates = said.sampling().candidates();
        this.choices = new ArrayList<>(candidates);
        for (int i = 0; i < candidates; i++) {
            choices.add(new Choice(i, ids, request.names(), request.legacyFunctions(), request.reasoning() != null));
        }
    }

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces out) {
        if (!whole) {
            out.out().reserve(EVENT_BYTES * events.size());
        }
        if (model == null) {
            begin(events.getFirst(), out);
        }
        if (chunks != null) {
            chunks.goOnIn(out.out());
        }
        for (UpstreamEvent event : events) {
            take(event, out);
        }
    }

    /** Takes the model's name from the upstream's first event. Without one, the response has the requested name (D20). */
    private void begin(UpstreamEvent first, JsonPieces out) {
        String name = metered.answerModel(first instanceof UpstreamEvent.Started it ? it.modelVersion() : null);
        model = name;
        if (!whole) {
            ChunkWriter writer = new ChunkWriter(known(id), createdSeconds, name, out.out());
            choices.forEach(choice -> writer.role(choice.index));
            chunks = writer;
        }
    }

    private void take(UpstreamEvent event, JsonPieces out) {
        switch (event) {
            case UpstreamEvent.Text text -> text(text, choices.get(text.candidate()));
            case UpstreamEvent.Thought thought -> thought(thought, choices.get(thought.candidate()));
            case UpstreamEvent.Media made -> file(made, choices.get(made.candidate()), out);
            case UpstreamEvent.ToolCall call -> call(call, choices.get(call.candidate()));
            case UpstreamEvent.Grounding it -> choices.get(it.candidate()).grounding = it;
            case UpstreamEvent.Logprobs logprobs -> logprobs(logprobs);
            case UpstreamEvent.Finish finish -> choices.get(finish.candidate()).finish = finish;
            case UpstreamEvent.ServerTool tool ->
                choices.get(tool.candidate()).answer.serverTool(tool.part());
            case UpstreamEvent.Report _, UpstreamEvent.Raw _, UpstreamEvent.Embedded _ -> {}
        }
    }

    private void text(UpstreamEvent.Text text, Choice choice) {
        if (chunks == null) {
            choice.text(text.text());
        } else if (!text.text().isEmpty()) {
            chunks.content(text.candidate(), text.text());
            if (maySign) {
                choice.answer.textToSign(text.text());
            }
        }
        choice.answer.textSignature(text.text(), text.signature());
    }

    private void thought(UpstreamEvent.Thought thought, Choice choice) {
        if (chunks == null) {
            choice.reasoning.out().escaped(thought.text());
        } else if (!thought.text().isEmpty()) {
            chunks.reasoning(thought.candidate(), thought.text(), choice.saysReasoning);
        }
        choice.answer.thoughtSignature(thought.signature());
    }

    private void file(UpstreamEvent.Media made, Choice choice, JsonPieces out) {
        choice.answer.file(made);
        JsonSource address = addresses == null || made.linked() ? null : addresses.address(made.data());
        if (address != null && isMarkdown) {
            if (chunks == null) {
                choice.markdown(address);
            } else {
                chunks.image(made.candidate(), address, out);
            }
            return;
        }
        MadeFile file = new MadeFile(address == null ? made::writeUrl : to -> to.add(address), made.signature());
        if (chunks == null) {
            choice.file(file);
        } else {
            chunks.file(made.candidate(), choice.filesTold++, file, out);
        }
    }

    private void call(UpstreamEvent.ToolCall event, Choice choice) {
        Message.ToolCall its = choice.answer.call(event);
        if (its == null || chunks == null) {
            return;
        }
        Message.ToolCall call = request.names().shown(its);
        if (choice.legacyFunctions) {
            chunks.functionCall(event.candidate(), call);
        } else {
            chunks.toolCall(
                    event.candidate(),
                    choice.answer.calls().size() - 1,
                    call,
                    request.names().input(its));
        }
    }

    private void logprobs(UpstreamEvent.Logprobs logprobs) {
        if (chunks == null) {
            choices.get(logprobs.candidate()).logprobs(logprobs.tokens());
        } else {
            chunks.logprobs(logprobs.candidate(), logprobs.tokens());
        }
    }

    @Override
    public long keeps(UpstreamEvent event) {
        if (event instanceof UpstreamEvent.ToolCall) {
            return (whole ? 2 : 1) * AnswerBudget.once(event);
        }
        if (whole) {
            return AnswerBudget.once(event);
        }
        return maySign && event instanceof UpstreamEvent.Text text
                ? choices.get(text.candidate()).answer.keeps(text.text())
                : 0;
    }

    @Override
    public List<String> texts() {
        return choices.stream()
                .filter(choice -> choice.finishReason() == FinishReason.STOP)
                .map(choice -> choice.answer.text())
                .toList();
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        String tier = request.tierWord(metered.model(), completion.tier());
        if (chunks == null) {
            CompletionWriter writer = new CompletionWriter(out);
            writer.head(known(id), createdSeconds, known(model));
            writer.rest(choices, completion, tier);
            return;
        }
        chunks.goOnIn(out.out());
        for (Choice choice : choices) {
            if (!choice.citations().isEmpty()) {
                chunks.annotations(choice.index, choice.citations());
            }
        }
        for (Choice choice : choices) {
            chunks.finish(choice.index, choice.finishReason(), choice.nativeReason(), choice.extra());
        }
        if (!request.leavesUsageOut()) {
            chunks.usage(completion.usage(), tier, completion.chargeMicros());
        }
        ChunkWriter.done(out.out());
    }

    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (chunks != null) {
            ChatErrors.inStream(error, out.out());
        }
    }

    @Override
    public List<SignedPart> signed() {
        return choices.stream()
                .flatMap(choice -> choice.answer.parts().stream())
                .toList();
    }

    private static String known(@Nullable String value) {
        if (value == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return value;
    }
}
