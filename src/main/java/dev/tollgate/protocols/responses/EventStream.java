package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.protocols.door.PacedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream of events: one write for each read of the upstream's. The last items and the end wait for the settlement; what
 * repeats a long text leaves in pieces. */
final class EventStream implements Sink {

    /** About what an event becomes. */
    private static final int EVENT_BYTES = 256;

    private final Answer answer;
    private final PacedAnswer paced;
    private final EventWriter events;
    private boolean begun;

    EventStream(Answer answer) {
        this.answer = answer;
        this.paced = new PacedAnswer(answer.outlet());
        this.events = new EventWriter(paced.pieces());
        answer.events(events);
    }

    @Override
    public void admitted(Admission admission) {
        answer.admitted(admission);
    }

    @Override
    public void waiting() {
        begin(null);
        send();
    }

    @Override
    public void ignoring(List<String> fields) {
        if (!begun) {
            answer.headers().ignoring(fields);
        }
    }

    @Override
    public void answering(int attempts) {
        if (!begun) {
            answer.headers().answering(attempts);
        }
    }

    @Override
    public void events(List<UpstreamEvent> list) {
        paced.pieces().out().reserve(EVENT_BYTES * list.size());
        begin(list.getFirst());
        for (UpstreamEvent event : list) {
            answer.take(event);
        }
        send();
    }

    private void begin(@Nullable UpstreamEvent first) {
        if (begun) {
            return;
        }
        begun = true;
        answer.headers().upstreamId(first);
        answer.outlet().stream();
        ResponseObject object = answer.begun();
        events.response("created", it -> answer.write(object, false, it));
        events.response("in_progress", it -> answer.write(object, false, it));
    }

    private void send() {
        paced.send();
    }

    @Override
    public End end(Completion completion) {
        JsonPieces last = new JsonPieces();
        events.goOnIn(last);
        ResponseObject object = answer.ended(completion);
        events.response(object.status(), it -> answer.write(object, false, it));
        return answer.end(() -> paced.end(last));
    }

    @Override
    public @Nullable ApiError unshowable() {
        return answer.unshowable();
    }

    /** Agents shorten their history only if a stream says that it is too long (E18). */
    @Override
    public void failed(ApiError error) {
        if (!begun && error.code() != ErrorCode.CONTEXT_LENGTH_EXCEEDED) {
            answer.outlet().fail(error);
            return;
        }
        begin(null);
        JsonPieces last = new JsonPieces();
        events.goOnIn(last);
        ResponseObject object = answer.failed(error);
        events.error(error);
        events.response("failed", it -> answer.write(object, false, it));
        paced.end(last);
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
        return begun && paced.full();
    }

    @Override
    public void onDrain(Runnable resume) {
        paced.onDrain(resume);
    }

    @Override
    public long keeps(List<UpstreamEvent> list) {
        return answer.keeps(list);
    }

    @Override
    public boolean isSending() {
        return paced.isSending();
    }

    @Override
    public void onSent(Runnable then) {
        paced.onSent(then);
    }
}
