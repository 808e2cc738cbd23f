package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.SecondTry;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.protocols.door.PacedAnswer;
import dev.tollgate.protocols.door.SchemaDraft;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One JSON body with the same blocks as a stream has, assembled from the upstream's stream; its size is bounded by the meter. */
final class WholeMessage implements Sink {

    private final MessageAnswer answer;
    private final PacedAnswer paced;
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
            facts.signed().collectedBy(() -> texts(blocks));
        }
    }

    private sealed interface Shown {
        record Text(CollectedJson text) implements Shown {}

        record Thinking(CollectedJson text) implements Shown {}

        record Call(Message.ToolCall call) implements Shown {}
    }

    /** @param schema that the response must fit; null if there is none */
    WholeMessage(MessageAnswer answer, SchemaChecks checks, @Nullable ObjectNode schema) {
        this.answer = answer;
        this.paced = new PacedAnswer(answer.outlet());
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
            case UpstreamEvent.Media _,
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

    private void text(UpstreamEvent.Text text) {
        List<Shown> blocks = tries.current().blocks;
        if (!text.text().isEmpty()) {
            if (blocks.isEmpty() || !(blocks.getLast() instanceof Shown.Text)) {
                blocks.add(new Shown.Text(new CollectedJson()));
            }
            ((Shown.Text) blocks.getLast()).text().out().escaped(text.text());
        }
        answer.answered().textSignature(text.text(), text.signature());
    }

    private static String texts(List<Shown> blocks) {
        return blocks.stream()
                .filter(Shown.Text.class::isInstance)
                .map(block -> ((Shown.Text) block).text().unescaped())
                .collect(Collectors.joining("\n"));
    }

    private void thought(String text) {
        List<Shown> blocks = tries.current().blocks;
        if (blocks.isEmpty() || !(blocks.getLast() instanceof Shown.Thinking)) {
            blocks.add(new Shown.Thinking(new CollectedJson()));
        }
        if (!answer.omitsThoughts()) {
            ((Shown.Thinking) blocks.getLast()).text().out().escaped(text);
        }
    }

    @Override
    public End end(Completion completion) {
        JsonPieces body = new JsonPieces();
        Utf8Buffer out = body.out();
        MessageEvents.head(out.raw('{'), answer.id(), answer.model());
        blocks(body);
        StopReason ending = answer.ending();
        ending.write(out.raw("],"));
        out.raw(",\"container\":null,\"diagnostics\":null,\"usage\":");
        TokenCounts.of(completion.tokens()).ofMessage(out, "standard");
        ending.writeOwn(out, completion.chargeMicros());
        out.raw('}');
        State state = tries.current();
        return () -> {
            if (state.verdict != Verdict.FITS) {
                answer.outlet()
                        .setHeader("x-tollgate-schema", state.verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
            }
            if (state.started != null) {
                answer.headers().upstreamId(state.started);
            }
            paced.sendBody(body);
        };
    }

    private void blocks(JsonPieces body) {
        Utf8Buffer out = body.out();
        List<Shown> blocks = tries.current().blocks;
        SearchSources sources = answer.sources();
        String mark = answer.mark();
        for (int i = 0; i < blocks.size(); i++) {
            out.raw(i == 0 ? "" : ",");
            boolean isLast = i == blocks.size() - 1;
            switch (blocks.get(i)) {
                case Shown.Text it -> text(body, it.text(), isLast ? sources : null);
                case Shown.Thinking it -> {
                    out.raw("{\"type\":\"thinking\",\"thinking\":\"");
                    body.repeat(it.text());
                    out.raw("\",\"signature\":").string(mark).raw('}');
                }
                case Shown.Call it -> call(out, it.call());
            }
        }
        if (sources != null) {
            sources.writeSearch(out.raw(blocks.isEmpty() ? "" : ","), true);
            sources.writeResults(out.raw(','));
        }
    }

    private void text(JsonPieces body, CollectedJson text, @Nullable SearchSources sources) {
        Utf8Buffer out = body.out();
        out.raw("{\"type\":\"text\",\"text\":\"");
        body.repeat(text);
        out.raw("\",\"citations\":");
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
    public @Nullable ApiError unshowable() {
        return answer.unshowable();
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
    public long keeps(List<UpstreamEvent> events) {
        return answer.keeps(events, true);
    }

    @Override
    public boolean isSending() {
        return paced.isSending();
    }

    @Override
    public void onSent(Runnable then) {
        paced.onSent(then);
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
