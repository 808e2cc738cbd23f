package dev.tollgate.http;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.error.ErrorCode;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer.
 *
 * <p>An exchange ends once: by {@link #json}, {@link #send}, {@link #empty}, {@link #fail} or the end of a {@link #stream},
 * or by the caller's departure. After a departure all of them do nothing, so that a late result needs no check; answering
 * twice otherwise is a fault and throws.
 *
 * <p>Confined to its event loop; from elsewhere go through {@link #run}.
 */
public final class Exchange {

    private enum Stage {
        OPEN,
        STREAMING,
        ANSWERED,
        GONE
    }

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final int QUERY_PARAMS_MAX = 64;

    /** A refused body up to here is read to its end, and the connection stays in use. */
    private static final int SMALL_REST_BYTES = 64 * 1024;

    private final FrontLoop loop;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final String requestId;
    private final long startedNanos = System.nanoTime();
    private final long bytesAnnounced;

    private Stage stage = Stage.OPEN;
    private String path = "/";
    private boolean bodyUnread;
    private boolean paused;
    private boolean finished;
    private int status;
    private long answeredNanos;
    private @Nullable Route route;
    private ErrorFormat errors = ErrorFormat.PLATFORM;
    private Map<String, String> params = Map.of();
    private @Nullable Map<String, List<String>> query;
    private @Nullable Caller caller;
    private @Nullable BodyIntake intake;
    private @Nullable BodyBytes body;
    private @Nullable IgnoredFields ignored;
    private @Nullable SseWriter stream;
    private @Nullable Runnable gone;
    private boolean closes;

    Exchange(FrontLoop loop, HttpServerRequest request, Context context, String requestId) {
        this.loop = loop;
        this.request = request;
        this.response = request.response();
        this.context = context;
        this.requestId = requestId;
        this.bytesAnnounced = bytesAnnounced(request);
        this.bodyUnread = bytesAnnounced != 0;
        response.closeHandler(closed -> departed());
    }

    /** The announced length, -1 for a chunked body, 0 for none. */
    private static long bytesAnnounced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            return Long.parseLong(length);
        }
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) ? -1 : 0;
    }

    // the request

    /** Upper case; {@code HEAD} is not disguised. */
    public String method() {
        return request.method().name();
    }

    /** Decoded, without the query. */
    public String path() {
        return path;
    }

    /** The first value of a header, or null. Names in any case. */
    public @Nullable String header(String name) {
        return request.getHeader(name);
    }

    /** All values of a header. */
    public List<String> headers(String name) {
        return request.headers().getAll(name);
    }

    /** A parameter of the route's path, decoded; never empty. */
    public String pathParam(String name) {
        String value = params.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no parameter " + name);
        }
        return value;
    }

    /** The first value of a query parameter, decoded, or null. */
    public @Nullable String query(String name) {
        List<String> values = queryParams().get(name);
        return values == null ? null : values.getFirst();
    }

    private Map<String, List<String>> queryParams() {
        Map<String, List<String>> known = query;
        if (known == null) {
            known = decode(request.query());
            query = known;
        }
        return known;
    }

    private static Map<String, List<String>> decode(@Nullable String raw) {
        try {
            return raw == null
                    ? Map.of()
                    : new QueryStringDecoder(raw, StandardCharsets.UTF_8, false, QUERY_PARAMS_MAX).parameters();
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid(null, "The query string has a broken percent-escape.")
                    .asException();
        }
    }

    /** The caller's IP; trusted proxies counted off. */
    public String remoteAddress() {
        return RemoteAddress.of(
                peerAddress(), headers("x-forwarded-for"), loop.options().trustedHops());
    }

    /** The IP at the connection's other end, proxy or not. */
    public String peerAddress() {
        String address = request.connection().remoteAddress().hostAddress();
        String bare = address == null ? null : RemoteAddress.bare(address);
        return bare == null ? "" : bare;
    }

    /** Our own id of this exchange, also in the answer's {@code x-request-id}. */
    public String requestId() {
        return requestId;
    }

    /** Who calls. Throws {@link IllegalStateException} on a public route. */
    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException("a public route has no caller");
        }
        return caller;
    }

    /** The whole body, decompressed; empty where none was sent. Not to be changed. */
    public byte[] body() {
        return body == null ? new byte[0] : body.toArray();
    }

    /**
     * Reads the body into a value and goes on with it, on this loop. A large body is read on a virtual thread meanwhile. What
     * either throws is answered as {@link #fail(Throwable)} does; if the caller leaves, {@code then} is not called.
     */
    public <T> void read(BodyReader<T> reader, Consumer<T> then) {
        byte[] bytes = body();
        if (bytes.length <= loop.limits().inlineBodyBytesMax()) {
            guard(() -> then.accept(reader.read(bytes)));
        } else {
            Thread.ofVirtual().name("read-body").start(() -> readAside(bytes, reader, then));
        }
    }

    private <T> void readAside(byte[] bytes, BodyReader<T> reader, Consumer<T> then) {
        T value;
        try {
            value = reader.read(bytes);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            run(() -> fail(e));
            return;
        }
        run(() -> then.accept(value));
    }

    // threads

    /** The event loop's context. */
    public Context context() {
        return context;
    }

    /** Runs a step on the loop, unless the exchange is over by then; callable from any thread. */
    public void run(Runnable step) {
        context.runOnContext(turn -> {
            if (stage == Stage.GONE) {
                return;
            }
            guard(step);
        });
    }

    /** Runs a step here and answers what it throws as {@link #fail(Throwable)} does. */
    public void guard(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | StackOverflowError e) {
            fail(e);
        }
    }

    /**
     * Called once if the connection ends before the answer does, by the caller's departure or because it did not read; at
     * once if that has happened already; never after a normal end. There is one at a time: a later one replaces it.
     */
    public void onGone(Runnable gone) {
        if (stage == Stage.GONE) {
            guard(gone);
        } else {
            this.gone = gone;
        }
    }

    // the answer

    /** Sets a header of the answer, also of an error that may become of it. Throws when the head has been sent. */
    public void setHeader(String name, String value) {
        if (stage != Stage.GONE) {
            response.putHeader(name, value);
        }
    }

    /** Lists a field as accepted without effect (D5). */
    public void ignore(String fieldPath) {
        if (ignored == null) {
            ignored = new IgnoredFields();
        }
        ignored.add(fieldPath);
    }

    public void json(int status, byte[] body) {
        json(status, Buffer.buffer(body));
    }

    public void json(int status, Buffer body) {
        send(status, "application/json", body);
    }

    /** Answers with a whole body. */
    public void send(int status, String contentType, Buffer body) {
        if (stage == Stage.GONE) {
            return;
        }
        response.headers()
                .set(HttpHeaders.CONTENT_TYPE, contentType)
                .set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        head(status);
        end(isHead() ? null : body);
    }

    /** Answers without a body, e.g. with 204. */
    public void empty(int status) {
        if (stage != Stage.GONE) {
            head(status);
            end(null);
        }
    }

    /** Begins a stream of events; nothing is sent before the first write. */
    public SseWriter stream() {
        SseWriter writer = new SseWriter(this, response);
        if (stage != Stage.GONE) {
            response.headers()
                    .set(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                    .set(HttpHeaders.CACHE_CONTROL, "no-cache")
                    .set("x-accel-buffering", "no");
            closes |= request.version() == HttpVersion.HTTP_1_0;
            head(200);
            response.setChunked(true);
            response.setWriteQueueMaxSize(loop.limits().writeQueueBytesMax());
            stage = Stage.STREAMING;
            stream = writer;
        }
        return writer;
    }

    /**
     * Ends with an error in the route's format. A stream of which nothing was sent becomes that error, too; one that has begun
     * is reset (a door that has a way to say it in the stream does so itself). Does nothing after an answer.
     */
    public void fail(ApiError error) {
        if (stage == Stage.STREAMING && response.headWritten()) {
            reset();
        } else if (stage == Stage.OPEN || stage == Stage.STREAMING) {
            stage = Stage.OPEN;
            closes |= error.status() == 408;
            response.headers().remove(HttpHeaders.TRANSFER_ENCODING);
            error.headers().forEach(response::putHeader);
            json(error.status(), errors.render(error));
        }
    }

    /** An {@link ApiException} says itself what to answer; anything else is our fault, logged, and a 500 without details. */
    public void fail(Throwable cause) {
        if (cause instanceof ApiException refusal) {
            fail(refusal.error());
        } else {
            LOG.error("request {} failed", requestId, cause);
            fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred. Request id: " + requestId + "."));
        }
    }

    /** Ends the connection; where the answer had not ended, that is a departure. */
    public void reset() {
        if (stage == Stage.STREAMING && response.writeQueueFull()) {
            cut();
        } else {
            request.connection().close();
        }
    }

    /** Vert.x's own close writes out first what is waiting, and where nobody reads, that never ends. */
    void cut() {
        if (request.connection() instanceof ConnectionBase connection) {
            connection.channelHandlerContext().close();
        } else {
            request.connection().close();
        }
    }

    private boolean isHead() {
        return request.method() == io.vertx.core.http.HttpMethod.HEAD;
    }

    private void head(int status) {
        if (stage != Stage.OPEN) {
            throw new IllegalStateException("request " + requestId + " is answered already");
        }
        this.status = status;
        closes |= loop.draining() || (bodyUnread && !restIsSmall());
        response.setStatusCode(status);
        MultiMap headers = response.headers();
        headers.set("x-request-id", requestId)
                .set("openai-version", "2020-10-01")
                .set("openai-processing-ms", Long.toString(millis()))
                .set(HttpHeaders.DATE, loop.date());
        if (ignored != null) {
            headers.set("x-tollgate-ignored", ignored.header());
        }
        if (closes) {
            headers.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        allowBrowser(headers);
    }

    private void allowBrowser(MultiMap headers) {
        String origin = header("origin");
        if (origin != null
                && !headers.contains("access-control-allow-origin")
                && loop.routes().isApi(path)) {
            loop.cors().answer(origin, headers);
        }
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    boolean isStreaming() {
        return stage == Stage.STREAMING;
    }

    void endStream(@Nullable Buffer last) {
        if (stage == Stage.STREAMING) {
            end(last);
        }
    }

    private void end(@Nullable Buffer last) {
        stage = Stage.ANSWERED;
        answeredNanos = System.nanoTime();
        Future<Void> left = last == null ? response.end() : response.end(last);
        if (!bodyUnread) {
            left.onComplete(sent -> finish(closes));
        } else if (closes) {
            Linger linger = Linger.over(request, loop.limits(), loop.vertx());
            left.onComplete(sent -> {
                finish(false);
                linger.flushed();
            });
        } else {
            dropRest();
            left.onComplete(sent -> finish(false));
        }
    }

    // the life of it

    void routed(Route route, Map<String, String> params) {
        this.route = route;
        this.params = params;
        this.errors = route.errors();
    }

    void formatErrors(ErrorFormat errors) {
        this.errors = errors;
    }

    void decoded(String path) {
        this.path = path;
    }

    void admitted(Caller caller) {
        this.caller = caller;
    }

    boolean isOpen() {
        return stage == Stage.OPEN;
    }

    /** Keeps the body waiting while the authenticator thinks. */
    void pauseBody() {
        if (bodyUnread) {
            paused = true;
            request.pause();
        }
    }

    long bytesAnnounced() {
        return bytesAnnounced;
    }

    /** A length that is announced above the limit is refused unread. */
    void intake(ContentCoding coding, Runnable then) {
        if (bytesAnnounced > loop.limits().bodyBytesMax()) {
            fail(BodyBytes.tooLarge(loop.limits().bodyBytesMax()));
            return;
        }
        BodyIntake reading =
                new BodyIntake(this, request, loop.limits(), loop.budget(), coding, (int) bytesAnnounced, then);
        intake = reading;
        response.exceptionHandler(this::unreadable);
        if ("100-continue".equalsIgnoreCase(header("expect"))) {
            response.writeContinue();
        }
        reading.start(paused);
    }

    /** A body's broken framing; the server closes right after this, so the answer has to be written here. */
    private void unreadable(Throwable cause) {
        if (stage == Stage.OPEN && !(cause instanceof HttpClosedException)) {
            closes = true;
            fail(ApiError.invalid(null, "The request body is not validly framed."));
        }
    }

    /** All bytes are here, though not unpacked. */
    void bodyReceived() {
        bodyUnread = false;
        intake = null;
    }

    void bodyRead(BodyBytes body, Runnable then) {
        bodyReceived();
        if (finished) {
            body.release();
            return;
        }
        this.body = body;
        guard(then);
    }

    private boolean restIsSmall() {
        return bytesAnnounced > 0 && bytesAnnounced <= SMALL_REST_BYTES && header("expect") == null;
    }

    private void dropRest() {
        if (!request.isEnded()) {
            request.handler(chunk -> {});
            request.endHandler(end -> {});
            request.resume();
        }
    }

    private void departed() {
        if (stage == Stage.ANSWERED || stage == Stage.GONE) {
            return;
        }
        stage = Stage.GONE;
        finish(false);
        Runnable told = gone;
        gone = null;
        if (told != null) {
            guard(told);
        }
    }

    private void finish(boolean close) {
        if (finished) {
            return;
        }
        finished = true;
        loop.closed(this);
        if (intake != null) {
            intake.drop();
        }
        if (body != null) {
            body.release();
            body = null;
        }
        logAccess();
        if (close) {
            reset();
        }
    }

    /** The route's pattern and not the path, which may carry an id; never the query. */
    private void logAccess() {
        if (LOG.isDebugEnabled()) {
            Object end = stage == Stage.GONE ? "gone" : status;
            LOG.debug("{} {} {} {} ms {}", method(), route == null ? "-" : route.path(), end, millis(), requestId);
        }
    }

    void sweep(long nowNanos) {
        if (stage == Stage.ANSWERED) {
            if (nowNanos - answeredNanos > loop.limits().write().toNanos()) {
                cut();
            }
        } else if (stream != null) {
            stream.sweep(nowNanos, loop.limits().write().toNanos());
        } else if (intake != null) {
            intake.sweep(nowNanos);
        }
    }

    /** The server closes: what is not answered is cut off, what is answered has had its time. */
    void abandon() {
        if (stage == Stage.ANSWERED) {
            cut();
        } else {
            reset();
        }
    }

    io.vertx.core.http.HttpConnection connection() {
        return request.connection();
    }
}
