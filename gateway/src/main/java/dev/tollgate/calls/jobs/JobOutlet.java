package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.replay.Outlet;
import io.vertx.core.Context;
import java.util.function.Consumer;

/** The outlet of a call whose caller does not wait: what the door writes is kept elsewhere, and an error is told. Confined to the call's event loop. */
public final class JobOutlet implements Outlet {

    private static final int PIECE_BYTES = 64 * 1024;

    private final Context loop;
    private final Consumer<ApiError> failed;

    JobOutlet(Context loop, Consumer<ApiError> failed) {
        this.loop = loop;
        this.failed = failed;
    }

    @Override
    public void setHeader(String name, String value) {}

    @Override
    public void ignore(String fieldPath) {}

    @Override
    public void stream() {
        throw new IllegalStateException("nobody reads a stream of a job");
    }

    @Override
    public void body(long bytes) {}

    @Override
    public void write(byte[] bytes, int length) {}

    @Override
    public void end(byte[] last, int length) {}

    @Override
    public void fail(ApiError error) {
        failed.accept(error);
    }

    @Override
    public int pieceBytes() {
        return PIECE_BYTES;
    }

    @Override
    public boolean full() {
        return false;
    }

    @Override
    public void onDrain(Runnable resume) {
        later(resume);
    }

    @Override
    public void later(Runnable step) {
        loop.runOnContext(_ -> step.run());
    }
}
