package dev.tollgate.http;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;

/** Reads one body under the limits of D28 and D29. Confined to the event loop, but for the unpacking. */
final class BodyIntake {

    private final Exchange exchange;
    private final RequestBody body;
    private final FrontLoop loop;
    private final ContentCoding coding;
    private final BodyBytes sent;
    private final Runnable then;

    private long windowStartNanos = System.nanoTime();
    private int windowBytes;
    private boolean over;

    BodyIntake(
            Exchange exchange, RequestBody body, FrontLoop loop, ContentCoding coding, BodyBytes sent, Runnable then) {
        this.exchange = exchange;
        this.body = body;
        this.loop = loop;
        this.coding = coding;
        this.sent = sent;
        this.then = then;
    }

    void start(HttpServerRequest request) {
        request.handler(this::chunk);
        request.endHandler(end -> ended());
    }

    private void chunk(Buffer chunk) {
        if (over) {
            return;
        }
        windowBytes += chunk.length();
        try {
            sent.append(chunk);
        } catch (ApiException e) {
            stop(e.error());
        }
    }

    private void stop(ApiError error) {
        drop();
        exchange.fail(error);
    }

    /** Nobody wants the body any more. */
    void drop() {
        over = true;
        sent.release();
    }

    /** Looks at the speed once a window is full; answers 408 if the caller is too slow. */
    void sweep(long nowNanos) {
        long nanos = nowNanos - windowStartNanos;
        if (over || nanos < loop.limits().bodyWindow().toNanos()) {
            return;
        }
        if (windowBytes < TimeUnit.NANOSECONDS.toMillis(nanos) * loop.limits().bodyBytesPerSecondMin() / 1000) {
            exchange.closeAfterwards();
            stop(tooSlow());
            return;
        }
        windowStartNanos = nowNanos;
        windowBytes = 0;
    }

    private static ApiError tooSlow() {
        return ApiError.of(ErrorCode.INVALID_REQUEST, "The request body arrived too slowly.")
                .withStatus(408);
    }

    private void ended() {
        if (over) {
            return;
        }
        over = true;
        body.arrived();
        if (coding == ContentCoding.IDENTITY) {
            body.complete(sent, then);
        } else {
            Thread.ofVirtual().name("unpack-body").start(this::unpack);
        }
    }

    /** On a virtual thread, whatever the size: a few packed bytes can hold many. */
    private void unpack() {
        BodyBytes whole = new BodyBytes(loop.limits().bodyBytesMax(), -1, loop.budget());
        try {
            coding.unpack(sent.toArray(), whole);
            exchange.context().runOnContext(turn -> body.complete(whole, then));
        } catch (RuntimeException | Error e) {
            whole.release();
            exchange.run(() -> exchange.fail(e));
        } finally {
            sent.release();
        }
    }
}
