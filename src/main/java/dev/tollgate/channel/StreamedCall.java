package dev.tollgate.channel;

import dev.tollgate.fatal.Fatal;
import dev.tollgate.upstream.Timeouts;
import dev.tollgate.upstream.UpstreamCall;
import dev.tollgate.upstream.UpstreamEvent;
import dev.tollgate.upstream.UpstreamFailure;
import dev.tollgate.upstream.UpstreamFailure.Kind;
import dev.tollgate.upstream.UpstreamListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One running call. The listener hears exactly one end, and nothing after it or after {@link #cancel}. Confined to its event
 * loop.
 *
 * <p>The events of all pieces that one turn of the loop brings are delivered together after it: an upstream that sends each event as
 * a piece of its own would otherwise cost a write for each.
 *
 * <p>One timer serves all waits: it ticks four times in each and counts the ticks without a sign of life, so that an event
 * costs no timer.
 */
public final class StreamedCall implements UpstreamCall {

    private static final int OK = 200;
    /** A turn of the event loop reads up to a megabyte: whoever does not read on must be able to say so before that. */
    private static final int TURN_BYTES_MAX = 64 * 1024;

    private static final int ERROR_BYTES_MAX = 64 * 1024;
    private static final int TICKS = 4;
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final Timeouts timeouts;
    private final ErrorReader errors;
    private final AnswerReader reader;
    private final UpstreamListener listener;
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private @Nullable Unpacking unpacking;
    private @Nullable Errand errand;
    private boolean done;
    private boolean paused;
    private boolean lingering;
    private long timer = NO_TIMER;
    private int silentTicks;
    private int turnBytes;
    private List<UpstreamEvent> read = new ArrayList<>();
    private boolean deliveryScheduled;

    public StreamedCall(
            Vertx vertx, Timeouts timeouts, ErrorReader errors, AnswerReader reader, UpstreamListener listener) {
        this.vertx = vertx;
        this.timeouts = timeouts;
        this.errors = errors;
        this.reader = reader;
        this.listener = listener;
    }

    /** What is sent, where that is more than some bytes. Used on the call's event loop. */
    public interface Errand {

        /** Begins to send on a connection. */
        void send(HttpClientRequest connected);

        /** The call has ended: nothing of it is wanted any more. */
        default void over() {}

        /** What a failure means, to who knows what was sent. */
        default UpstreamFailure meaning(UpstreamFailure failure) {
            return failure;
        }
    }

    /** @param connecting may fail with {@link NotAdmitted} */
    public void start(Future<HttpClientRequest> connecting, Buffer body) {
        start(connecting, connected -> connected.send(body));
    }

    /** @param connecting may fail with {@link NotAdmitted}; a connection is asked for when there is something to send */
    public void start(Future<HttpClientRequest> connecting, Errand errand) {
        this.errand = errand;
        connecting.onSuccess(connected -> send(connected, errand)).onFailure(this::unreachable);
    }

    private void send(HttpClientRequest connected, Errand errand) {
        request = connected;
        // Told by the response too; without a handler it would be logged as an error besides.
        connected.exceptionHandler(Fatal::check);
        if (done) {
            connected.reset();
            return;
        }
        await(timeouts.headMillis());
        connected.response().onSuccess(this::receive).onFailure(this::unreachable);
        errand.send(connected);
    }

    private void receive(HttpClientResponse head) {
        if (done) {
            return;
        }
        response = head;
        head.exceptionHandler(this::broken);
        if (head.statusCode() == OK) {
            unpacking = Unpacking.of(head.getHeader("content-encoding"));
            head.handler(this::read);
            head.endHandler(_ -> ended());
        } else {
            receiveError(head);
        }
        await(timeouts.idleMillis());
        if (paused) {
            head.pause();
        }
    }

    private void receiveError(HttpClientResponse head) {
        Buffer body = Buffer.buffer();
        String retryAfter = head.getHeader("retry-after");
        head.handler(bytes -> {
            if (done) {
                return;
            }
            silentTicks = 0;
            body.appendBuffer(bytes, 0, Math.min(bytes.length(), ERROR_BYTES_MAX - body.length()));
            if (body.length() >= ERROR_BYTES_MAX) {
                fail(errors.of(head.statusCode(), body.getBytes(), retryAfter));
                reset();
            }
        });
        head.endHandler(_ -> fail(errors.of(head.statusCode(), body.getBytes(), retryAfter)));
        head.exceptionHandler(_ -> fail(errors.of(head.statusCode(), body.getBytes(), retryAfter)));
    }

    private void read(Buffer bytes) {
        if (done) {
            return;
        }
        if (!lingering) {
            silentTicks = 0;
        }
        byte[] plain = unpacking == null ? bytes.getBytes() : unpacking.unpacked(bytes.getBytes());
        if (plain == null) {
            broken(new IOException("the answer cannot be unpacked"));
            reset();
            return;
        }
        boolean more = reader.read(plain, read);
        if (!more) {
            ended();
            reset();
            return;
        }
        turnBytes += plain.length;
        if (turnBytes >= TURN_BYTES_MAX) {
            deliver();
        } else {
            deliverAfterThisTurn();
        }
        if (reader.isWhole() && !lingering) {
            lingering = true;
            await(timeouts.lingerMillis());
        }
    }

    private void deliverAfterThisTurn() {
        if (!deliveryScheduled && !read.isEmpty()) {
            deliveryScheduled = true;
            vertx.runOnContext(_ -> {
                deliveryScheduled = false;
                deliver();
            });
        }
    }

    private void deliver() {
        if (!read.isEmpty() && !done) {
            List<UpstreamEvent> events = read;
            read = new ArrayList<>();
            turnBytes = 0;
            listener.events(events);
        }
    }

    private void ended() {
        if (done) {
            return;
        }
        UpstreamFailure failure = reader.end(read);
        deliver();
        end(failure);
    }

    private void broken(Throwable why) {
        Fatal.check(why);
        if (!done) {
            end(reader.cut(described(why)));
        }
    }

    private void unreachable(Throwable why) {
        Fatal.check(why);
        // A failed future may tell at once, while the caller does not yet hold the call.
        UpstreamFailure failure =
                why instanceof NotAdmitted refused ? refused.failure() : errors.of(Kind.UNAVAILABLE, described(why));
        vertx.runOnContext(_ -> fail(failure));
    }

    private static String described(Throwable why) {
        return why.getClass().getSimpleName() + ": " + why.getMessage();
    }

    private void fail(UpstreamFailure failure) {
        end(failure);
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
            listener.failed(errand == null ? failure : errand.meaning(failure));
        }
    }

    private void finish() {
        done = true;
        vertx.cancelTimer(timer);
        if (unpacking != null) {
            unpacking.close();
        }
        if (errand != null) {
            errand.over();
        }
    }

    private void await(long millis) {
        if (done) {
            return;
        }
        vertx.cancelTimer(timer);
        silentTicks = 0;
        timer = vertx.setPeriodic(Math.max(1, millis / TICKS), _ -> tick(millis));
    }

    /** While the caller holds us back, silence is not the upstream's fault (D18). */
    private void tick(long millis) {
        if (paused || done || ++silentTicks <= TICKS) {
            return;
        }
        end(reader.cut("nothing came for " + millis + " ms"));
        reset();
    }

    private void reset() {
        if (request != null) {
            request.reset();
        }
    }

    @Override
    public void cancel() {
        if (!done) {
            finish();
            reset();
            if (response != null) {
                response.resume(); // one that had ended already would leave its connection held back for the next call
            }
        }
    }

    @Override
    public void pause() {
        paused = true;
        if (response != null && !done) {
            response.pause();
        }
    }

    @Override
    public void resume() {
        paused = false;
        silentTicks = 0;
        if (response != null && !done) {
            response.resume();
        }
    }
}
