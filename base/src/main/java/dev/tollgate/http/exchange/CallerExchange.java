package dev.tollgate.http.exchange;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.CallNotes;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.http.BodyReader;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.SharedBytes;
import dev.tollgate.http.SseWriter;
import dev.tollgate.http.StreamedBody;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * An exchange over a {@link Transport}: the request's side, and the life of request and response. The transport delivers the body and says when
 * the caller has disconnected; {@link Admission} finds its route. Confined to its event loop, except where {@link Exchange} says otherwise.
 */
public final class CallerExchange extends KnownRequest {

    private enum Life {
        OPEN,
        /** The response has been sent, or the caller has disconnected after it was complete. */
        OVER,
        /** The caller disconnected before the response was complete. */
        DEPARTED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final int RENDERED_ON_LOOP_BYTES_MAX = 64 * 1024;

    private final FrontParts parts;
    private final Transport transport;
    private final RequestBody body;
    private final Response response;
    private final @Nullable AccessLine line;

    private ErrorFormat errors = ErrorFormat.PLATFORM;
    private @Nullable String reservedFor;
    private boolean isMetered;
    private @Nullable Runnable gone;
    private volatile Life life = Life.OPEN;

    /** @param requestId a new one */
    public CallerExchange(FrontParts parts, Transport transport, RequestHead head, String requestId) {
        super(parts, transport, head, requestId);
        this.parts = parts;
        this.transport = transport;
        this.body = new RequestBody(this, parts, transport, head.bytesAnnounced());
        this.response = new Response(this, parts, transport, !head.isKeepAlive());
        this.line = AccessLine.isOn() ? new AccessLine(this) : null;
    }

    // ---- what the exchange takes ----

    @Override
    public Lease memory() {
        return body.lease();
    }

    @Override
    public void reserveRoom() {
        if (reservedFor == null && life == Life.OPEN) {
            String account = callerAccount();
            transport.reserve(account);
            reservedFor = account;
        }
    }

    /** Returns whether memory is reserved for the response. */
    public boolean hasReserved() {
        return reservedFor != null;
    }

    // ---- the metered call that this becomes ----

    @Override
    public void begun() {
        isMetered = true;
        if (line != null) {
            line.begun();
        }
    }

    @Override
    public boolean wantsNotes() {
        return line != null;
    }

    @Override
    public void over(CallNotes notes) {
        if (line != null) {
            line.over(notes);
        }
    }

    // ---- work on other threads ----

    @Override
    public <T> void read(BodyReader<T> reader, Consumer<T> then) {
        BodyBytes sent = body.bytes();
        body.forget();
        if (hasLargeBody()) {
            parts.aside().inTurn(this, () -> body.read(sent, reader), then);
        } else {
            guard(() -> then.accept(body.read(sent, reader)));
        }
    }

    @Override
    public <T> void readWhileItComes(StreamedBody.Reader<T> reader, Consumer<T> then) {
        InputStream coming = body.stream();
        Lease memory = body.lease();
        Aside.blocking(
                this,
                () -> {
                    try {
                        return reader.read(coming, memory);
                    } catch (IOException e) {
                        throw ApiError.invalid(null, sentence("The request body has not come whole."))
                                .asException();
                    }
                },
                then);
    }

    @Override
    public boolean hasLargeBody() {
        return body.isLarge();
    }

    @Override
    public <T> void compute(Supplier<T> blocking, Consumer<T> then) {
        if (hasLargeBody()) {
            parts.aside().inTurn(this, blocking, then);
        } else {
            Aside.blocking(this, blocking, then);
        }
    }

    @Override
    public <T> void computeInTurn(Supplier<T> work, Consumer<T> then) {
        parts.aside().inTurn(this, work, then);
    }

    @Override
    public void run(Runnable step) {
        transport.onLoop(() -> {
            if (!response.isGone()) {
                guard(step);
            }
        });
    }

    @Override
    public void onLoop(Runnable step) {
        transport.onLoop(step);
    }

    @Override
    public void onGone(Runnable gone) {
        if (response.isGone()) {
            guard(gone);
        } else {
            this.gone = gone;
        }
    }

    @Override
    public boolean hasDeparted() {
        return life == Life.DEPARTED;
    }

    // ---- the response ----

    @Override
    public void setHeader(String name, String value) {
        response.setHeader(name, value);
    }

    @Override
    public void addHeader(String name, String value) {
        response.addHeader(name, value);
    }

