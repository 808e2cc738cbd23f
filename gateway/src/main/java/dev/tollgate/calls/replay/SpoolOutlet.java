package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes an answer into a spool. Confined to the call's event loop. */
final class SpoolOutlet implements Outlet {

    /** Maximum of ignored fields stored. One more than is shown reveals that there are more. */
    private static final int IGNORED_MAX = 33;

    private static final int IGNORED_CHARS_MAX = 1_024;
    private static final int PIECE_BYTES = 8 * 1024;

    private final Spool spool;
    private final Executor loop;
    private final Runnable broken;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final List<String> ignored = new ArrayList<>();

    private String taskId = "";
    private boolean keepsEnd;
    private @Nullable Consumer<Spool.@Nullable Ended> whenEnded;
    private @Nullable Optional<Spool.Ended> ended;
    private @Nullable ApiError error;

    /** @param broken called on the loop if the spool can no longer be written */
    SpoolOutlet(Spool spool, Executor loop, Runnable broken) {
        this.spool = spool;
        this.loop = loop;
        this.broken = broken;
    }

    void admitted(String taskId) {
        this.taskId = taskId;
    }

    /** Marks the next end as a complete response, which is not readable until it is published. */
    void keepEnd() {
        keepsEnd = true;
    }

    /** @param then called once, when that end is on disk; with null if it could not be written */
    void whenEnded(Consumer<Spool.@Nullable Ended> then) {
        whenEnded = then;
        tellEnded();
    }

    private void ended(Spool.@Nullable Ended written) {
        ended = Optional.ofNullable(written);
        tellEnded();
    }

    private void tellEnded() {
        if (ended != null && whenEnded != null) {
            whenEnded.accept(ended.orElse(null));
        }
    }

    /** Marks the next end as a failed response. */
    void failing(ApiError error) {
        this.error = error;
    }

    @Override
    public void setHeader(String name, String value) {
        headers.put(name, value);
    }

    @Override
    public void ignore(String fieldPath) {
        if (ignored.size() < IGNORED_MAX) {
            ignored.add(fieldPath.substring(0, Math.min(fieldPath.length(), IGNORED_CHARS_MAX)));
        }
    }

    @Override
    public void stream() {
        begin(true);
    }

    @Override
    public void body(long bytes) {
        begin(false);
    }

    private void begin(boolean streams) {
        spool.begin(taskId, new SpoolHead(streams, headers, ignored), () -> loop.execute(broken));
    }

    @Override
    public int pieceBytes() {
        return PIECE_BYTES;
    }

    @Override
    public void write(byte[] bytes, int length) {
        byte[] some = Arrays.copyOf(bytes, length);
        if (keepsEnd && error == null) {
            spool.appendToEnd(some);
        } else {
            spool.append(some);
        }
    }

    @Override
    public void end(byte[] some, int length) {
        byte[] last = Arrays.copyOf(some, length);
        if (error != null) {
            spool.finish(last, error);
            return;
        }
        if (!keepsEnd) {
            throw new IllegalStateException("an answer ends before it is settled");
        }
        spool.end(last, written -> loop.execute(() -> ended(written)));
    }

    @Override
    public void fail(ApiError error) {
        ApiError whole = error;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            whole = whole.withHeader(header.getKey(), header.getValue());
        }
        spool.fail(whole);
    }

    @Override
    public boolean full() {
        return spool.full();
    }

    @Override
    public void onDrain(Runnable resume) {
        spool.onDrain(() -> loop.execute(resume));
    }

    @Override
    public void later(Runnable step) {
        loop.execute(step);
    }
}
