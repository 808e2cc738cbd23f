package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.replay.Outlet;
import io.vertx.core.Context;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The outlet of a call whose caller does not wait: it passes over the door's bytes, which are kept elsewhere, and reports an error. Images are stored while they are written
 * here. Confined to the call's event loop.
 */
public final class JobOutlet implements Outlet {

    private static final int PIECE_BYTES = 64 * 1024;

    private final Context loop;
    private final Consumer<ApiError> failed;
    private boolean isLeaving;
    private boolean hasLeft;
    private @Nullable ApiError trouble;
    private @Nullable Runnable whenLeft;

    JobOutlet(Context loop, Consumer<ApiError> failed) {
        this.loop = loop;
        this.failed = failed;
    }

    /** @param then called once, when the whole response has been written; with an error if a part of it could not be */
    void whenLeft(Consumer<@Nullable ApiError> then) {
        whenLeft = () -> then.accept(trouble);
        tellLeft();
    }

    private void left(@Nullable ApiError error) {
        hasLeft = true;
        trouble = error;
        tellLeft();
    }

    private void tellLeft() {
        Runnable then = whenLeft;
        if (hasLeft && then != null) {
            whenLeft = null;
            then.run();
        }
    }

    @Override
    public void setHeader(String name, String value) {}

    @Override
    public void ignore(String fieldPath) {}

    @Override
    public void stream() {
        throw new IllegalStateException("a job does not stream");
    }

    @Override
    public void body(long bytes) {
        isLeaving = true;
    }

    @Override
    public void write(byte[] bytes, int length) {}

    @Override
    public void end(byte[] last, int length) {
        left(null);
    }

    @Override
    public void fail(ApiError error) {
        if (isLeaving && !hasLeft) {
            left(error);
        } else {
            failed.accept(error);
        }
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
