package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.SharedBytes;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The response of one exchange, from its head until its last byte has been handed over: open, perhaps streaming, answered; or gone at any time
 * before that. Confined to the exchange's event loop.
 */
final class Response {

    private enum Stage {
        /** Nothing is decided: the head can be added to. */
        OPEN,
        /** A stream has begun; nothing may have been sent of it. */
        STREAMING,
        /** All of it is on its way. */
        ANSWERED,
        /** The caller disconnected before. */
        GONE
    }

    private static final int UNAUTHORIZED = 401;
    private static final int NO_CONTENT = 204;
    private static final byte[] NONE = {};
    private static final String TASK_ID = "x-tollgate-task-id";

    private final CallerExchange exchange;
    private final FrontParts parts;
    private final Transport transport;
    private Stage stage = Stage.OPEN;

    /** The unsent response; null after it was sent or the caller has disconnected. */
    private @Nullable ResponseHead head = new ResponseHead();

    private @Nullable AnswerStream stream;
    private boolean closes;
    private int status;
    private long answeredNanos;

    /** @param closes whether the caller wants the connection to end with the response */
    Response(CallerExchange exchange, FrontParts parts, Transport transport, boolean closes) {
        this.exchange = exchange;
        this.parts = parts;
        this.transport = transport;
        this.closes = closes;
    }

    boolean isOpen() {
        return stage == Stage.OPEN;
    }

    boolean isGone() {
        return stage == Stage.GONE;
    }

    boolean is(AnswerStream writer) {
        return stage == Stage.STREAMING && stream == writer;
    }

    boolean isUnsent() {
        return head != null;
    }

    /** The connection is of no further use. */
    void closeAfterwards() {
        closes = true;
    }

    boolean closes() {
        return closes;
    }

    /** Returns the status of the response; 0 until it is answered. */
    int status() {
        return status;
    }

    /** Returns whether it came in pieces. */
    boolean isStreamed() {
        return stream != null;
    }

    /** The caller has disconnected. @return false if the response had ended before */
    boolean leave() {
        if (stage == Stage.ANSWERED || stage == Stage.GONE) {
            return false;
        }
        stage = Stage.GONE;
        head = null;
        return true;
    }

    // ---- the head ----

    void setHeader(String name, String value) {
        if (stage != Stage.GONE) {
            unsent().set(name, value);
        }
    }

    void addHeader(String name, String value) {
        if (stage != Stage.GONE) {
            unsent().add(name, value);
        }
    }

    void ignore(String fieldPath) {
        if (stage == Stage.OPEN) {
            unsent().ignore(fieldPath);
        }
    }

    /** @throws IllegalStateException if it has been sent */
    ResponseHead unsent() {
        ResponseHead unsent = head;
        if (unsent == null) {
            throw new IllegalStateException("request " + exchange.requestId() + " is answered already");
        }
        return unsent;
    }

    /** Returns whether an error would be a refusal: nothing has been sent, and the call has not become a task, which has its own record. */
    boolean mayRefuse() {
        return head != null && !head.has(TASK_ID);
    }

    /**
     * Completes the head, which is sent next.
     *
     * @param bytes of the body, or one of {@link ResponseHead}'s
     */
    ResponseHead begin(int status, @Nullable String contentType, long bytes) {
        ResponseHead begun = unsent();
        closes |= parts.isLeaving() || exchange.requestBody().spoilsConnection();
        String origin = exchange.requestHead().header(HttpHeaderNames.ORIGIN);
        if (origin != null
                && !begun.has("access-control-allow-origin")
                && parts.routes().isApi(exchange.path())) {
            parts.cors().answer(origin, begun);
        }
        begun.complete(status, contentType, bytes, closes);
        head = null;
        return begun;
    }

    // ---- the response ----

    /** Responds with a whole body. */
    void send(int status, String contentType, byte[] body) {
        if (stage != Stage.GONE) {
            transport.send(answer(status, contentType, body.length), isHead() ? NONE : body);
        }
    }