    @Override
    public void ignore(String fieldPath) {
        response.ignore(fieldPath);
    }

    @Override
    public void json(long bytesAbout, Supplier<byte[]> rendering) {
        if (bytesAbout <= RENDERED_ON_LOOP_BYTES_MAX) {
            json(200, rendering.get());
        } else {
            parts.aside().render(this, rendering, bytes -> json(200, bytes));
        }
    }

    @Override
    public void send(int status, String contentType, byte[] body) {
        response.send(status, contentType, body);
    }

    @Override
    public void send(int status, String contentType, SharedBytes body) {
        response.send(status, contentType, body);
    }

    @Override
    public void empty(int status) {
        response.empty(status);
    }

    @Override
    public SseWriter stream(String contentType) {
        return response.stream(contentType, ResponseHead.STREAM);
    }

    @Override
    public SseWriter body(String contentType, long bytes) {
        return response.stream(contentType, bytes);
    }

    @Override
    public void fail(ApiError error) {
        if (line != null && error.status() >= 400) {
            line.failed(error.code().code());
        }
        boolean reportedByCall = isMetered && error.status() >= 500;
        ApiError asked = errors.shown(error);
        ApiError shown = parts.routes().isApi(path()) ? asked.doNotRetryByStatus() : asked;
        if (error.status() >= 400 && response.mayRefuse() && !reportedByCall) {
            parts.refusals().refused(this, shown); // before the caller knows: it may look for it immediately
        }
        if (!response.fail(shown, errors)) {
            response.reset();
        }
    }

    @Override
    public void fail(Throwable cause) {
        Fatal.check(cause);
        if (cause instanceof ApiException refusal) {
            fail(refusal.error());
        } else {
            LOG.atLevel(response.isGone() ? Level.DEBUG : Level.ERROR)
                    .addMarker(Event.REQUEST_FAULT)
                    .setCause(cause)
                    .addArgument(requestId())
                    .addArgument(LogFields.request(requestId()).ofAccount(callerAccount()))
                    .log("request {} failed");
            fail(ApiError.of(
                    ErrorCode.INTERNAL_ERROR, sentence("An internal error occurred. Request id: {id}.", requestId())));
        }
    }

    // ---- for Admission ----

    void routed(Routes.Hit hit) {
        found(hit);
        this.errors = hit.route().errors();
        this.errors = errors.of(this); // which may fail
    }

    void formatErrors(ErrorFormat errors) {
        this.errors = errors.of(this);
    }

    /** Charges a long head to its caller. @throws ApiException 503 without room */
    void chargeHead() {
        transport.chargeHead(network());
    }

    boolean isOpen() {
        return response.isOpen();
    }

    RequestBody requestBody() {
        return body;
    }

    Response response() {
        return response;
    }

    // ---- for the transport ----

    /** Delivers some of the body. The buffer is valid during the call. @param isLast whether this is its end */
    public void take(ByteBuffer piece, boolean isLast) {
        try {
            body.take(piece, isLast);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** The framing of the body is broken. @param fault a sentence for the caller, or null */
    public void broken(@Nullable String fault) {
        body.broken(fault);
    }

    /** The connection has room again. */
    public void hasRoom() {
        response.hasRoom();
    }

    /** Bytes of the response have been given to the connection. */
    public void wrote(int bytes) {
        if (line != null) {
            line.wrote(bytes);
        }
    }

    /** Returns whether the connection ends with the response. */
    public boolean closes() {
        return response.closes();
    }

    /** Checks the time limits; to be called regularly. @param nowNanos of {@link System#nanoTime} */
    public void sweep(long nowNanos) {
        response.sweep(nowNanos);
    }

    /** The connection has ended. */
    public void departed() {
        if (!response.leave()) {
            return;
        }
        end(Life.DEPARTED);
        Runnable told = gone;
        gone = null;
        if (told != null) {
            guard(told);
        }
    }

    /** The response has been sent, or the connection has ended after it was complete. */
    public void finish() {
        end(Life.OVER);
    }

    private void end(Life end) {
        if (life != Life.OPEN) {
            return;
        }
        life = end;
        body.release();
        address().leave();
        if (reservedFor != null) {
            transport.release(reservedFor);
        }
        transport.over();
        Routes.Hit hit = hit();
        parts.observer().over(hit == null ? null : hit.route(), response.status(), nanos(), response.isStreamed());
        if (line != null) {
            line.finished(response.status(), millis());
        }
    }
}
