package dev.tollgate.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ProxyOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one upstream server, kept alive. Each belongs to the event loop that opened it and is lent to calls of that loop only.
 * At the limit calls wait in order of arrival until a connection of any loop closes or becomes free. Safe for use by several event loops.
 */
final class Connections {

    /**
     * The time after which an idle connection is closed. Servers do so after a minute or more, and a request on its way would then fail.
     */
    private static final Duration IDLE_MAX = Duration.ofSeconds(50);

    /** The ticks in the shortest timeout, and so its precision. */
    private static final int TICKS = 4;

    private final Vertx vertx;
    private final @Nullable ProxyOptions proxy;
    private final NetClient dialer;
    private final ConnectOptions address;
    private final int max;
    private final long connectMillis;
    private final long tickMillis;
    private final Map<EventLoop, OfLoop> loops = new ConcurrentHashMap<>();
    private final Queue<Waiter> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean closed;

    /** @param tls null for plain HTTP @param max the limit on connections, and on calls that wait for one */
    Connections(Outbound outbound, String host, int port, @Nullable ClientSSLOptions tls, int max, Timeouts timeouts) {
        this.vertx = outbound.vertx();
        this.proxy = outbound.proxyTo(host);
        this.max = max;
        this.connectMillis = timeouts.connectMillis();
        this.tickMillis = Math.max(1, timeouts.shortestMillis() / TICKS);
        this.dialer = vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true));
        this.address = new ConnectOptions().setHost(host).setPort(port).setSsl(tls != null);
        if (tls != null) {
            address.setSslOptions(tls.setHostnameVerificationAlgorithm("HTTPS"));
        }
    }

    /** A call that waits for a connection. */
    private final class Waiter {
        private final ContextInternal context;
        private final Request request;
        private final Promise<Roundtrip> promise = Promise.promise();
        private final long sinceNanos = System.nanoTime();
        private final long timer;

        Waiter(ContextInternal context, Request request) {
            this.context = context;
            this.request = request;
            this.timer = vertx.setTimer(connectMillis, _ -> giveUp());
        }

        private void giveUp() {
            if (waiting.remove(this)) {
                waitingCount.decrementAndGet();
                promise.fail(new IOException("no connection came free within " + connectMillis + " ms"));
            }
        }

        /** Lends the connection to the call. Called once, from any thread. */
        void serve(Connection free) {
            vertx.cancelTimer(timer);
            promise.complete(free.lend(context, request));
        }

        void dial() {
            vertx.cancelTimer(timer);
            context.runOnContext(_ -> {
                long waited = (System.nanoTime() - sinceNanos) / 1_000_000;
                Connections.this
                        .dial(context, request, Math.max(1, connectMillis - waited))
                        .onComplete(promise);
            });
        }
    }

    /** The connections of one event loop, used on it. */
    final class OfLoop {
        private final EventLoop loop;
        private final Deque<Connection> idle = new ArrayDeque<>();
        private final Set<Connection> all = new HashSet<>();
        private byte[] scratch = {};
        private final long sweeper;

        private OfLoop(ContextInternal context) {
            this.loop = context.nettyEventLoop();
            this.sweeper = context.setPeriodic(tickMillis, _ -> tick());
        }

        /** Takes the most recently used connection, so that the others can expire. */
        private @Nullable Connection take() {
            for (Connection last = idle.pollLast(); last != null; last = idle.pollLast()) {
                if (!last.isGone()) {
                    return last;
                }
            }
            return null;
        }

        /** Returns the buffer of the current read: only one connection of a loop reads at a time. */
        byte[] scratch(int bytes) {
            if (scratch.length < bytes) {
                scratch = new byte[bytes];
            }
            return scratch;
        }

        /** Takes a connection back after its answer. */
        void free(Connection connection) {
            if (closed) {
                connection.drop();
                return;
            }
            Waiter next = waitingCount.get() == 0 ? null : waiting.poll();
            if (next == null) {
                idle.addLast(connection);
                return;
            }
            waitingCount.decrementAndGet();
            if (next.context.nettyEventLoop() == loop) {
                next.serve(connection);
            } else {
                open.incrementAndGet(); // the closed connection gives its place to the waiting call
                connection.drop();
                next.dial();
            }
        }

        /** Returns the number of ticks that last at least so long. */
        long ticks(long millis) {
            return (millis + tickMillis - 1) / tickMillis;
        }

        void left(Connection connection) {
            idle.remove(connection);
            if (all.remove(connection)) {
                freed();
            }
        }

        /** Checks all timeouts of the loop with one timer, so that a call needs none of its own. */
        private void tick() {
            for (Connection connection : List.copyOf(all)) {
                connection.tick();
            }
            long now = System.nanoTime();
            while (!idle.isEmpty() && now - idle.getFirst().idleSinceNanos() > IDLE_MAX.toNanos()) {
                idle.removeFirst().drop();
            }
        }

        /** Closes an idle connection for a call that waits on another loop. */
        private void giveUpOne() {
            Connection first = idle.pollFirst();
            if (first != null) {
                first.drop();
            }
        }

        private void close() {
            vertx.cancelTimer(sweeper);
            for (Connection connection : Set.copyOf(all)) {
                connection.channel().close();
            }
        }
    }

    /** Returns the number of connections, including those being opened. From any thread. */
    int open() {
        return open.get();
    }

    /** Returns a connection for the current event loop, or a failure, within the connect timeout. */
    Future<Roundtrip> lend(Request request) {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        EventLoop loop = context.nettyEventLoop();
        if (!loop.inEventLoop()) {
            throw new IllegalStateException("a request belongs to an event loop");
        }
        OfLoop own = loops.get(loop);
        Connection free = own == null ? null : own.take();
        if (free != null) {
            return Future.succeededFuture(free.lend(context, request));
        }
        if (takePlace()) {
            return dial(context, request, connectMillis);
        }
        if (waitingCount.incrementAndGet() > max) {
            waitingCount.decrementAndGet();
            return Future.failedFuture(new IOException("too many calls wait for a connection"));
        }
        Waiter waiter = new Waiter(context, request);
        waiting.add(waiter);
        loops.values().forEach(other -> other.loop.execute(other::giveUpOne));
        serveOne(); // a connection may have closed in the meantime
        return waiter.promise.future();
    }

    private boolean takePlace() {
        if (open.incrementAndGet() <= max) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    private void freed() {
        open.decrementAndGet();
        serveOne();
    }

    private void serveOne() {
        if (!waiting.isEmpty() && takePlace()) {
            Waiter next = waiting.poll();
            if (next == null) {
                open.decrementAndGet();
            } else {
                waitingCount.decrementAndGet();
                next.dial();
            }
        }
    }

    /** Opens a connection after {@link #takePlace}. */
    private Future<Roundtrip> dial(ContextInternal context, Request request, long millis) {
        if (closed) {
            freed();
            return Future.failedFuture(new IOException("the channel is closed"));
        }
        return dialed(millis)
                .onFailure(_ -> freed())
                .compose(socket -> connected(context, socket))
                .map(connection -> connection.lend(context, request));
    }

    private Future<NetSocket> dialed(long millis) {
        ConnectOptions options = new ConnectOptions(address).setTimeout((int) millis);
        ProxyOptions by = proxy;
        return by == null
                ? dialer.connect(options)
                : dialer.connect(options.setProxyOptions(
                                new ProxyOptions(by).setConnectTimeout(Duration.ofMillis(millis))))
                        .recover(why -> Future.failedFuture(Outbound.through(by, why)));
    }

    private Future<Connection> connected(ContextInternal context, NetSocket socket) {
        OfLoop own = loops.computeIfAbsent(context.nettyEventLoop(), _ -> new OfLoop(context));
        ChannelHandlerContext former = ((NetSocketInternal) socket).channelHandlerContext();
        Connection connection = new Connection(own, former.channel());
        own.all.add(connection);
        if (former.isRemoved() || !former.channel().isActive()) {
            own.left(connection); // it closed immediately
            return Future.failedFuture(new IOException("the connection was closed"));
        }
        former.pipeline().replace(former.handler(), "answers", connection);
        return Future.succeededFuture(connection);
    }

    /** Closes all connections; running calls fail. */
    void close() {
        closed = true;
        loops.values().forEach(own -> own.loop.execute(own::close));
        dialer.close();
    }
}
