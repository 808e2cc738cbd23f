package dev.tollgate.protocols.chat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.protocols.door.PacedAnswer;
import dev.tollgate.protocols.door.SchemaDraft;
import dev.tollgate.protocols.openai.CompletionWriter;
import dev.tollgate.protocols.openai.FinishReason;
import dev.tollgate.protocols.openai.MadeFile;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One JSON body, assembled from the upstream's stream (D46); its size is bounded by the meter. */
final class JsonAnswer implements Sink {

    private final ChatAnswer answer;
    private final PacedAnswer paced;
    private final @Nullable Draft draft;

    JsonAnswer(ChatAnswer answer, SchemaChecks checks) {
        this.answer = answer;
        this.paced = new PacedAnswer(answer.outlet());
        ObjectNode schema = answer.format().objectSchema();
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
        answer.nameFrom(events.getFirst());
        for (UpstreamEvent event : events) {
            take(event);
        }
    }

    private void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> {
                answer.choice(text.candidate()).text(text.text());
                answer.choice(text.candidate()).answer().textSignature(text.text(), text.signature());
            }
            case UpstreamEvent.Thought thought -> {
                answer.choice(thought.candidate()).thought(thought.text());
                answer.choice(thought.candidate()).answer().thoughtSignature(thought.signature());
            }
            case UpstreamEvent.Media made ->
                answer.choice(made.candidate()).file(new MadeFile(made.url(), made.signature()));
            case UpstreamEvent.ToolCall call ->
                answer.choice(call.candidate()).answer().call(answer.call(call), call.upstreamId());
            case UpstreamEvent.Grounding grounding ->
                answer.choice(grounding.candidate()).grounding(grounding);
            case UpstreamEvent.Logprobs logprobs ->
                answer.choice(logprobs.candidate()).logprobs(logprobs.tokens());
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

    @Override
    public End end(Completion completion) {
        List<dev.tollgate.protocols.openai.ChatCompletion.Choice> choices =
                new ArrayList<>(answer.choices().size());
        for (Choice choice : answer.choices()) {
            choices.add(choice.whole());
        }
        JsonPieces body = CompletionWriter.write(new dev.tollgate.protocols.openai.ChatCompletion(
                answer.id(),
                answer.createdSeconds(),
                answer.model(),
                choices,
                completion.usage(),
                answer.tierWord(completion.tier()),
                completion.chargeMicros()));
        return () -> {
            answer.tellVerdict();
            answer.tellUpstreamId();
            paced.sendBody(body);
        };
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

    /** A response with a schema, which each choice must fit. */
    private final class Checked extends SchemaDraft {

        Checked(SchemaChecks checks, ObjectNode schema) {
            super(checks, answer.accountId(), schema);
        }

        @Override
        protected List<String> texts() {
            return answer.choices().stream()
                    .filter(choice -> choice.finishReason() == FinishReason.STOP)
                    .map(Choice::content)
                    .toList();
        }

        @Override
        protected void judged(Verdict found) {
            answer.judged(found);
        }

        @Override
        public void beginAnew() {
            answer.beginAnew();
        }

        @Override
        public void takeBack() {
            answer.takeBack();
        }
    }

    @Override
    public boolean full() {
        return false;
    }

    @Override
    public void onDrain(Runnable resume) {
        // nothing waits for the caller until the body is whole
    }
}
