package dev.tollgate.protocols.chat;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.protocols.openai.ChunkWriter;
import dev.tollgate.protocols.openai.MadeFile;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream of chunks (protocol 3.4): one write for each read of the upstream's. Finish chunks wait for the settlement and leave in one
 * write with the usage and {@code [DONE]}: some clients take the finish for the end, and all finishes come after all else.
 */
final class ChunkStream implements Sink {

    private final ChatAnswer answer;
    /** About what an event becomes: half of them are counts, which become nothing. */
    private static final int EVENT_BYTES = 128;

    private final Utf8Buffer out = new Utf8Buffer(0);
    private @Nullable ChunkWriter begun;

    ChunkStream(ChatAnswer answer) {
        this.answer = answer;
    }

    @Override
    public void admitted(Admission admission) {
        answer.admitted(admission);
    }

    @Override
    public void ignoring(List<String> fields) {
        answer.headers().ignoring(fields);
    }

    @Override
    public void answering(int attempts) {
        answer.headers().answering(attempts);
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        out.reserve(EVENT_BYTES * events.size());
        ChunkWriter chunks = begun == null ? begin(events.getFirst()) : begun;
        for (UpstreamEvent event : events) {
            write(chunks, event);
        }
        if (out.size() > 0) {
            answer.outlet().write(out.array(), out.size());
        }
        out.rest();
    }

    /** Returns whether any bytes have left. */
    boolean hasBegun() {
        return begun != null;
    }

    private ChunkWriter begin(UpstreamEvent first) {
        answer.nameFrom(first);
        answer.tellUpstreamId();
        answer.outlet().stream();
        ChunkWriter chunks = new ChunkWriter(answer.id(), answer.createdSeconds(), answer.model(), out);
        answer.choices().forEach(choice -> chunks.role(choice.index()));
        begun = chunks;
        return chunks;
    }

    private void write(ChunkWriter chunks, UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> {
                if (!text.text().isEmpty()) {
                    chunks.content(text.candidate(), text.text());
                    answer.remember(text);
                }
                answer.choice(text.candidate()).answer().textSignature(text.text(), text.signature());
            }
            case UpstreamEvent.Thought thought -> {
                if (!thought.text().isEmpty()) {
                    chunks.reasoning(thought.candidate(), thought.text());
                }
                answer.choice(thought.candidate()).answer().thoughtSignature(thought.signature());
            }
            case UpstreamEvent.Media made ->
                chunks.file(
                        made.candidate(),
                        answer.choice(made.candidate()).nextFile(),
                        new MadeFile(made.url(), made.signature()));
            case UpstreamEvent.ToolCall call -> write(chunks, call, answer.call(call));
            case UpstreamEvent.Grounding grounding ->
                answer.choice(grounding.candidate()).grounding(grounding);
            case UpstreamEvent.Logprobs logprobs -> chunks.logprobs(logprobs.candidate(), logprobs.tokens());
            case UpstreamEvent.Finish finish ->
                answer.choice(finish.candidate()).finish(finish);
            case UpstreamEvent.ServerTool tool ->
                answer.choice(tool.candidate()).answer().serverTool(tool.part());
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

    /** The deprecated form has room for one call. */
    private void write(ChunkWriter chunks, UpstreamEvent.ToolCall event, Message.ToolCall call) {
        int candidate = event.candidate();
        int index = answer.choice(candidate).answer().call(call, event.upstreamId());
        if (!answer.legacyFunctions()) {
            chunks.toolCall(candidate, index, call);
        } else if (index == 0) {
            chunks.functionCall(candidate, call);
        }
    }

    @Override
    public long keeps(List<UpstreamEvent> events) {
        return answer.keeps(events, false);
    }

    @Override
    public End end(Completion completion) {
        ChunkWriter chunks = known();
        for (Choice choice : answer.choices()) {
            if (!choice.citations().isEmpty()) {
                chunks.annotations(choice.index(), choice.citations());
            }
        }
        for (Choice choice : answer.choices()) {
            chunks.finish(choice.index(), choice.finishReason(), choice.nativeReason(), choice.extra());
        }
        chunks.usage(completion.usage(), answer.tierWord(completion.tier()), completion.chargeMicros());
        chunks.done();
        byte[] last = taken();
        return () -> answer.outlet().end(last, last.length);
    }

    @Override
    public void failed(ApiError error) {
        if (begun == null) {
            answer.outlet().fail(error);
        } else {
            begun.error(error);
            answer.outlet().end(out.array(), out.size());
        }
    }

    @Override
    public void cut() {
        answer.cut();
    }

    @Override
    public List<SignedPart> signed() {
        return answer.signed();
    }

    @Override
    public boolean full() {
        return begun != null && answer.outlet().full();
    }

    @Override
    public void onDrain(Runnable resume) {
        answer.outlet().onDrain(resume);
    }

    private byte[] taken() {
        byte[] taken = out.toByteArray();
        out.rest();
        return taken;
    }

    private ChunkWriter known() {
        if (begun == null) {
            throw new IllegalStateException("the stream has not begun");
        }
        return begun;
    }
}
