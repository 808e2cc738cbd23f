package dev.tollgate.http;

import dev.tollgate.error.ApiError;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, from its announcement to the moment when its room is given back; and what becomes of it when nobody
 * wants it. Confined to the event loop.
 */
final class RequestBody {

    /** A refused body up to here is read to its end, and the connection stays in use. */
    private static final int SMALL_REST_BYTES = 64 * 1024;

    private static final byte[] NONE = new byte[0];

    private final Exchange exchange;
    private final FrontLoop loop;
    private final HttpServerRequest request;
    private final long bytesAnnounced;
    private boolean unread;
    private boolean paused;
    private boolean released;
    private @Nullable BodyIntake intake;
    private @Nullable BodyBytes bytes;

    /** @param bytesAnnounced the announced length, -1 for a chunked body, 0 for none */
    RequestBody(Exchange exchange, FrontLoop loop, HttpServerRequest request, long bytesAnnounced) {
        this.exchange = exchange;
        this.loop = loop;
        this.request = request;
        this.bytesAnnounced = bytesAnnounced;
        this.unread = bytesAnnounced != 0;
    }

    boolean isAnnounced() {
        return bytesAnnounced != 0;
    }

    /** Keeps the body waiting while the authenticator thinks. */
    void pause() {
        if (unread) {
            paused = true;
            request.pause();
        }
    }

    /** Reads the body, then goes on. A length that is announced above the limit is refused unread. */
    void take(ContentCoding coding, Runnable then) {
        int bytesMax = loop.limits().bodyBytesMax();
        if (bytesAnnounced > bytesMax) {
            exchange.fail(BodyBytes.tooLarge(bytesMax));
            return;
        }
        BodyBytes sent = new BodyBytes(bytesMax, (int) bytesAnnounced, loop.budget());
        intake = new BodyIntake(exchange, this, loop, coding, sent, then);
        if ("100-continue".equalsIgnoreCase(request.getHeader("expect"))) {
            request.response().writeContinue();
        }
        request.response().exceptionHandler(this::broken);
        intake.start(request);
        if (paused) {
            request.resume();
        }
    }

    /**
     * Broken framing; the server closes right after this, so the answer has to be written here. A connection that has broken is told
     * here, too, at any time before the answer's end; that is a departure, which the exchange hears of next.
     */
    private void broken(Throwable cause) {
        boolean connection = cause instanceof HttpClosedException || cause instanceof IOException;
        if (unread && exchange.isOpen() && !connection) {
            exchange.closeAfterwards();
            exchange.fail(ApiError.invalid(null, "The request body is not validly framed."));
        }
    }

    /** All bytes have arrived, though they may not be unpacked yet. */
    void arrived() {
        unread = false;
        intake = null;
    }

    void complete(BodyBytes whole, Runnable then) {
        if (released) {
            whole.release();
            return;
        }
        bytes = whole;
        exchange.guard(then);
    }

    byte[] bytes() {
        return bytes == null ? NONE : bytes.toArray();
    }

    /** Whether an answer given now leaves so much unread that the connection has to be closed after it. */
    boolean spoilsConnection() {
        boolean small = bytesAnnounced > 0 && bytesAnnounced <= SMALL_REST_BYTES;
        return unread && (!small || request.getHeader("expect") != null);
    }

    /** An answer is being written. Throws away what is left of the body; null where nothing is. */
    @Nullable
    Linger leave(boolean close) {
        if (!unread) {
            return null;
        }
        if (close) {
            return Linger.over(request, loop.limits(), loop.vertx());
        }
        if (!request.isEnded()) {
            request.handler(chunk -> {});
            request.endHandler(end -> {});
            request.resume();
        }
        return null;
    }

    void sweep(long nowNanos) {
        if (intake != null) {
            intake.sweep(nowNanos);
        }
    }

    /** The exchange is over. */
    void release() {
        released = true;
        if (intake != null) {
            intake.drop();
        }
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }
}
