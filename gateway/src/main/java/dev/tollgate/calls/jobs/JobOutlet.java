package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.calls.lines.LineRefusals;
import dev.tollgate.calls.replay.Outlet;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final @Nullable Keeps keeps;
    private byte[] kept = {};
    private int length;
    private final List<String> ignored = new ArrayList<>();
    private boolean isLeaving;
    private boolean hasLeft;
    private @Nullable ApiError trouble;
    private @Nullable Runnable whenLeft;

    /**
     * The bounds of an answer that an outlet keeps.
     *
     * @param room is taken for the whole answer before its first byte, until the try has ended (J13)
     */
    record Keeps(int bytesMax, AnswerRoom.Share room) {}

    /** @param keeps null if the door keeps the answer */
    JobOutlet(Context loop, Consumer<ApiError> failed, @Nullable Keeps keeps) {
        this.loop = loop;
        this.failed = failed;
        this.keeps = keeps;
    }

    /** Returns the answer that was kept here, and forgets it. */
    byte[] taken() {
        byte[] taken = length == kept.length ? kept : Arrays.copyOf(kept, length);
        forget();
        return taken;
    }

    private void forget() {
        kept = new byte[0];
        length = 0;
    }

    /** Gives the room of the answer back. */
    void release() {
        if (keeps != null) {
            keeps.room().release();
        }
    }

    /** Returns the fields without effect that the door has named. */
    List<String> ignored() {
        return List.copyOf(ignored);
    }

    private void keep(byte[] bytes, int count) {
        if (keeps != null && trouble == null) {
            System.arraycopy(bytes, 0, kept, length, count);
            length += count;
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
        if (keeps == null) {
            return;
        }
        if (bytes > keeps.bytesMax()) {
            trouble = TOO_LONG;
        } else if (keeps.room().take(bytes) == AnswerRoom.Reply.TAKEN) {
            kept = new byte[(int) bytes];
        } else {
            trouble = LineRefusals.NO_ROOM;
        }
    }

    @Override
    public void write(byte[] bytes, int count) {
        keep(bytes, count);
    }

    @Override
    public void end(byte[] last, int count) {
        keep(last, count);
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
