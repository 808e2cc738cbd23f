package dev.tollgate.generate;

import dev.tollgate.error.ApiError;
import dev.tollgate.metering.Outlet;
import dev.tollgate.upstream.UpstreamEvent;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** One JSON object, assembled from the upstream's stream (D46); its size is bounded by the meter. */
final class WholeAnswer extends Answer {

    private final Chunks chunks;
    private final Assembly assembly = new Assembly();

    WholeAnswer(Outlet outlet, Chunks chunks) {
        super(outlet);
        this.chunks = chunks;
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        chunks.of(events).forEach(assembly::add);
    }

    @Override
    public void completed(Completion completion) {
        assembly.add(chunks.last(completion));
        byte[] body = GoogleJson.bytes(assembly.whole());
        outlet().body(body.length);
        outlet().end(Buffer.buffer(body));
    }

    @Override
    public void failed(ApiError error) {
        outlet().fail(error);
    }

    @Override
    public boolean leavesWhole() {
        return true;
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
