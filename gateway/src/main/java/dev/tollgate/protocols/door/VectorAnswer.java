package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.AnswerHeaders;
import dev.tollgate.protocols.door.answers.PacedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;

/** Writes embeddings as one JSON body. Confined to its call. */
public abstract class VectorAnswer implements Sink {

    private final Outlet outlet;
    private final AnswerHeaders headers;
    private final PacedAnswer paced;
    private List<byte[]> vectors = List.of();

    protected VectorAnswer(Outlet outlet) {
        this.outlet = outlet;
        this.headers = new AnswerHeaders(outlet);
        this.paced = new PacedAnswer(outlet);
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
        JsonPieces body = new JsonPieces();
        add(body, head());
        for (int i = 0; i < vectors.size(); i++) {
            add(body, before(i));
            add(body, vectors.get(i));
            add(body, after());
        }
        add(body, tail(completion));
        vectors = List.of();
        return () -> paced.sendBody(body);
    }

    private static void add(JsonPieces body, byte[] piece) {
        body.repeat(piece, 0, piece.length);
    }

    @Override
    public final long keeps(List<UpstreamEvent> events) {
        return AnswerBudget.of(events, AnswerBudget::once);
    }

    @Override
    public final boolean isSending() {
        return paced.isSending();
    }

    @Override
    public final void onSent(Runnable then) {
        paced.onSent(then);
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
}
