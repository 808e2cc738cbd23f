package dev.tollgate.calls.metering;

import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The room that a call takes for what its sink keeps until its end. Confined to its call, except for the methods of a holder. */
final class Collecting implements AnswerRoom.Holder {

    private final Call call;
    private final AnswerRoom room;
    private AnswerRoom.@Nullable Share share;
    private AnswerRoom.Reply last = AnswerRoom.Reply.TAKEN;
    private boolean isClosing;

    Collecting(Call call, AnswerRoom room) {
        this.call = call;
        this.room = room;
    }

    /** The batches that wait are asked for again. */
    void begin() {
        last = AnswerRoom.Reply.TAKEN;
    }

    /** Takes room for a batch, if there is any. */
    boolean takes(List<UpstreamEvent> events) {
        long bytes = call.sink().keeps(events);
        if (bytes > 0) {
            AnswerRoom.Share its = share;
            if (its == null) {
                its = room.share(call.request().accountId(), this);
                share = its;
            }
            last = its.take(bytes);
        }
        return last == AnswerRoom.Reply.TAKEN;
    }

    /** Returns whether the last batch found no room. */
    boolean lacksRoom() {
        return last != AnswerRoom.Reply.TAKEN;
    }

    /** Returns whether the answer has to end, because the last batch finds no room later either. */
    boolean mustEnd() {
        return last == AnswerRoom.Reply.NEVER;
    }

    /** The call is over: gives the room back when its end has left. */
    void over() {
        if (share == null) {
            return;
        }
        if (call.isCallerGone() || !call.sink().isSending()) {
            release();
        } else if (isClosing) {
            drop();
        } else {
            call.sink().onSent(this::release);
        }
    }

    /** Gives the room back, because the caller has left. */
    void callerLeft() {
        if (call.phase() == Phase.Over.OVER) {
            release();
        }
    }

    private void release() {
        AnswerRoom.Share its = share;
        share = null;
        if (its != null) {
            its.release();
        }
    }

    private void drop() {
        release();
        call.attempt("drop its end", call.sink()::cut);
    }

    // ---- from any thread ----

    @Override
    public void again() {
        call.loop().execute(() -> call.turn(() -> call.phase().roomMayBeFree()));
    }

    @Override
    public void leave() {
        call.loop().execute(() -> call.turn(() -> call.phase().roomIsWanted()));
    }

    @Override
    public void close() {
        call.loop().execute(() -> call.turn(() -> {
            if (call.phase() != Phase.Over.OVER) {
                isClosing = true;
            } else if (share != null) {
                drop();
            }
        }));
    }
}
