package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.protocols.door.PacedAnswer;
import dev.tollgate.protocols.door.SchemaDraft;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One JSON object, assembled from the upstream's stream (D46); its size is bounded by the meter. */
final class ObjectResponse implements Sink {

    private final Answer answer;
    private final PacedAnswer paced;
    private final @Nullable Draft draft;

    ObjectResponse(Answer answer, SchemaChecks checks) {
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
        for (UpstreamEvent event : events) {
            answer.take(event);
        }
    }

    @Override
    public End end(Completion completion) {
        ResponseObject object = answer.ended(completion);
        JsonPieces body = new JsonPieces();
        answer.write(object, true, body);
        return answer.end(() -> {
            answer.tellVerdict();
            answer.tellUpstream();
            paced.sendBody(body);
        });
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
        return answer.keeps(events);
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

    private final class Checked extends SchemaDraft {

        Checked(SchemaChecks checks, ObjectNode schema) {
            super(checks, answer.accountId(), schema);
        }

        @Override
        protected List<String> texts() {
            String text = answer.wholeText();
            return text == null ? List.of() : List.of(text);
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
