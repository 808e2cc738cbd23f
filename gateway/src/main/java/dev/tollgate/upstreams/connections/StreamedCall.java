package dev.tollgate.upstreams.connections;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.http.client.AnswerHead;
import dev.tollgate.http.client.AnswerListener;
import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running call. The listener gets exactly one end, and no event after it or after {@link #cancel}. Confined to its event loop.
 *
 * <p>The events of one turn of the event loop are delivered together at its end: an upstream that sends each event in a piece of its own
 * would otherwise cost a write for each.
 */
public final class StreamedCall implements UpstreamCall, AnswerListener {

    private static final int OK = 200;
    /**
     * The bytes after which events are delivered within a turn. A turn reads up to a megabyte, and a listener must be able to pause before
     * that.
     */
    private static final int TURN_BYTES_MAX = 64 * 1024;

    private static final int ERROR_BYTES_MAX = 64 * 1024;

    private static final byte[] NOTHING = {};

    /** The list of a stream that waits for its next event: thousands of lists of their own would burden the garbage collector. */
    private static final List<UpstreamEvent> NONE = List.of();

    private final Vertx vertx;
    private final Timeouts timeouts;
    private final ErrorReader errors;
    private final AnswerReader reader;
    private final UpstreamListener listener;
    private final Errand errand;
    private @Nullable Roundtrip roundtrip;
    private @Nullable ErrorAnswer error;
    private @Nullable Unpacking unpacking;
    private boolean done;
    private boolean paused;
    private Patience patience = Patience.HEAD;
    private int turnBytes;
    private List<UpstreamEvent> read = NONE;

    /** Does what the reader has to do before it goes on; null if there is nothing. */
    private @Nullable Thread worker;

    /** The events that wait for it. */
    private final Deque<Runnable> waiting = new ArrayDeque<>(0);

    public StreamedCall(
            Vertx vertx,
            Timeouts timeouts,
            ErrorReader errors,
            AnswerReader reader,
            UpstreamListener listener,
            Errand errand) {
        this.vertx = vertx;
        this.timeouts = timeouts;
        this.errors = errors;
        this.reader = reader;
        this.listener = listener;
        this.errand = errand;
    }

    private enum Patience {
        HEAD,
        BODY,
        /** The end, after a finish reason. */
        END
    }

    /** An answer with any status except 200. */
    private record ErrorAnswer(int status, RetryHeaders headers, ByteArrayOutputStream body) {}

    /** @param connecting may fail with {@link NotAdmitted}; completes when there is something to send */
    public void start(Future<Roundtrip> connecting) {
        connecting.onSuccess(this::send).onFailure(this::unreachable);
    }

    private void send(Roundtrip connected) {
        if (done) {
            connected.reset();
            return;
        }
        roundtrip = connected;
        connected.answer(this);
        await(connected, Patience.HEAD);
        if (paused) {
            connected.pause();
        }
        errand.send(connected);
    }

    @Override
    public void head(AnswerHead head) {
        if (done || roundtrip == null) {
            return;
        }
        if (head.status() == OK) {
            reader.head(head);
            unpacking = Unpacking.of(head.header("content-encoding"));
        } else {
            error = new ErrorAnswer(head.status(), RetryHeaders.of(head), new ByteArrayOutputStream());
        }
        await(roundtrip, Patience.BODY);
    }

    private void readError(ErrorAnswer answer, byte[] bytes, int length) {
        int room = ERROR_BYTES_MAX - answer.body().size();
        answer.body().write(bytes, 0, Math.min(length, room));
        if (length >= room) {
            end(meaning(answer));
            reset();
        }
    }

    private UpstreamFailure meaning(ErrorAnswer answer) {
        return errors.of(answer.status(), answer.body().toByteArray(), answer.headers());
    }

    @Override
    public void body(byte[] bytes, int length) {
        if (done) {
            return;
        }
        if (worker != null) {
            byte[] copy = Arrays.copyOf(bytes, length);
            waiting.add(() -> body(copy, length));
            return;
        }
        if (error != null) {
            readError(error, bytes, length);
            return;
        }
        byte[] plain = unpacking == null ? bytes : unpacking.unpacked(bytes, length);
        if (plain == null) {
            failed(new IOException("the answer cannot be unpacked"));
            reset();
            return;
        }
        read(plain, plain == bytes ? length : plain.length);
    }

    private void read(byte[] plain, int plainLength) {
        int told = read.size();
        boolean more = reader.read(plain, plainLength, collected());
        if (!more) {
            whole();
            reset();
            return;
        }
        linger(read.size() > told);
        turnBytes += plainLength;
        if (turnBytes >= TURN_BYTES_MAX) {
            deliver();
        }
        Runnable blocking = done ? null : reader.aside();
        if (blocking != null) {
            standAside(blocking);
        }
    }

    /** Has a thread do what blocks, while the server is not read from. */
    private void standAside(Runnable blocking) {
        if (roundtrip != null) {
            roundtrip.pause();
        }
        Context loop = vertx.getOrCreateContext();
        worker = Thread.ofVirtual().name("read-aside").start(() -> {
            blocking.run();
            loop.runOnContext(_ -> goOn());
        });
        deliver();
    }

    private void goOn() {
        worker = null;
        if (done) {
            reader.close();
            return;
        }
        read(NOTHING, 0);
        while (worker == null && !done && !waiting.isEmpty()) {
            waiting.remove().run();
        }
        if (worker == null) {
            deliver();
            resumeReading();
        }
    }

    /** Extends the wait after a finish reason by events only: a server may send comments for ever (D38). */
    private void linger(boolean goesOn) {
        if (reader.isWhole() && roundtrip != null && (goesOn || patience != Patience.END)) {
            await(roundtrip, Patience.END);
        }
    }

    @Override
    public void readComplete() {
        if (worker == null) {
            deliver();
        }
    }

    private List<UpstreamEvent> collected() {
        if (read == NONE) {
            read = new ArrayList<>();
        }
        return read;
    }

    private void deliver() {
        if (!read.isEmpty() && !done) {
            List<UpstreamEvent> events = read;
            read = NONE;
            turnBytes = 0;
            listener.events(events);
        }
    }

    @Override
    public void ended() {
        if (worker != null) {
            waiting.add(this::ended);
        } else if (error != null) {
            end(meaning(error));
        } else {
            whole();
        }
    }

    private void whole() {
        if (done) {
            return;
        }
        UpstreamFailure failure = reader.end(collected());
        deliver();
        end(failure);
    }

    @Override
    public void failed(Throwable why) {
        Fatal.check(why);
        if (worker != null) {
            waiting.add(() -> failed(why));
        } else if (!done) {
            end(error != null ? meaning(error) : reader.cut(described(why), collected()));
        }
    }

    private void unreachable(Throwable why) {
        Fatal.check(why);
        // A failed future may report immediately, before the caller has the call.
        UpstreamFailure failure =
                why instanceof NotAdmitted refused ? refused.failure() : errors.of(Kind.UNAVAILABLE, described(why));
        vertx.runOnContext(_ -> end(failure));
    }

    private static String described(Throwable why) {
        return why.getClass().getSimpleName() + ": " + why.getMessage();
    }

    private void end(@Nullable UpstreamFailure failure) {
        deliver();
        if (done) {
            return;
        }
        finish();
        if (failure == null) {
            listener.ended();
        } else {
            listener.failed(errand.meaning(failure));
        }
    }

    private void finish() {
        done = true;
        if (unpacking != null) {
            unpacking.close();
        }
        if (worker == null) {
            reader.close();
        } else {
            worker.interrupt(); // then it is closed
            waiting.clear();
        }
        errand.over();
    }

    /** Starts a wait; only bytes of the body restart it. */
    private void await(Roundtrip connected, Patience what) {
        patience = what;
        connected.await(millis(), what == Patience.BODY);
    }

    private long millis() {
        return switch (patience) {
            case HEAD -> timeouts.headMillis();
            case BODY -> timeouts.idleMillis();
            case END -> timeouts.lingerMillis();
        };
    }

    /** Ends the call after a silence. Silence while the caller pauses reading does not count (D18). */
    @Override
    public void silent() {
        if (!done) {
            end(reader.cut("nothing came for " + millis() + " ms", collected()));
            reset();
        }
    }

    private void reset() {
        if (roundtrip != null) {
            roundtrip.reset();
        }
    }

    @Override
    public void cancel() {
        if (!done) {
            finish();
            reset();
        }
    }

    @Override
    public void pause() {
        paused = true;
        if (roundtrip != null && !done) {
            roundtrip.pause();
        }
    }

    @Override
    public void resume() {
        paused = false;
        resumeReading();
    }

    private void resumeReading() {
        if (roundtrip != null && !done && !paused && worker == null) {
            roundtrip.resume();
        }
    }
}
