package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.CallNotes;
import dev.tollgate.base.log.CallWatch;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.base.memory.Lease;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.Context;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One request and its answer.
 *
 * <p>An exchange ends once: by {@link #json}, {@link #send}, {@link #empty}, {@link #fail} or the end of a {@link #stream},
 * or by the caller's departure. After a departure all of them do nothing, so that a late result needs no check; answering
 * twice otherwise is a fault and throws.
 *
 * <p>Confined to its event loop; from elsewhere go through {@link #run}.
 */
public final class Exchange implements CallWatch {

    /** Its level is the operator's choice. */
    public static final String ACCESS_LOG_NAME = "access";

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** What proxies say that they ask for. */
    private static final List<String> FORWARDED = List.of("forwarded", "x-forwarded-for", "x-forwarded-host", "via");

    private static final String PLAYGROUND = "/playground/";
    private static final int ROUTE_CHARS_MAX = 100;
    private static final int RENDERED_ON_LOOP_BYTES_MAX = 64 * 1024;

    private final FrontLoop loop;
    private final CallerConnection connection;
    private final String requestId;
    private final long startedNanos = System.nanoTime();
    private final RequestHead head;
    private final RequestBody body;
    private final Response response;
    private final @Nullable AccessLine line;

    private String path = "/";
    private @Nullable String remoteAddress;
    private @Nullable String entered;
    private @Nullable String reservedFor;
    private boolean finished;
    private boolean metered;
    private @Nullable Route<?> route;
    private ErrorFormat errors = ErrorFormat.PLATFORM;
    private Map<String, String> params = Map.of();
    private String payer = "";
    private String callerKey = "";
    private @Nullable Runnable gone;
    /** Read by who works for this exchange on other threads. */
    private volatile boolean departed;

    Exchange(FrontLoop loop, CallerConnection connection, HttpRequest request, String requestId) {
        this.loop = loop;
        this.connection = connection;
        this.requestId = requestId;
        this.head = new RequestHead(request);
        this.body = new RequestBody(this, loop, connection, head.bytesAnnounced());
        this.response = new Response(this, loop, connection, !head.isKeepAlive());
        this.line = AccessLine.isOn() ? new AccessLine(this) : null;
    }

    // the request

    /** Upper case; {@code HEAD} is not disguised. */
    public String method() {
        return head.method();
    }

    /** Decoded, without the query. */
    public String path() {
        return path;
    }

    /** As sent: the path with the query behind it, and without a host before it. */
    public String target() {
        return head.target();
    }

    /** The first value of a header, or null. Names in any case. Not to be asked for once a stream has begun, which keeps none of them. */
    public @Nullable String header(String name) {
        return head.header(name);
    }

    /** All values of a header. Not to be asked for once a stream has begun. */
    public List<String> headers(String name) {
        return head.headers(name);
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
        return head.query(name);
    }

    /** The caller's IP; trusted proxies counted off. */
    public String remoteAddress() {
        String known = remoteAddress;
        if (known == null) {
            int hops = loop.options().trustedHops();
            known = hops == 0 ? peerAddress() : RemoteAddress.of(peerAddress(), headers("x-forwarded-for"), hops);
            remoteAddress = known;
        }
        return known;
    }

    /** What callers are told apart by where there is no key: an IPv4 address, or the first half of an IPv6 address. */
    public String network() {
        return loop.options().trustedHops() == 0 ? connection.peerNetwork() : RemoteAddress.network(remoteAddress());
    }

    /** Returns the /24 or the /48 that the caller's address belongs to: one holder may have all addresses of it. */
    public String wideNetwork() {
        return RemoteAddress.cut(remoteAddress());
    }

    /**
     * For a secret that nobody has: what such a caller is to be told, which is the refusal itself or, where its address has sent many
     * of them lately, a 429. To be asked only when the secret was found wrong, so that whoever has a right one never notices.
     */
    public ApiException refuseWrongKey(ApiError refusal) {
        return loop.wrongKeys().count(network(), refusal).asException();
    }

    /**
     * Counts this exchange for its caller's address, until it is over. Not where that is the connection's own: then it is a proxy that
     * asks for itself.
     *
     * @return false where that address has too many
     */
    boolean enter() {
        if (remoteAddress().equals(peerAddress())) {
            return true;
        }
        String counted = network();
        if (!loop.callers().enter(counted)) {
            return false;
        }
        entered = counted;
        return true;
    }

    /** Whether a program on this machine asks, and for nobody else: with a proxy before us nobody can tell. */
    public boolean isFromThisMachine() {
        return loop.options().trustedHops() == 0
                && FORWARDED.stream().allMatch(name -> header(name) == null)
                && InetAddress.ofLiteral(peerAddress()).isLoopbackAddress();
    }

    /**
     * The subject (RFC 2253) of the client's certificate, which a configured authority has signed; null if the client sent none.
     */
    public @Nullable String clientCertificate() {
        return connection.certificate();
    }

    /** Whether a browser asks because some page has it do so: it shows certificates, and is where it is, whoever's page that is. */
    public boolean isAskedByPage() {
        String site = header("sec-fetch-site");
        return header("origin") != null || site != null && !site.equals("none");
    }

    /** The IP at the connection's other end, proxy or not. */
    public String peerAddress() {
        return connection.peer();
    }

    /** Our own id of this exchange, also in the answer's {@code x-request-id}. */
    public String requestId() {
        return requestId;
    }

    /** When it came, of {@link System#nanoTime}. */
    public long startedNanos() {
        return startedNanos;
    }

    /**
     * What the body was charged to, and what is made of it has to be charged to. Held by this exchange until it is over: whoever keeps
     * something longer retains it.
     */
    public Lease memory() {
        return body.lease();
    }

    // the metered call that this becomes

    @Override
    public void begun() {
        metered = true;
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

    /**
     * Reserves room for the answer, so that it is not lost to what other callers leave unread. For answers that are paid for; held until this
     * exchange is over.
     *
     * @throws ApiException 429 if the account has as much room as is left for the others
     */
    public void reserveRoom() {
        if (reservedFor == null && !finished) {
            loop.unread().reserve(payer);
            reservedFor = payer;
        }
    }

    boolean hasReserved() {
        return reservedFor != null;
    }

    // work aside

    /**
     * Reads the body into a value, forgets its bytes, and goes on with the value, on this loop. A large body is read on another thread
     * meanwhile, when it is its account's turn. What either throws is answered as {@link #fail(Throwable)} does; if the caller leaves,
     * {@code then} is not called.
     */
    public <T> void read(BodyReader<T> reader, Consumer<T> then) {
        BodyBytes sent = body.bytes();
        body.forget();
        if (hasLargeBody()) {
            loop.aside().inTurn(this, () -> body.read(sent, reader), then);
        } else {
            guard(() -> then.accept(body.read(sent, reader)));
        }
    }

    /** Whether the body may be so large that work over all of it should not be done on the loop. */
    public boolean hasLargeBody() {
        return body.isLarge();
    }

    /**
     * Gets a value that blocks, e.g. from the database, on another thread, and goes on with it on this loop. What either throws is
     * answered; if the caller leaves, {@code then} is not called.
     */
    public <T> void compute(Supplier<T> blocking, Consumer<T> then) {
        if (hasLargeBody()) {
            loop.aside().inTurn(this, blocking, then);
        } else {
            Aside.blocking(this, blocking, then);
        }
    }

    /** Sets account and key before the key is accepted, for observers of refused requests. */
    public void shownKey(String accountId, String keyId) {
        payer = accountId;
        callerKey = keyId;
    }

    /** Whose call it is; empty where that is not known. */
    public String callerAccount() {
        return payer;
    }

    /** By which key; empty where there is none, or that is not known. */
    public String callerKey() {
        return callerKey;
    }

    /** Whether it is one of what callers' programs send, or the playground's script for them, by its path. */
    public boolean isOfApi() {
        return loop.routes().isApi(path) || path.startsWith(PLAYGROUND);
    }

    /** Method and path's pattern, or the path's beginning where there is no route. */
    public String routeName() {
        Route<?> found = route;
        String name = found == null ? path : found.path();
        return method() + " " + (name.length() <= ROUTE_CHARS_MAX ? name : name.substring(0, ROUTE_CHARS_MAX));
    }

    /** The account that is charged for what this exchange takes; empty where none is. */
    String payer() {
        return payer;
    }

    // threads

    /** The event loop's context. */
    public Context context() {
        return loop.context();
    }

    /**
     * Runs a step on the loop, unless the caller has left by then; callable from any thread. What must happen in either case
     * goes through {@link #context}.
     */
    public void run(Runnable step) {
        loop.context().runOnContext(turn -> {
            if (!response.isGone()) {
                guard(step);
            }
        });
    }

    /** Runs a step here and answers whatever it throws as {@link #fail(Throwable)} does: nobody is left without an answer. */
    public void guard(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /**
     * Called once if the connection ends before the answer does, by the caller's departure or because it did not read; at
     * once if that has happened already; never after a normal end. There is one at a time: a later one replaces it.
     */
    public void onGone(Runnable gone) {
        if (response.isGone()) {
            guard(gone);
        } else {
            this.gone = gone;
        }
    }

    // the answer

    /** Sets a header of the answer, also of an error that may become of it. Throws when the head has been sent. */
    public void setHeader(String name, String value) {
        response.setHeader(name, value);
    }

    /** The same beside others of the name, as cookies are set. */
    public void addHeader(String name, String value) {
        response.addHeader(name, value);
    }

    /** Lists a field as accepted without effect (D5). */
    public void ignore(String fieldPath) {
        response.ignore(fieldPath);
    }

    /**
     * Answers 200 with JSON that is still to be rendered: a large one on a thread of its own, one at a time for an account, in turns.
     *
     * @param bytesAbout about how large it becomes
     */
    public void json(long bytesAbout, Supplier<byte[]> rendering) {
        if (bytesAbout <= RENDERED_ON_LOOP_BYTES_MAX) {
            json(200, rendering.get());
        } else {
            loop.aside().render(this, rendering, bytes -> json(200, bytes));
        }
    }

    public void json(int status, byte[] body) {
        send(status, "application/json", body);
    }

    /** Answers with a whole body. */
    public void send(int status, String contentType, byte[] body) {
        response.send(status, contentType, body);
    }

    /** Answers with a whole body that other answers share. */
    public void send(int status, String contentType, SharedBytes body) {
        response.send(status, contentType, body);
    }

    /** Answers without a body, e.g. with 204. */
    public void empty(int status) {
        response.empty(status);
    }

    /** Begins a stream of events; nothing is sent before the first write. */
    public SseWriter stream() {
        return stream("text/event-stream; charset=utf-8");
    }

    /** The same of another type, e.g. a JSON array that grows. */
    public SseWriter stream(String contentType) {
        return response.stream(contentType, -1);
    }

    /** Begins a JSON body of so many bytes that is written in pieces, as fast as the caller reads. */
    public SseWriter body(long bytes) {
        return response.stream("application/json", bytes);
    }

    /**
     * Ends with an error in the route's format. A stream of which nothing was sent becomes that error, too; one that has begun
     * is reset (a door that has a way to say it in the stream does so itself). Does nothing after an answer.
     */
    public void fail(ApiError error) {
        if (line != null && error.status() >= 400) {
            line.failed(error.code().code());
        }
        boolean reportedByCall = metered && error.status() >= 500;
        if (error.status() >= 400 && response.mayRefuse() && !reportedByCall) {
            loop.refusals().refused(this, error); // before the caller knows: it may look for it at once
        }
        if (!response.fail(error, errors)) {
            reset();
        }
    }

    /** An {@link ApiException} says itself what to answer; anything else is our fault, logged, and a 500 without details. */
    public void fail(Throwable cause) {
        Fatal.check(cause);
        if (cause instanceof ApiException refusal) {
            fail(refusal.error());
        } else {
            LOG.atLevel(response.isGone() ? Level.DEBUG : Level.ERROR)
                    .addMarker(Event.REQUEST_FAULT)
                    .setCause(cause)
                    .addArgument(requestId)
                    .addArgument(LogFields.request(requestId).ofAccount(payer))
                    .log("request {} failed");
            fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred. Request id: " + requestId + "."));
        }
    }

    /** Ends the connection; where the answer had not ended, that is a departure. */
    public void reset() {
        response.reset();
    }

    // the life of it

    void routed(Route<?> route, Map<String, String> params) {
        this.route = route;
        this.params = params;
        this.errors = route.errors();
        this.errors = route.errors().of(this);
    }

    void formatErrors(ErrorFormat errors) {
        this.errors = errors.of(this);
    }

    void decoded(String path) {
        this.path = path;
    }

    void admitted(String payer) {
        this.payer = payer;
    }

    boolean isOpen() {
        return response.isOpen();
    }

    /** The connection is of no further use. */
    void closeAfterwards() {
        response.closeAfterwards();
    }

    RequestHead requestHead() {
        return head;
    }

    RequestBody requestBody() {
        return body;
    }

    Response response() {
        return response;
    }

    CallerConnection connection() {
        return connection;
    }

    /** From any thread. */
    boolean hasDeparted() {
        return departed;
    }

    /** Since the request's head has come. */
    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    /** The connection has ended. */
    void departed() {
        if (!response.leave()) {
            return;
        }
        departed = true;
        finish();
        Runnable told = gone;
        gone = null;
        if (told != null) {
            guard(told);
        }
    }

    /** The answer has left, or the caller has. */
    void finish() {
        if (finished) {
            return;
        }
        finished = true;
        body.release();
        if (entered != null) {
            loop.callers().leave(entered);
        }
        if (reservedFor != null) {
            loop.unread().release(reservedFor);
        }
        loop.closed(this);
        loop.observer().over(route, response.status(), System.nanoTime() - startedNanos, response.isStreamed());
        if (line != null) {
            line.finished();
        }
    }

    /** The route's pattern and not the path, which may carry an id; never the query. */
    public String routePattern() {
        return route == null ? "-" : route.path();
    }

    /** So many bytes of the answer are given to the connection. */
    void wrote(int bytes) {
        if (line != null) {
            line.wrote(bytes);
        }
    }

    void sweep(long nowNanos) {
        response.sweep(nowNanos);
    }
}
