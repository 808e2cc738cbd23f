package dev.tollgate.http;

import dev.tollgate.error.ApiError;
import dev.tollgate.fatal.Fatal;
import dev.tollgate.memory.MemoryBudget;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of the front that lives on one event loop: its server, connections and open exchanges, and the sweep that looks
 * at their time limits. One sweep instead of timers by exchange, for almost none ever runs into a limit. All but {@link
 * #openExchanges} is confined to the loop.
 */
final class FrontLoop implements Deployable {

    /**
     * What is shared by all loops; each member is immutable or thread-safe.
     *
     * @param portId tells this front's random port from that of another in the same process
     */
    record Shared(
            int portId,
            Vertx vertx,
            HttpOptions options,
            Routes routes,
            Cors cors,
            MemoryBudget memory,
            BodyReaders readers,
            InstantSource clock,
            BooleanSupplier draining,
            AtomicInteger connections,
            ByAddress callers,
            WrongKeys wrongKeys) {}

    private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    private static final int LINE_BYTES_MAX = 8 * 1024;
    private static final int CHUNK_BYTES_MAX = 64 * 1024;
    private static final long UNREADABLE_LINGER_MILLIS = 1000;

    private final Shared shared;
    private final SplittableRandom random;
    private final Admission admission;
    private final Set<Exchange> open = new HashSet<>();
    private final AtomicInteger openCount = new AtomicInteger();
    private final IdentityHashMap<HttpConnection, Link> links = new IdentityHashMap<>();
    private String date = "";
    private volatile int port = -1;
    private volatile long turnedNanos = System.nanoTime();

    /** A connection, whose it is, how its bodies come in, and since when it has had no exchange. */
    private static final class Link {
        private final @Nullable String network;
        private final BodyPace pace;
        private int exchanges;
        private long idleSinceNanos = System.nanoTime();

        Link(@Nullable String network, BodyPace pace) {
            this.network = network;
            this.pace = pace;
        }
    }

    FrontLoop(Shared shared, long seed) {
        this.shared = shared;
        this.random = new SplittableRandom(seed);
        this.admission = new Admission(this);
    }

    /** Called on the loop. */
    @Override
    public Future<?> deploy(Context context) {
        tick();
        vertx().setPeriodic(limits().sweep().toMillis(), turn -> sweep());
        HttpServer server = vertx().createHttpServer(serverOptions())
                .connectionHandler(this::connected)
                .requestHandler(this::requested)
                .invalidRequestHandler(this::unreadable);
        return server.listen(address()).onSuccess(bound -> port = bound.actualPort());
    }

    private HttpServerOptions serverOptions() {
        HttpServerOptions options = new HttpServerOptions()
                .setMaxHeaderSize(limits().headerBytesMax())
                .setMaxInitialLineLength(LINE_BYTES_MAX)
                .setMaxChunkSize(CHUNK_BYTES_MAX)
                .setHandle100ContinueAutomatically(false)
                .setHttp2ClearTextEnabled(false)
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setStrictThreadMode(true);
        options.setTcpNoDelay(true).setIdleTimeout(0);
        return options;
    }

    /** With port 0 every server would take one of its own; a shared random port is one for all of the deployment. */
    private SocketAddress address() {
        return options().port() == 0
                ? SocketAddress.sharedRandomPort(shared.portId(), options().host())
                : SocketAddress.inetSocketAddress(options().port(), options().host());
    }

    /** Behind proxies connections are the proxies'; there the callers' requests are counted ({@link Admission}). */
    private void connected(HttpConnection connection) {
        BodyPace pace = new BodyPace(limits(), System::nanoTime);
        guard(connection, pace);
        String network = options().trustedHops() > 0 ? null : RemoteAddress.network(peer(connection));
        boolean tooMany = shared.connections().incrementAndGet() > limits().connectionsMax();
        if (network != null) {
            tooMany |= !shared.callers().enter(network);
        }
        connection.exceptionHandler(Fatal::check);
        links.put(connection, new Link(network, pace));
        connection.closeHandler(closed -> left(connection));
        if (tooMany) {
            connection.close();
        }
    }

    private void left(HttpConnection connection) {
        shared.connections().decrementAndGet();
        Link link = links.remove(connection);
        if (link != null && link.network != null) {
            shared.callers().leave(link.network);
        }
    }

    /** An IP, without its zone. */
    static String peer(HttpConnection connection) {
        String address = connection.remoteAddress().hostAddress();
        String bare = address == null ? null : RemoteAddress.bare(address);
        return bare == null ? "" : bare;
    }

    /** Puts what reads requests strictly, at their pace and one at a time in the place of what Vert.x reads them with. */
    private void guard(HttpConnection connection, BodyPace pace) {
        ChannelHandlerContext handler = ((ConnectionBase) connection).channelHandlerContext();
        handler.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        handler.channel().config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1));
        Turns turns = new Turns(
                LINE_BYTES_MAX,
                limits().headerBytesMax(),
                CHUNK_BYTES_MAX,
                options().edge().halfClose());
        handler.pipeline().replace(HttpRequestDecoder.class, "requests", turns.decoder());
        handler.pipeline().addBefore(handler.name(), "pace", pace);
        handler.pipeline().addBefore(handler.name(), "turns", turns);
    }

    private void requested(HttpServerRequest request) {
        Link link = links.get(request.connection());
        if (link != null) { // nothing is begun for one that has left
            admission.admit(open(request, link), request);
        }
    }

    private Exchange open(HttpServerRequest request, Link link) {
        Context context = Objects.requireNonNull(Vertx.currentContext());
        Exchange exchange = new Exchange(this, request, context, newRequestId(), link.pace);
        open.add(exchange);
        openCount.lazySet(open.size());
        link.exchanges++;
        return exchange;
    }

    void closed(Exchange exchange) {
        open.remove(exchange);
        openCount.lazySet(open.size());
        Link link = links.get(exchange.connection());
        if (link != null && --link.exchanges == 0) {
            link.idleSinceNanos = System.nanoTime();
        }
    }

    /**
     * What the decoder cannot read: a broken head, or one above its limit. The closed list has no 431, so it is a 400. The
     * answer is not ended, because the server closes at its end, and a close over unread bytes is a reset that may overtake the
     * answer.
     */
    private void unreadable(HttpServerRequest request) {
        byte[] body = ErrorFormat.PLATFORM.render(ApiError.invalid(null, unreadable(request.decoderResult())));
        request.response()
                .setStatusCode(400)
                .putHeader("content-type", "application/json")
                .putHeader("content-length", Integer.toString(body.length))
                .putHeader("connection", "close")
                .putHeader("date", date)
                .putHeader("x-request-id", newRequestId());
        request.response().write(io.vertx.core.buffer.Buffer.buffer(body));
        vertx().setTimer(UNREADABLE_LINGER_MILLIS, fired -> request.connection().close());
    }

    private String unreadable(DecoderResult result) {
        if (result.cause() instanceof BadHead bad) {
            return "The request is not valid HTTP. " + bad.getMessage();
        }
        return "The request is not valid HTTP, its first line is longer than " + LINE_BYTES_MAX
                + " bytes, or its header block is larger than " + limits().headerBytesMax() + " bytes.";
    }

    private void sweep() {
        long now = System.nanoTime();
        turnedNanos = now;
        for (Exchange exchange : List.copyOf(open)) {
            sweep(exchange, now);
        }
        List<HttpConnection> idle = new ArrayList<>();
        links.forEach((connection, link) -> {
            if (link.exchanges == 0
                    && now - link.idleSinceNanos > limits().idle().toNanos()) {
                idle.add(connection);
            }
        });
        idle.forEach(HttpConnection::close);
        tick(); // last: a date that cannot be written holds nothing up
    }

    /** One that cannot be looked at must not keep the others from it. */
    private static void sweep(Exchange exchange, long now) {
        try {
            exchange.sweep(now);
        } catch (RuntimeException | Error e) {
            exchange.fail(e);
            exchange.cut();
        }
    }

    private void tick() {
        date = DATE.format(shared.clock().instant());
    }

    private String newRequestId() {
        HexFormat hex = HexFormat.of();
        return "req_" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }

    /** Once deployed; from any thread. */
    int port() {
        return port;
    }

    /** Whether it has turned within that time; from any thread. */
    boolean hasTurnedWithin(Duration time) {
        return System.nanoTime() - turnedNanos < time.toNanos();
    }

    /** From any thread. */
    int openExchanges() {
        return openCount.get();
    }

    Vertx vertx() {
        return shared.vertx();
    }

    HttpOptions options() {
        return shared.options();
    }

    HttpLimits limits() {
        return shared.options().limits();
    }

    Routes routes() {
        return shared.routes();
    }

    Cors cors() {
        return shared.cors();
    }

    MemoryBudget memory() {
        return shared.memory();
    }

    BodyReaders readers() {
        return shared.readers();
    }

    ByAddress callers() {
        return shared.callers();
    }

    WrongKeys wrongKeys() {
        return shared.wrongKeys();
    }

    boolean draining() {
        return shared.draining().getAsBoolean();
    }

    String date() {
        return date;
    }
}
