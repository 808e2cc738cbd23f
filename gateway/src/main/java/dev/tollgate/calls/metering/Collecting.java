package dev.tollgate.calls.metering;

import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The room that a call takes for what its sink keeps until its end. Confined to its call, except for the methods of a holder. */
final class Collecting implements AnswerRoom.Holder {

    private final Owner owner;
    private final Sink sink;
    private final MeteredCall call;
    private final AnswerRoom room;
    private AnswerRoom.@Nullable Share share;
    private AnswerRoom.Reply last = AnswerRoom.Reply.TAKEN;
    private boolean isOver;
    private boolean isClosing;

    /** The call. */
    interface Owner {

        /** Runs a step in a later turn. From any thread. */
        void later(Runnable step);

        boolean isCallerGone();

        /** Releases what only the answer needed: it has left, or is no longer wanted. */
        void answerHasLeft();

        /** Goes on with an answer that waits for room. */
        void roomMayBeFree();

        /** Ends the answer, because others need its room. */
        void roomIsWanted();
    }

    Collecting(Owner owner, Sink sink, MeteredCall call, AnswerRoom room) {
        this.owner = owner;
        this.sink = sink;
        this.call = call;
        this.room = room;
    }

    /** The batches that wait are asked for again. */
    void begin() {
        last = AnswerRoom.Reply.TAKEN;
    }

    /** Takes room for a batch, if there is any. */
    boolean takes(List<UpstreamEvent> events) {
        long bytes = sink.keeps(events);
        if (bytes > 0) {
            AnswerRoom.Share its = share;
            if (its == null) {
                its = room.share(call.accountId(), this, call.terms().isOfLine());
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

    /** The call is over, and its end is on its way: gives the room back when that has left. */
    void over() {
        isOver = true;
        if (owner.isCallerGone() || !sink.isSending()) {
            release();
        } else if (isClosing) {
            drop();
        } else {
            sink.onSent(this::release);
        }
    }

    /** Gives the room back if nothing else will, because the caller has left. */
    void callerLeft() {
        if (isOver) {
            release();
        }
    }

    private void release() {
        AnswerRoom.Share its = share;
        share = null;
        if (its != null) {
            its.release();
        }
        owner.answerHasLeft();
    }

    private void drop() {
        release();
        sink.cut();
    }

    private void closeNow() {
        isClosing = true;
        if (isOver && share != null) {
            drop();
        }
    }

    // ---- from any thread ----

    @Override
    public void again() {
        owner.later(owner::roomMayBeFree);
    }

    @Override
    public void leave() {
        owner.later(owner::roomIsWanted);
    }

    @Override
    public void close() {
        owner.later(this::closeNow);
    }
}
