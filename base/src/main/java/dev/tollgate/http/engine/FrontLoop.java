package dev.tollgate.http.engine;

import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.exchange.Admission;
import dev.tollgate.http.exchange.CallerExchange;
import dev.tollgate.http.exchange.FrontParts;
import dev.tollgate.http.exchange.RequestHead;
import dev.tollgate.http.exchange.Transport;
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
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The part of the front on one event loop: its connections with their exchanges, and the sweep that checks their time limits. One sweep
 * instead of a timer for each exchange, for almost none ever reaches a limit. All but {@link #openExchanges} is confined to the loop.
 */
final class FrontLoop implements Deployable {

    /** The parts that all loops share; each member is immutable or thread-safe. */
    record Shared(
            Vertx vertx,
            HttpOptions options,
            FrontParts parts,
            Unread unread,
            MemoryBudget heads,
            HeadLimits headRules,
            InstantSource clock,
            AtomicInteger connections,
            LongAdder refused) {}

    static final int LINE_BYTES_MAX = 8 * 1024;
    static final int CHUNK_BYTES_MAX = 64 * 1024;
    private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

    private final Shared shared;
    private final int number;
    private final RequestIds requestIds;
    private final Admission admission;
    private final Places places;
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
        this.requestIds = new RequestIds(shared.clock(), seed);
        this.admission = new Admission(shared.parts());
        this.places = new Places(
                options().trustedHops() == 0,
                limits().connectionsMax(),
                shared.connections(),
                shared.parts().callers(),
                shared.heads());
    }

    /** Called on the loop. */
    @Override
    public Future<?> deploy(Context own) {
        context = (ContextInternal) own;
        tick();
        shared.vertx().setPeriodic(limits().sweep().toMillis(), turn -> sweep());
        return Future.succeededFuture();
    }

    /** Closes every connection; what has not ended by now is a disconnect. */
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

    /** Accepts a connection that has no loop yet. From any thread. */
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

    /** Counts a connection, which has to {@link #left leave}. @return false if it has to be closed: there are too many */
    boolean entered(CallerConnection connection) {
        if (!closing && places.enter(connection.seat())) {
            return connections.add(connection);
        }
        shared.refused().increment();
        return false;
    }

    void left(CallerConnection connection) {
        connections.remove(connection);
        places.leave(connection.seat());
        closeIfLast();
    }

    // ---- exchanges ----

    CallerExchange open(Transport transport, HttpRequest request) {
        CallerExchange exchange =
                new CallerExchange(shared.parts(), transport, new RequestHead(request), requestIds.next());
        openCount.lazySet(openCount.get() + 1);
        return exchange;
    }

    void closedExchange() {
        openCount.lazySet(openCount.get() - 1);
    }

    /** Returns the number of open exchanges. Any thread may call it. */
    int openExchanges() {
        return openCount.get();
    }

    private void sweep() {
        long now = System.nanoTime();
        shared.parts()
                .observer()
                .turned(number, Math.max(0, now - sweptNanos - limits().sweep().toNanos()));
        sweptNanos = now;
        for (CallerConnection connection : List.copyOf(connections)) {
            connection.sweep(now);
        }
        tick(); // last: a date that cannot be written holds nothing up
    }

    private void tick() {
        date = ("date: " + DATE.format(shared.clock().instant()) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the context of all turns of this loop, once deployed. */
    ContextInternal context() {
        return Objects.requireNonNull(context);
    }

    /** Returns the header with the end of its line. */
    byte[] date() {
        return date;
    }

    String newRequestId() {
        return requestIds.next();
    }

    Admission admission() {
        return admission;
    }

    Places places() {
        return places;
    }

    HttpOptions options() {
        return shared.options();
    }

    HttpLimits limits() {
        return shared.options().limits();
    }

    Unread unread() {
        return shared.unread();
    }

    HeadLimits headRules() {
        return shared.headRules();
    }

    /**
     * Makes request ids: 12 hexadecimal digits of milliseconds since 1970, so that a call can be found by it, and 20 random ones. Used by one
     * thread.
     */
    private static final class RequestIds {

        private static final byte[] PREFIX = "req_".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

        private final InstantSource clock;
        private final SplittableRandom random;

        RequestIds(InstantSource clock, long seed) {
            this.clock = clock;
            this.random = new SplittableRandom(seed);
        }

        String next() {
            byte[] id = new byte[PREFIX.length + 32];
            System.arraycopy(PREFIX, 0, id, 0, PREFIX.length);
            putHex(clock.millis() << 16 | random.nextLong() & 0xffff, id, PREFIX.length);
            putHex(random.nextLong(), id, PREFIX.length + 16);
            return new String(id, StandardCharsets.ISO_8859_1);
        }

        private static void putHex(long value, byte[] to, int at) {
            for (int i = 0; i < 16; i++) {
                to[at + i] = HEX[(int) (value >>> 60 - 4 * i) & 15];
            }
        }
    }
}
