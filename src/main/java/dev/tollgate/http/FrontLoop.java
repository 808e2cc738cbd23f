package dev.tollgate.http;

import dev.tollgate.error.ApiError;
import dev.tollgate.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of the front that lives on one event loop: its connections and open exchanges, and the sweep that looks
 * at their time limits. One sweep instead of timers by exchange, for almost none ever runs into a limit. All but {@link
 * #openExchanges} is confined to the loop.
 */
final class FrontLoop implements Deployable {

    /** What is shared by all loops; each member is immutable or thread-safe. */
    record Shared(
            Vertx vertx,
            HttpOptions options,
            Routes routes,
            Cors cors,
            MemoryBudget memory,
            Unread unread,
            Aside aside,
            InstantSource clock,
            BooleanSupplier draining,
            AtomicInteger connections,
            ByAddress callers,
            WrongKeys wrongKeys,
            RefusalObserver refusals,
            RequestObserver observer) {}

    private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    static final int LINE_BYTES_MAX = 8 * 1024;
    static final int CHUNK_BYTES_MAX = 64 * 1024;
    private static final byte[] REQUEST_ID = ResponseHead.ascii("req_");
    private static final byte[] HEX = ResponseHead.ascii("0123456789abcdef");
    private static final long UNREADABLE_LINGER_MILLIS = 1000;

    private final Shared shared;
    private final int number;
    private final SplittableRandom random;
    private final Admission admission;
    private final Set<Exchange> open = new HashSet<>();
    private final AtomicInteger openCount = new AtomicInteger();
    private final Set<CallerConnection> connections = new HashSet<>();
    private final Promise<Void> closed = Promise.promise();
    private @Nullable ContextInternal context;
    private boolean closing;
    private byte[] date = {};
    private long sweptNanos = System.nanoTime();

    /** @param number among the loops, from 0 */
    FrontLoop(Shared shared, int number, long seed) {
        this.shared = shared;
        this.number = number;
        this.random = new SplittableRandom(seed);
        this.admission = new Admission(this);
    }

    /** Called on the loop. */
    @Override
    public Future<?> deploy(Context own) {
        context = (ContextInternal) own;
        tick();
        vertx().setPeriodic(limits().sweep().toMillis(), turn -> sweep());
        return Future.succeededFuture();
    }

    /** Closes every connection; what has not ended by now is a departure. */
    @Override
    public Future<?> undeploy(Context own) {
        own.runOnContext(turn -> {
            closing = true;
            closeIfLast();
            List.copyOf(connections).forEach(CallerConnection::cut);
        });
        return closed.future();
    }

    private void closeIfLast() {
        if (closing && connections.isEmpty()) {
            closed.tryComplete();
        }
    }

    /** Takes in a connection that has no loop yet. From any thread. */
    void accept(Channel channel) {
        ChannelConfig config = channel.config();
        config.setAllocator(VertxByteBufAllocator.POOLED_ALLOCATOR); // which the connections to upstreams have, too
        config.setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1));
        config.setAutoRead(
                false); // each read is requested, so that a connection that takes no more holds back its sender
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setOption(ChannelOption.TCP_NODELAY, true);
        Certificates certificates = options().certificates();
        SslHandler tls = certificates == null ? null : certificates.handler(channel.alloc());
        new CallerConnection(this, channel, tls).fill(channel.pipeline());
        context().nettyEventLoop().register(channel).addListener(registered -> {
            if (!registered.isSuccess()) {
                channel.unsafe().closeForcibly();
            }
        });
    }

    /**
     * Counts a connection that is let in, which has to {@link #left leave}. One that is refused takes nobody's place, also until it is closed.
     * Behind proxies connections are the proxies'; there the callers' requests are counted ({@link Admission}).
     *
     * @return false where there are too many
     */
    boolean entered(CallerConnection connection) {
        if (closing || !hasTakenPlace(shared.connections(), limits().connectionsMax())) {
            return false;
        }
        if (options().trustedHops() == 0 && !shared.callers().enter(RemoteAddress.network(connection.peer()))) {
            shared.connections().decrementAndGet();
            return false;
        }
        connections.add(connection);
        return true;
    }

    private static boolean hasTakenPlace(AtomicInteger taken, int max) {
        return taken.getAndUpdate(count -> count < max ? count + 1 : count) < max;
    }

    void left(CallerConnection connection) {
        connections.remove(connection);
        shared.connections().decrementAndGet();
        if (options().trustedHops() == 0) {
            shared.callers().leave(RemoteAddress.network(connection.peer()));
        }
        closeIfLast();
    }

    Exchange open(CallerConnection connection, HttpRequest request) {
        Exchange exchange = new Exchange(this, connection, request, newRequestId());
        open.add(exchange);
        openCount.lazySet(open.size());
        return exchange;
    }

    void closed(Exchange exchange) {
        open.remove(exchange);
        openCount.lazySet(open.size());
    }

    /**
     * What the decoder cannot read: a broken head, or one above its limit. The closed list has no 431, so it is a 400. The
     * connection is not closed at once, because a close over unread bytes is a reset that may overtake the answer.
     */
    void unreadable(CallerConnection connection, DecoderResult result) {
        byte[] body = ErrorFormat.PLATFORM.render(ApiError.invalid(null, unreadable(result)));
        ResponseHead head = new ResponseHead();
        head.set("content-type", "application/json");
        head.set("connection", "close");
        head.set("x-request-id", newRequestId());
        ByteBuf out = connection.buffer(ResponseHead.USUAL_BYTES + body.length);
        head.write(out, false, 400);
        Response.endWithLength(out.writeBytes(date), body.length);
        connection.write(out.writeBytes(body), null);
        connection.after(UNREADABLE_LINGER_MILLIS, connection::cut);
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
        observer()
                .turned(number, Math.max(0, now - sweptNanos - limits().sweep().toNanos()));
        sweptNanos = now;
        for (Exchange exchange : List.copyOf(open)) {
            sweep(exchange, now);
        }
        for (CallerConnection connection : List.copyOf(connections)) {
            connection.sweep(now);
        }
        tick(); // last: a date that cannot be written holds nothing up
    }

    /** One that cannot be looked at must not keep the others from it. */
    private static void sweep(Exchange exchange, long now) {
        try {
            exchange.sweep(now);
        } catch (RuntimeException | Error e) {
            exchange.fail(e);
            exchange.connection().cut();
        }
    }

    private void tick() {
        date = ResponseHead.ascii("date: " + DATE.format(shared.clock().instant()) + "\r\n");
    }

    /** It begins with the time, 12 hex digits of milliseconds since 1970, so that a call can be found by it; the rest is chance. */
    private String newRequestId() {
        byte[] id = new byte[REQUEST_ID.length + 32];
        System.arraycopy(REQUEST_ID, 0, id, 0, REQUEST_ID.length);
        long millis = shared.clock().millis();
        putHex(millis << 16 | random.nextLong() & 0xffff, id, REQUEST_ID.length);
        putHex(random.nextLong(), id, REQUEST_ID.length + 16);
        return new String(id, StandardCharsets.ISO_8859_1);
    }

    private static void putHex(long value, byte[] to, int at) {
        for (int i = 0; i < 16; i++) {
            to[at + i] = HEX[(int) (value >>> 60 - 4 * i) & 15];
        }
    }

    /** From any thread. */
    int openExchanges() {
        return openCount.get();
    }

    /** Once deployed; that of all its turns. */
    ContextInternal context() {
        return Objects.requireNonNull(context);
    }

    Admission admission() {
        return admission;
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

    RequestObserver observer() {
        return shared.observer();
    }

    RefusalObserver refusals() {
        return shared.refusals();
    }

    Cors cors() {
        return shared.cors();
    }

    MemoryBudget memory() {
        return shared.memory();
    }

    Unread unread() {
        return shared.unread();
    }

    Aside aside() {
        return shared.aside();
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

    /** The header, with the end of its line. */
    byte[] date() {
        return date;
    }
}
