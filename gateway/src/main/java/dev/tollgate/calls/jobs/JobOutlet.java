package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.replay.Outlet;
import io.vertx.core.Context;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The outlet of a call whose caller does not wait: it keeps the door's bytes, or passes over them if the door keeps them itself, and reports an error.
 * Images are stored while they are written here. Confined to the call's event loop.
 */
public final class JobOutlet implements Outlet {

    private static final int PIECE_BYTES = 64 * 1024;

    private static final ApiError TOO_LONG = ApiError.of(
                    ErrorCode.INTERNAL_ERROR,
                    "The answer is too long for a batch: a line's answer may take at most 4 MiB. Nothing was charged.")
            .doNotRetry();

    private final Context loop;
    private final Consumer<ApiError> failed;
    private final int bytesMax;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
    private final List<String> ignored = new ArrayList<>();
    private boolean isLeaving;
    private boolean hasLeft;
    private @Nullable ApiError trouble;
    private @Nullable Runnable whenLeft;

    /** @param bytesMax the most bytes of the answer that are kept here; 0 if the door keeps it */
    JobOutlet(Context loop, Consumer<ApiError> failed, int bytesMax) {
        this.loop = loop;
        this.failed = failed;
        this.bytesMax = bytesMax;
    }

    /** Returns the answer that was kept here, and forgets it. */
    byte[] taken() {
        byte[] taken = kept.toByteArray();
        kept.reset();
        return taken;
    }

    /** Returns the fields without effect that the door has named. */
    List<String> ignored() {
        return List.copyOf(ignored);
    }

    private void keep(byte[] bytes, int length) {
        if (bytesMax == 0 || trouble != null) {
            return;
        }
        if (length > bytesMax - kept.size()) {
            trouble = TOO_LONG;
            kept.reset();
        } else {
            kept.write(bytes, 0, length);
        }
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
    public void ignore(String fieldPath) {
        ignored.add(fieldPath);
    }

    @Override
    public void stream() {
        throw new IllegalStateException("a job does not stream");
    }

    @Override
    public void body(long bytes) {
        isLeaving = true;
    }

    @Override
    public void write(byte[] bytes, int length) {
        keep(bytes, length);
    }

    @Override
    public void end(byte[] last, int length) {
        keep(last, length);
        left(trouble);
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
