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
    private final HttpServerRequest request;
    private final HttpLimits limits;
    private final MemoryBudget budget;
    private final ContentCoding coding;
    private final BodyBytes sent;
    private final Runnable then;

    private long windowStartNanos = System.nanoTime();
    private int windowBytes;
    private boolean over;

    /** @param bytesExpected the announced length, or -1 */
    BodyIntake(
            Exchange exchange,
            HttpServerRequest request,
            HttpLimits limits,
            MemoryBudget budget,
            ContentCoding coding,
            int bytesExpected,
            Runnable then) {
        this.exchange = exchange;
        this.request = request;
        this.limits = limits;
        this.budget = budget;
        this.coding = coding;
        this.sent = new BodyBytes(limits.bodyBytesMax(), bytesExpected, budget);
        this.then = then;
    }

    void start(boolean paused) {
        request.handler(this::chunk);
        request.endHandler(end -> ended());
        if (paused) {
            request.resume();
        }
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
        if (over || nanos < limits.bodyWindow().toNanos()) {
            return;
        }
        if (windowBytes < TimeUnit.NANOSECONDS.toMillis(nanos) * limits.bodyBytesPerSecondMin() / 1000) {
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
        if (coding == ContentCoding.IDENTITY) {
            exchange.bodyRead(sent, then);
        } else {
            exchange.bodyReceived();
            Thread.ofVirtual().name("unpack-body").start(this::unpack);
        }
    }

    /** On a virtual thread, whatever the size: a few packed bytes can hold many. */
    private void unpack() {
        BodyBytes body = new BodyBytes(limits.bodyBytesMax(), -1, budget);
        try {
            coding.unpack(sent.toArray(), body);
            exchange.context().runOnContext(turn -> exchange.bodyRead(body, then));
        } catch (RuntimeException | OutOfMemoryError e) {
            body.release();
            exchange.run(() -> exchange.fail(e));
        } finally {
            sent.release();
        }
    }
}