    /** Responds with a whole body that other responses share. */
    void send(int status, String contentType, SharedBytes body) {
        if (stage == Stage.GONE) {
            return;
        }
        ResponseHead whole = answer(status, contentType, body.length());
        if (isHead()) {
            transport.send(whole, NONE);
        } else {
            transport.send(whole, body);
        }
    }

    /** Responds without a body. */
    void empty(int status) {
        if (stage != Stage.GONE) {
            transport.send(answer(status, null, status == NO_CONTENT ? ResponseHead.NO_BODY : 0), NONE);
        }
    }

    private ResponseHead answer(int status, @Nullable String contentType, long bytes) {
        if (stage == Stage.STREAMING) {
            throw new IllegalStateException("request " + exchange.requestId() + " is answered already");
        }
        ResponseHead whole = begin(status, contentType, bytes);
        answered(status);
        return whole;
    }

    /** Begins a stream of pieces; nothing is sent before the first one. @param bytes of all of them, or {@link ResponseHead#STREAM} */
    AnswerStream stream(String contentType, long bytes) {
        AnswerStream begun = new AnswerStream(this, transport, contentType, bytes);
        if (stage == Stage.GONE) {
            return begun;
        }
        if (stage != Stage.OPEN) {
            throw new IllegalStateException("request " + exchange.requestId() + " is answered already");
        }
        closes |= bytes < 0 && exchange.requestHead().isHttp10();
        stream = begun;
        stage = Stage.STREAMING;
        return begun;
    }

    /** Drops the headers after a stream's head was sent: thousands of concurrent streams must not keep unused headers. */
    void dropRequestHeaders() {
        exchange.requestHead().dropHeaders();
        transport.forgetHead();
    }

    boolean isHead() {
        return exchange.requestHead().isHead();
    }

    /**
     * Turns what has not been sent into an error. Does nothing after a response.
     *
     * @return false for a stream that has begun: there is no way to report it
     */
    boolean fail(ApiError error, ErrorFormat format) {
        if (stage == Stage.STREAMING) {
            if (head == null) {
                return false;
            }
            stream = null;
            stage = Stage.OPEN;
        }
        if (stage == Stage.OPEN && (closes || !exchange.requestBody().awaitRest(() -> refuse(error, format)))) {
            refuse(error, format);
        }
        return true;
    }

    private void refuse(ApiError error, ErrorFormat format) {
        if (stage == Stage.OPEN) {
            refuse(unsent(), error, format);
        }
    }

    private void refuse(ResponseHead open, ApiError error, ErrorFormat format) {
        format.headers().forEach(open::set);
        error.headers().forEach(open::set);
        if (error.status() == UNAUTHORIZED) {
            open.set("www-authenticate", "Bearer"); // a 401 has to name a way (RFC 9110, 15.5.2)
        }
        if (error.status() == NO_CONTENT) {
            empty(NO_CONTENT);
        } else {
            send(error.status(), format.contentType(), format.render(error));
        }
    }

    /** The last bytes are sent next; the end of a stream is a response, too. */
    void answered(int status) {
        stage = Stage.ANSWERED;
        this.status = status;
        answeredNanos = System.nanoTime();
        exchange.requestBody().leave(closes);
    }

    // ---- its time ----

    /** The connection has room again. */
    void hasRoom() {
        if (stage == Stage.STREAMING && stream != null) {
            stream.hasRoom();
        }
    }

    /** Runs what waits for room, if the caller is still there. */
    void drained(Runnable step) {
        exchange.guard(step);
    }

    /** Ends the connection; if the response had not ended, that is a disconnect. */
    void reset() {
        if (stage == Stage.STREAMING && stream != null && stream.full()) {
            transport.cut();
        } else {
            transport.closeOnceWritten();
        }
    }

    void sweep(long nowNanos) {
        Duration write = parts.limits().write();
        switch (stage) {
            case OPEN -> exchange.requestBody().sweep(nowNanos);
            case STREAMING -> {
                if (stream != null) {
                    stream.sweep(nowNanos, write.toNanos());
                }
            }
            case ANSWERED -> {
                dropRequestHeaders(); // a response that waits for its reader must not keep them
                if (nowNanos - answeredNanos > write.toNanos()) {
                    transport.cut();
                }
            }
            case GONE -> {}
        }
    }
}
