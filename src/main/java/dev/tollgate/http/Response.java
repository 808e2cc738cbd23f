package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answer of one exchange, from its head to the moment when its last byte has been given away: open, perhaps streaming, answered; or gone
 * at any time before that. What belongs to a stage lies in it. Confined to the exchange's event loop.
 */
final class Response {

    /** A head that can be added to, a stream, an answer on its way out, or none that anybody could read. */
    sealed interface Stage permits ResponseHead, SseWriter, Answered, Gone {}

    record Answered(int status, long sinceNanos) implements Stage {}

    record Gone() implements Stage {}

    private static final int UNAUTHORIZED = 401;
    private static final Gone GONE = new Gone();
    private static final byte[] VERSION = ResponseHead.ascii("openai-version: 2020-10-01\r\n");
    private static final byte[] PROCESSING = ResponseHead.ascii("openai-processing-ms: ");
    private static final String TASK_ID = "x-tollgate-task-id";
    private static final byte[] CONTENT_LENGTH = ResponseHead.ascii("content-length: ");
    private static final byte[] CLOSE = ResponseHead.ascii("connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ResponseHead.ascii("connection: keep-alive\r\n");

    private final Exchange exchange;
    private final FrontLoop loop;
    private final CallerConnection connection;
    private Stage stage = new ResponseHead();
    private boolean closes;
    private boolean streamed;

    /** @param closes whether the caller wants the connection to end with the answer */
    Response(Exchange exchange, FrontLoop loop, CallerConnection connection, boolean closes) {
        this.exchange = exchange;
        this.loop = loop;
        this.connection = connection;
        this.closes = closes;
    }

    boolean isOpen() {
        return stage instanceof ResponseHead;
    }

    boolean isGone() {
        return stage == GONE;
    }

    boolean is(SseWriter stream) {
        return stage == stream;
    }

    /** The connection is of no further use. */
    void closeAfterwards() {
        closes = true;
    }

    boolean closes() {
        return closes;
    }

    /** What it was answered with; 0 while it was not. */
    int status() {
        return stage instanceof Answered answered ? answered.status() : 0;
    }

    /** Whether it came in pieces. */
    boolean isStreamed() {
        return streamed;
    }

    /** The caller has left. @return false where that makes no difference any more */
    boolean leave() {
        if (stage instanceof Answered || stage == GONE) {
            return false;
        }
        stage = GONE;
        return true;
    }

    // ---- the head ----

    void setHeader(String name, String value) {
        if (stage != GONE) {
            unsent().set(name, value);
        }
    }

    void addHeader(String name, String value) {
        if (stage != GONE) {
            unsent().add(name, value);
        }
    }

    void ignore(String fieldPath) {
        if (stage instanceof ResponseHead head) {
            head.ignore(fieldPath);
        }
    }

    /** @throws IllegalStateException where it has been sent */
    ResponseHead unsent() {
        ResponseHead head =
                switch (stage) {
                    case ResponseHead open -> open;
                    case SseWriter stream -> stream.unsent();
                    case Answered answered -> null;
                    case Gone gone -> null;
                };
        if (head == null) {
            throw answeredAlready();
        }
        return head;
    }

    private ResponseHead open() {
        if (stage instanceof ResponseHead head) {
            return head;
        }
        throw answeredAlready();
    }

    /** Whether an error would be a refusal: nothing has left, and the call has not become a task, which has a record of its own. */
    boolean mayRefuse() {
        ResponseHead head =
                stage instanceof ResponseHead open ? open : stage instanceof SseWriter stream ? stream.unsent() : null;
        return head != null && !head.has(TASK_ID);
    }

    private IllegalStateException answeredAlready() {
        return new IllegalStateException("request " + exchange.requestId() + " is answered already");
    }

    /** A head without the length and type of its body. @param room for what follows, in bytes */
    ByteBuf begin(ResponseHead head, int status, int room) {
        closes |= loop.draining() || exchange.requestBody().spoilsConnection();
        boolean http10 = isHttp10();
        allowBrowser(head);
        ByteBuf out = connection.buffer(ResponseHead.USUAL_BYTES + room);
        head.write(out, http10, status);
        ResponseHead.writeField(out, "x-request-id", exchange.requestId());
        out.writeBytes(VERSION);
        ResponseHead.writeNumber(out, PROCESSING, exchange.millis());
        out.writeBytes(loop.date());
        if (closes) {
            out.writeBytes(CLOSE);
        } else if (http10) {
            out.writeBytes(KEEP_ALIVE);
        }
        return out;
    }

    /** The head has the other headers already. */
    private void allowBrowser(ResponseHead head) {
        String origin = exchange.requestHead().header(HttpHeaderNames.ORIGIN);
        if (origin != null
                && !head.has("access-control-allow-origin")
                && loop.routes().isApi(exchange.path())) {
            loop.cors().answer(origin, head);
        }
    }

    static void endWithLength(ByteBuf out, long bytes) {
        ResponseHead.writeNumber(out, CONTENT_LENGTH, bytes);
        ResponseHead.writeEnd(out);
    }

    // ---- the answer ----

    /** Answers with a whole body. */
    void send(int status, String contentType, byte[] body) {
        if (stage == GONE) {
            return;
        }
        int first = isHead() ? 0 : Math.min(body.length, connection.pieceBytes());
        ByteBuf out = begin(open(), status, first);
        ResponseHead.writeField(out, "content-type", contentType);
        endWithLength(out, body.length);
        out.writeBytes(body, 0, first);
        boolean isWhole = isHead() || first == body.length;
        answered(status, out, isWhole ? null : Unpooled.wrappedBuffer(body, first, body.length - first));
    }

    /** The same with a body that other answers share. */
    void send(int status, String contentType, SharedBytes body) {
        if (stage == GONE) {
            return;
        }
        ByteBuf out = begin(open(), status, 0);
        ResponseHead.writeField(out, "content-type", contentType);
        endWithLength(out, body.length());
        answered(status, out, isHead() ? null : body.view());
    }

    /** Answers without a body. */
    void empty(int status) {
        if (stage != GONE) {
            ByteBuf out = begin(open(), status, 0);
            if (status == 204) {
                ResponseHead.writeEnd(out);
            } else {
                endWithLength(out, 0);
            }
            answered(status, out, null);
        }
    }

    /** Begins a stream of pieces; nothing is sent before the first one. @param bytes of all of them, -1 where that shows only at the end */
    SseWriter stream(String contentType, long bytes) {
        if (stage == GONE) {
            return new SseWriter(this, connection, new ResponseHead(), contentType, bytes);
        }
        closes |= bytes < 0 && isHttp10();
        SseWriter stream = new SseWriter(this, connection, open(), contentType, bytes);
        streamed = true;
        stage = stream;
        return stream;
    }

    /** A stream's head has been written: thousands that run at once shall not keep what nobody reads any more. */
    void dropRequestHeaders() {
        exchange.requestHead().dropHeaders();
        connection.heads().forgets();
    }

    boolean isHttp10() {
        return exchange.requestHead().isHttp10();
    }

    boolean isHead() {
        return exchange.requestHead().isHead();
    }

    /**
     * An error becomes of what has not been sent. Does nothing after an answer.
     *
     * @return false for a stream that has begun: there is no way to say it
     */
    boolean fail(ApiError error, ErrorFormat format) {
        if (stage instanceof SseWriter stream) {
            ResponseHead head = stream.unsent();
            if (head == null) {
                return false;
            }
            streamed = false;
            stage = head;
        }
        if (stage instanceof ResponseHead head) {
            format.headers().forEach(head::set);
            error.headers().forEach(head::set);
            if (error.status() == UNAUTHORIZED) {
                head.set("www-authenticate", "Bearer"); // a 401 has to name a way (RFC 9110, 15.5.2)
            }
            if (error.status() == 204) {
                empty(204);
            } else {
                send(error.status(), format.contentType(), format.render(error));
            }
        }
        return true;
    }

    /** The last bytes are given away; the end of a stream is an answer, too. @param more follows them */
    void answered(int status, ByteBuf last, @Nullable ByteBuf more) {
        stage = new Answered(status, System.nanoTime());
        exchange.requestBody().leave(closes);
        connection.writeLast(last, more);
    }

    // ---- its time ----

    /** The connection has room again. */
    void hasRoom() {
        if (stage instanceof SseWriter stream) {
            stream.hasRoom();
        }
    }

    /** Runs what waits for room, if the caller is still there. */
    void drained(Runnable step) {
        exchange.guard(step);
    }

    /** Ends the connection; where the answer had not ended, that is a departure. */
    void reset() {
        if (stage instanceof SseWriter stream && stream.full()) {
            connection.cut();
        } else {
            connection.closeOnceWritten();
        }
    }

    void sweep(long nowNanos) {
        Duration write = loop.limits().write();
        switch (stage) {
            case ResponseHead open -> exchange.requestBody().sweep();
            case SseWriter stream -> stream.sweep(nowNanos, write.toNanos());
            case Answered(int _, long sinceNanos) -> {
                dropRequestHeaders(); // what waits for its reader shall not keep them
                if (nowNanos - sinceNanos > write.toNanos()) {
                    connection.cut();
                }
            }
            case Gone gone -> {}
        }
    }
}
