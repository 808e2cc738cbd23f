package dev.tollgate.protocols.messages;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream of events: one write for each read of the upstream's. The last block stays open until the settlement, for citations; its end leaves in one
 * write with the usage.
 */
final class MessageStream implements Sink {

    /** About what an event becomes: half of them are counts, which become nothing. */
    private static final int EVENT_BYTES = 160;

    private final MessageAnswer answer;
    private final Utf8Buffer out = new Utf8Buffer(0);
    private @Nullable MessageEvents begun;

    MessageStream(MessageAnswer answer) {
        this.answer = answer;
    }

    @Override
    public void admitted(Admission admission) {
        answer.admitted(admission);
    }

    @Override
    public void waiting() {
        begin(List.of());
        flush();
    }

    @Override
    public void ignoring(List<String> fields) {
        if (begun == null) {
            answer.headers().ignoring(fields);
        }
    }

    @Override
    public void answering(int attempts) {
        if (begun == null) {
            answer.headers().answering(attempts);
        }
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        out.reserve(EVENT_BYTES * events.size());
        MessageEvents writer = begun;
        if (writer == null) {
            answer.headers().upstreamId(events.getFirst());
            writer = begin(events);
        }
        for (UpstreamEvent event : events) {
            write(writer, event);
        }
        flush();
    }

    private MessageEvents begin(List<UpstreamEvent> events) {
        answer.outlet().stream();
        MessageEvents writer = new MessageEvents(out, answer.mark(), answer.omitsThoughts());
        writer.start(answer.id(), answer.model(), answer.prompt(events));
        begun = writer;
        return writer;
    }

    private void flush() {
        if (out.size() > 0) {
            answer.outlet().write(out.array(), out.size());
        }
        out.rest();
    }

    private void write(MessageEvents writer, UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> text(writer, text);
            case UpstreamEvent.Thought thought -> {
                if (answer.showsThoughts() && !thought.text().isEmpty()) {
                    writer.thought(thought.text());
                }
                answer.answered().thoughtSignature(thought.signature());
            }
            case UpstreamEvent.ToolCall call -> writer.call(answer.call(call));
            case UpstreamEvent.Started _,
                    UpstreamEvent.Media _,
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
                    UpstreamEvent.Embedded _ -> answer.take(event);
        }
    }

    /** Neighbouring texts come back joined by a newline, and are kept as they will come back. */
    private void text(MessageEvents writer, UpstreamEvent.Text text) {
        if (!text.text().isEmpty()) {
            if (answer.keepsText()) {
                if (writer.beginsText() && !answer.answered().text().isEmpty()) {
                    answer.answered().textToSign("\n");
                }
                answer.answered().textToSign(text.text());
            }
            writer.text(text.text());
        }
        answer.answered().textSignature(text.text(), text.signature());
    }

    @Override
    public long keeps(List<UpstreamEvent> events) {
        return answer.keeps(events, false);
    }

    @Override
    public End end(Completion completion) {
        MessageEvents writer = known();
        SearchSources sources = answer.sources();
        if (sources != null) {
            writer.sources(sources, answer.answered().text());
        }
        writer.end(answer.ending(), TokenCounts.of(completion.tokens()), completion.chargeMicros());
        byte[] last = out.toByteArray();
        out.rest();
        return () -> answer.outlet().end(last, last.length);
    }

    @Override
    public @Nullable ApiError unshowable() {
        return answer.unshowable();
    }

    @Override
    public void failed(ApiError error) {
        if (begun == null) {
            answer.outlet().fail(error);
        } else {
            begun.error(answer.error(error));
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

    private MessageEvents known() {
        if (begun == null) {
            throw new IllegalStateException("the stream has not begun");
        }
        return begun;
    }
}
