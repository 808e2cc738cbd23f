package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A response that leaves as it comes: one write for each read of the upstream's. It begins with the first bytes of its renderer. Its end waits for the
 * settlement, and leaves in pieces if it repeats a long text.
 */
public final class StreamedAnswer extends RenderedAnswer {

    private boolean begun;
    private boolean wrote;

    /** @param renderers makes the renderer from the task's id, which is null for a call that is refused before it has one */
    public StreamedAnswer(Outlet outlet, Function<@Nullable String, ? extends Renderer> renderers) {
        super(outlet, renderers);
    }

    /** Returns whether any bytes have left. */
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public void waiting() {
        if (!wrote && !full()) {
            renderer().waiting(paced.pieces());
            send();
        }
        wrote = false;
    }

    @Override
    public void ignoring(List<String> fields) {
        if (!begun) {
            super.ignoring(fields);
        }
    }

    @Override
    public void answering(int attempts) {
        if (!begun) {
            super.answering(attempts);
        }
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        if (!begun) {
            renderer().upstream(headers, events.getFirst());
        }
        renderer().events(events, paced.pieces());
        send();
    }

    private void send() {
        if (paced.pieces().size() > 0) {
            begin();
            wrote = true;
            paced.send();
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            outlet.stream();
        }
    }

    @Override
    public End end(Completion completion) {
        JsonPieces last = new JsonPieces();
        renderer().end(completion, last);
        return renderer().ended(() -> end(last));
    }

    private void end(JsonPieces last) {
        begin();
        paced.end(last);
    }

    @Override
    public void failed(ApiError error) {
        JsonPieces last = new JsonPieces();
        renderer().failed(error, last);
        if (last.size() == 0) {
            outlet.fail(error);
        } else {
            end(last);
        }
    }

    @Override
    public boolean full() {
        return begun && paced.full();
    }

    @Override
    public void onDrain(Runnable resume) {
        paced.onDrain(resume);
    }
}
