package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;

/** Writes embeddings as one JSON body. Confined to its call. */
public abstract class VectorAnswer implements Sink {

    private final Outlet outlet;
    private final AnswerHeaders headers;
    private List<byte[]> vectors = List.of();

    protected VectorAnswer(Outlet outlet) {
        this.outlet = outlet;
        this.headers = new AnswerHeaders(outlet);
    }

    /** Returns the body before its first vector. */
    protected abstract byte[] head();

    /** Returns what precedes a vector, from the second on with a comma. */
    protected abstract byte[] before(int index);

    /** Returns what follows a vector. */
    protected abstract byte[] after();

    /** Returns the body after its last vector. */
    protected abstract byte[] tail(Completion completion);

    @Override
    public final void admitted(Admission admission) {
        headers.admitted(admission);
    }

    @Override
    public final void ignoring(List<String> fields) {
        headers.ignoring(fields);
    }

    @Override
    public final void answering(int attempts) {
        headers.answering(attempts);
    }

    @Override
    public final void events(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Embedded embedded) {
                vectors = embedded.vectors();
            }
        }
    }

    @Override
    public final End end(Completion completion) {
        if (vectors.isEmpty()) {
            throw new IllegalStateException("an answer without vectors");
        }
        byte[] body = body(vectors, completion);
        vectors = List.of();
        return () -> {
            outlet.body(body.length);
            outlet.end(body, body.length);
        };
    }

    /** Joins the pieces in an array of the right size. */
    private byte[] body(List<byte[]> vectors, Completion completion) {
        List<byte[]> pieces = new ArrayList<>(3 * vectors.size() + 2);
        pieces.add(head());
        for (int i = 0; i < vectors.size(); i++) {
            pieces.add(before(i));
            pieces.add(vectors.get(i));
            pieces.add(after());
        }
        pieces.add(tail(completion));
        byte[] body = new byte
                [Math.toIntExact(
                        pieces.stream().mapToLong(piece -> piece.length).sum())];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, body, at, piece.length);
            at += piece.length;
        }
        return body;
    }

    @Override
    public final void failed(ApiError error) {
        outlet.fail(error);
    }

    @Override
    public final void cut() {
        outlet.fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred."));
    }

    @Override
    public final boolean leavesWhole() {
        return true;
    }

    @Override
    public final boolean full() {
        return false;
    }

    @Override
    public final void onDrain(Runnable resume) {
        // nothing waits for the caller until the body is whole
    }
}
