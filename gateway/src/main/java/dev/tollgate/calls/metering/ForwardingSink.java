package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.running.CallNow;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Forwards everything to another sink. Subclasses override some methods. */
public abstract class ForwardingSink implements Sink {

    private final Sink sink;

    protected ForwardingSink(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void admitted(Admission admission) {
        sink.admitted(admission);
    }

    @Override
    public void waiting() {
        sink.waiting();
    }

    @Override
    public void ignoring(List<String> fields) {
        sink.ignoring(fields);
    }

    @Override
    public void answering(int attempts) {
        sink.answering(attempts);
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        sink.events(events);
    }

    @Override
    public long keeps(List<UpstreamEvent> events) {
        return sink.keeps(events);
    }

    @Override
    public End end(Completion completion) {
        return sink.end(completion);
    }

    @Override
    public void forget() {
        sink.forget();
    }

    @Override
    public @Nullable ApiError unshowable() {
        return sink.unshowable();
    }

    @Override
    public void failed(ApiError error) {
        sink.failed(error);
    }

    @Override
    public boolean isSending() {
        return sink.isSending();
    }

    @Override
    public void onSent(Runnable then) {
        sink.onSent(then);
    }

    @Override
    public void cut() {
        sink.cut();
    }

    @Override
    public List<SignedPart> signed() {
        return sink.signed();
    }

    @Override
    public boolean leavesWhole() {
        return sink.leavesWhole();
    }

    @Override
    public @Nullable Draft draft() {
        return sink.draft();
    }

    @Override
    public boolean wantsCost() {
        return sink.wantsCost();
    }

    @Override
    public void cost(CallNow now) {
        sink.cost(now);
    }

    @Override
    public boolean full() {
        return sink.full();
    }

    @Override
    public boolean isMidway() {
        return sink.isMidway();
    }

    @Override
    public void onDrain(Runnable resume) {
        sink.onDrain(resume);
    }
}
