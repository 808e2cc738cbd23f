package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
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
import java.time.Duration;
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
            MemoryBudget heads,
            HeadRules headRules,
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
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(100).toNanos();
    private static final int HALF_HEADS_CUT = 256;

    private final Shared shared;
    private final int number;
    private final SplittableRandom random;
    private final Admission admission;
    private final Set<Exchange> open = new HashSet<>();
    private final AtomicInteger openCount = new AtomicInteger();
    private final Set<CallerConnection> connections = new HashSet<>();
    private final Silent silent = new Silent();
    private final Promise<Void> closed = Promise.promise();
    private @Nullable ContextInternal context;
    private boolean closing;
    private byte[] date = {};
    private long sweptNanos = System.nanoTime();

    /** The address that had most connections when that was looked at last; null if none of them is silent. */
    private @Nullable String most;

    private long mostNanos = System.nanoTime() - LOOK_AGAIN_NANOS;
    private long roomNanos = System.nanoTime() - LOOK_AGAIN_NANOS;

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
        boolean isDirect = options().trustedHops() == 0;
        if (closing || isDirect && !shared.callers().enter(connection.peerNetwork())) {
            return false;
        }
        if (!hasTakenPlace(shared.connections(), limits().connectionsMax()) && !(isDirect && hasMadePlace())) {
            if (isDirect) {
                shared.callers().leave(connection.peerNetwork());
            }
            return false;
        }
        connection.heads().open(shared.heads().lease("", isDirect ? connection.peerNetwork() : null, false));
        connections.add(connection);
        silent.add(connection);
        return true;
    }

    /**
     * The server is full: of the address that has most the connection goes that has been without a request for longest. One more than the limit
     * is counted until it has gone.
     */
    private boolean hasMadePlace() {
        long now = System.nanoTime();
        if (now - mostNanos > LOOK_AGAIN_NANOS) {
            mostNanos = now;
            most = shared.callers().most();
        }
        String whose = most;
        if (whose == null || silent.cut(1, it -> it.peerNetwork().equals(whose)) == 0) {
            most = null;
            return false;
        }
        shared.connections().incrementAndGet();
        return true;
    }

    /** There is no room for a head: half heads of the address that has most go. @return whether any has */
    private boolean hasMadeRoom(CallerConnection asking) {
        long now = System.nanoTime();
        if (options().trustedHops() > 0 || now - roomNanos < LOOK_AGAIN_NANOS / 10) {
            return false;
        }
        roomNanos = now;
        String whose = shared.heads().largestAddress();
        return whose != null
                && !whose.equals(asking.peerNetwork())
                && silent.cut(
                                HALF_HEADS_CUT,
                                it -> it.peerNetwork().equals(whose)
                                        && it.heads().isWaiting())
                        > 0;
    }

    HeadRoom heads(CallerConnection connection) {
        return new HeadRoom(() -> hasMadeRoom(connection));
    }

    /** Charges a long head to its caller, if proxies are trusted to say who that is. */
    void charge(Exchange exchange) {
        HeadRoom heads = exchange.connection().heads();
        if (heads.isLarge()) {
            heads.moveTo(shared.heads().lease("", exchange.network(), false));
        }
    }

    private static boolean hasTakenPlace(AtomicInteger taken, int max) {
        return taken.getAndUpdate(count -> count < max ? count + 1 : count) < max;
    }

    void left(CallerConnection connection) {
        connections.remove(connection);
        silent.remove(connection);
        shared.connections().decrementAndGet();
        if (options().trustedHops() == 0) {
            shared.callers().leave(connection.peerNetwork());
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
    void unreadable(CallerConnection connection, Throwable cause) {
        refuse(
                connection,
                cause instanceof ApiException refusal
                        ? refusal.error()
                        : ApiError.invalid(null, "The request is not valid HTTP. " + fault(cause)));
    }

    /** A head has begun, and its end does not come. */
    void late(CallerConnection connection) {
        long seconds = options().edge().headTime().toSeconds();
        refuse(
                connection,
                ApiError.invalid(null, "The head of the request did not arrive within " + seconds + " seconds.")
                        .withStatus(408));
    }

    private void refuse(CallerConnection connection, ApiError error) {
        byte[] body = ErrorFormat.PLATFORM.render(error);
        ResponseHead head = new ResponseHead();
        head.set("content-type", "application/json");
        head.set("connection", "close");
        head.set("x-request-id", newRequestId());
        ByteBuf out = connection.buffer(ResponseHead.USUAL_BYTES + body.length);
        error.headers().forEach(head::set);
        head.write(out, false, error.status());
        Response.endWithLength(out.writeBytes(date), body.length);
        connection.write(out.writeBytes(body), null);
        connection.after(UNREADABLE_LINGER_MILLIS, connection::cut);
    }

    static String fault(Throwable cause) {
        return cause instanceof BadHead bad ? String.valueOf(bad.getMessage()) : "It cannot be read.";
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

    HeadRules headRules() {
        return shared.headRules();
    }

    Silent silent() {
        return silent;
    }

    /** The header, with the end of its line. */
    byte[] date() {
        return date;
    }
}
