package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream of events: one write for each read of the upstream's. The last items and the end wait for the settlement and leave in one write. */
final class EventStream implements Sink {

    /** About what an event becomes. */
    private static final int EVENT_BYTES = 256;

    private final Answer answer;
    private final Utf8Buffer out = new Utf8Buffer(0);
    private final EventWriter events = new EventWriter(out);
    private boolean begun;

    EventStream(Answer answer) {
        this.answer = answer;
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
        out.reserve(EVENT_BYTES * list.size());
        begin(list.getFirst());
        for (UpstreamEvent event : list) {
            answer.take(event, false);
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
        if (out.size() > 0) {
            answer.outlet().write(out.array(), out.size());
        }
        out.rest();
    }

    @Override
    public End end(Completion completion) {
        ResponseObject object = answer.ended(completion);
        events.response(object.status(), it -> answer.write(object, false, it));
        byte[] last = out.toByteArray();
        out.rest();
        return answer.end(() -> answer.outlet().end(last, last.length));
    }

    /** Agents shorten their history only if a stream says that it is too long (E18). */
    @Override
    public void failed(ApiError error) {
        if (!begun && error.code() != ErrorCode.CONTEXT_LENGTH_EXCEEDED) {
            answer.outlet().fail(error);
            return;
        }
        begin(null);
        ResponseObject object = answer.failed(error);
        events.error(error);
        events.response("failed", it -> answer.write(object, false, it));
        answer.outlet().end(out.array(), out.size());
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
        return begun && answer.outlet().full();
    }

    @Override
    public void onDrain(Runnable resume) {
        answer.outlet().onDrain(resume);
    }
}
