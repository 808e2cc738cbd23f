package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.SecondTry;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.protocols.door.JoinedText;
import dev.tollgate.protocols.door.SchemaDraft;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One JSON body with the same blocks as a stream has, assembled from the upstream's stream; its size is bounded by the meter. */
final class WholeMessage implements Sink {

    private final MessageAnswer answer;
    private final SecondTry<State> tries;
    private final @Nullable Draft draft;

    /** The state of one response of the upstream. */
    private static final class State {
        private final MessageAnswer.Facts facts;
        private final List<Shown> blocks = new ArrayList<>();
        private UpstreamEvent.@Nullable Started started;
        private Verdict verdict = Verdict.FITS;

        State(MessageAnswer.Facts facts) {
            this.facts = facts;
        }
    }

    private sealed interface Shown {
        record Text(JoinedText text) implements Shown {}

        record Thinking(JoinedText text) implements Shown {}

        record Call(Message.ToolCall call) implements Shown {}
    }

    /** @param schema that the response must fit; null if there is none */
    WholeMessage(MessageAnswer answer, SchemaChecks checks, @Nullable ObjectNode schema) {
        this.answer = answer;
        this.tries = new SecondTry<>(new State(answer.facts()));
        this.draft = schema == null ? null : new Checked(checks, schema);
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
        for (UpstreamEvent event : events) {
            take(event);
        }
    }

    private void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> text(text);
            case UpstreamEvent.Thought thought -> {
                if (answer.showsThoughts() && !thought.text().isEmpty()) {
                    thought(thought.text());
                }
                answer.answered().thoughtSignature(thought.signature());
            }
            case UpstreamEvent.ToolCall call -> tries.current().blocks.add(new Shown.Call(answer.call(call)));
            case UpstreamEvent.Started started -> tries.current().started = started;
            default -> answer.take(event);
        }
    }

    private void text(UpstreamEvent.Text text) {
        List<Shown> blocks = tries.current().blocks;
        if (!text.text().isEmpty()) {
            if (blocks.isEmpty() || !(blocks.getLast() instanceof Shown.Text)) {
                if (!answer.answered().text().isEmpty()) {
                    answer.answered().text("\n");
                }
                blocks.add(new Shown.Text(new JoinedText()));
            }
            ((Shown.Text) blocks.getLast()).text().append(text.text());
            answer.answered().text(text.text());
        }
        answer.answered().textSignature(text.text(), text.signature());
    }

    private void thought(String text) {
        List<Shown> blocks = tries.current().blocks;
        if (blocks.isEmpty() || !(blocks.getLast() instanceof Shown.Thinking)) {
            blocks.add(new Shown.Thinking(new JoinedText()));
        }
        if (!answer.omitsThoughts()) {
            ((Shown.Thinking) blocks.getLast()).text().append(text);
        }
    }

    @Override
    public End end(Completion completion) {
        Utf8Buffer out = new Utf8Buffer();
        MessageEvents.head(out.raw('{'), answer.id(), answer.model());
        blocks(out);
        StopReason ending = answer.ending();
        ending.write(out.raw("],"));
        out.raw(",\"container\":null,\"diagnostics\":null,\"usage\":");
        TokenCounts.of(completion.tokens()).ofMessage(out, "standard");
        ending.writeOwn(out, completion.chargeMicros());
        byte[] body = out.raw('}').toByteArray();
        State state = tries.current();
        return () -> {
            if (state.verdict != Verdict.FITS) {
                answer.outlet()
                        .setHeader("x-tollgate-schema", state.verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
            }
            if (state.started != null) {
                answer.headers().upstreamId(state.started);
            }
            answer.outlet().body(body.length);
            answer.outlet().end(body, body.length);
        };
    }

    private void blocks(Utf8Buffer out) {
        List<Shown> blocks = tries.current().blocks;
        SearchSources sources = answer.sources();
        String mark = answer.mark();
        for (int i = 0; i < blocks.size(); i++) {
            out.raw(i == 0 ? "" : ",");
            boolean isLast = i == blocks.size() - 1;
            switch (blocks.get(i)) {
                case Shown.Text it -> text(out, it.text().toString(), isLast ? sources : null);
                case Shown.Thinking it ->
                    out.raw("{\"type\":\"thinking\",\"thinking\":")
                            .string(it.text().toString())
                            .raw(",\"signature\":")
                            .string(mark)
                            .raw('}');
                case Shown.Call it -> call(out, it.call());
            }
        }
        if (sources != null) {
            sources.writeSearch(out.raw(blocks.isEmpty() ? "" : ","), true);
            sources.writeResults(out.raw(','));
        }
    }

    private void text(Utf8Buffer out, String text, @Nullable SearchSources sources) {
        out.raw("{\"type\":\"text\",\"text\":").string(text).raw(",\"citations\":");
        List<String> citations = sources == null
                ? List.of()
                : sources.citations(answer.answered().text());
        if (citations.isEmpty()) {
            out.raw("null}");
        } else {
            out.raw(("[" + String.join(",", citations) + "]}").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void call(Utf8Buffer out, Message.ToolCall call) {
        out.raw("{\"type\":\"tool_use\",\"id\":").string(String.valueOf(call.id()));
        out.raw(",\"name\":")
                .string(call.name())
                .raw(',')
                .raw(MessageEvents.DIRECT)
                .raw(",\"input\":");
        out.raw(call.arguments().getBytes(StandardCharsets.UTF_8)).raw('}');
    }

    @Override
    public void failed(ApiError error) {
        answer.outlet().fail(error);
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
    public boolean leavesWhole() {
        return true;
    }

    @Override
    public @Nullable Draft draft() {
        return draft;
    }

    @Override
    public boolean full() {
        return false;
    }

    @Override
    public void onDrain(Runnable resume) {
        // nothing waits for the caller until the body is whole
    }

    /** A response with a schema, which its text must fit. */
    private final class Checked extends SchemaDraft {

        Checked(SchemaChecks checks, ObjectNode schema) {
            super(checks, answer.accountId(), schema);
        }

        @Override
        protected List<String> texts() {
            return answer.ending().reason().equals("end_turn")
                    ? List.of(answer.answered().text())
                    : List.of();
        }

        @Override
        protected void judged(Verdict found) {
            tries.current().verdict = found;
        }

        @Override
        public void beginAnew() {
            answer.use(new MessageAnswer.Facts());
            tries.begin(new State(answer.facts()));
        }

        @Override
        public void takeBack() {
            tries.takeBack();
            answer.use(tries.current().facts);
        }
    }
}
