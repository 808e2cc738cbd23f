package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One JSON object, assembled from the upstream's stream (D46); its size is bounded by the meter. */
final class ObjectResponse implements Sink {

    private final Answer answer;
    private final SchemaChecks checks;
    private final @Nullable Draft draft;

    ObjectResponse(Answer answer, SchemaChecks checks) {
        this.answer = answer;
        this.checks = checks;
        ObjectNode schema = answer.schema();
        this.draft = schema == null ? null : new Checked(schema);
    }

    @Override
    public void admitted(Admission admission) {
        answer.admitted(admission);
    }

    @Override
    public void ignoring(List<String> fields) {
        answer.ignoring(fields);
    }

    @Override
    public void answering(int attempts) {
        answer.answering(attempts);
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            answer.take(event, draft != null);
        }
    }

    @Override
    public End end(Completion completion) {
        ResponseObject object = answer.ended(completion);
        Utf8Buffer out = Utf8Buffer.scratch();
        answer.write(object, true, out);
        byte[] body = out.bytes();
        return answer.end(() -> {
            answer.tellVerdict();
            answer.tellUpstream();
            answer.outlet().body(body.length);
            answer.outlet().end(body, body.length);
        });
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

    /** A response with a schema. If it ended on its own, its text must fit. */
    private final class Checked implements Draft {

        private final ObjectNode schema;
        private Runnable abandoning = () -> {};

        Checked(ObjectNode schema) {
            this.schema = schema;
        }

        @Override
        public void check(Executor loop, Consumer<Boolean> then) {
            String text = answer.wholeText();
            abandoning = checks.check(
                    answer.accountId(),
                    schema,
                    text == null ? List.of() : List.of(text),
                    found -> loop.execute(() -> {
                        answer.judged(found);
                        then.accept(found != Verdict.MISFIT);
                    }));
        }

        @Override
        public void abandon() {
            abandoning.run();
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
