package dev.tollgate.http.engine;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.RequestObserver;
import dev.tollgate.http.Route;
import dev.tollgate.http.exchange.Aside;
import dev.tollgate.http.exchange.BodyReaders;
import dev.tollgate.http.exchange.ByAddress;
import dev.tollgate.http.exchange.Cors;
import dev.tollgate.http.exchange.FrontParts;
import dev.tollgate.http.exchange.Routes;
import dev.tollgate.http.exchange.WrongKeys;
import io.netty.channel.Channel;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The server. Made once, started once; thread-safe.
 *
 * <p>To shut down: {@link #leave} and {@link #stopListening} if a proxy is to send the next requests elsewhere, {@link #drain}, end what is left over in whatever way its door has, then {@link #close}.
 */
public final class HttpFront {

    private static final long DRAIN_LOOK_MILLIS = 20;

    /**
     * The memory that the fronts of a server share.
     *
     * @param bodies for request bodies and everything made of them
     * @param heads for the heads of requests
     * @param unread for responses that wait for their readers
     */
    public record Room(MemoryBudget bodies, MemoryBudget heads, Unread unread) {}

    /** The observers of a front's refused calls and of all its requests. */
    public record Observers(RefusalObserver refusals, RequestObserver requests) {

        public static final Observers NONE = new Observers(RefusalObserver.NONE, RequestObserver.NONE);
    }

    private static final int HALF_OF_THE_CORES =
            Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private final Vertx vertx;
    private final HttpOptions options;
    private final MemoryBudget memory;
    private final BodyReaders readers = new BodyReaders(HALF_OF_THE_CORES, HALF_OF_THE_CORES);
    private final BodyReaders writers = new BodyReaders(HALF_OF_THE_CORES, 1);
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder refused = new LongAdder();
    private final List<FrontLoop> loops;
    private final AtomicReference<@Nullable String> deployment = new AtomicReference<>();
    private volatile boolean leaving;
    private volatile boolean draining;
    private volatile @Nullable Channel listening;
    private volatile int port = -1;

    /**
     * @param routes the whole table; two routes for one method and path are an error
     * @param random for request ids; used here only, before anything starts
     * @param clock for the {@code Date} header
     * @param isKnownKey whether the value of a header that carries API keys contains an existing key; must not block
     */
    public HttpFront(
            Vertx vertx,
            HttpOptions options,
            List<Route<?>> routes,
            RandomGenerator random,
            InstantSource clock,
            Room room,
            Predicate<String> isKnownKey,
            Observers observers) {
        this.vertx = vertx;
        this.options = options;
        this.memory = room.bodies();
        FrontLoop.Shared shared = new FrontLoop.Shared(
                vertx,
                options,
                new FrontParts(
                        new Routes(routes),
                        new Cors(options.origins()),
                        options.limits(),
                        options.trustedHops(),
                        memory,
                        new Aside(readers, writers),
                        new ByAddress(options.edge().connectionsPerAddressMax()),
                        new WrongKeys(options.edge().wrongKeysPerMinuteMax(), Ticker.systemTicker()),
                        () -> leaving,
                        this::draining,
                        observers.refusals(),
                        observers.requests()),
                room.unread(),
                room.heads(),
                new HeadLimits(FrontLoop.LINE_BYTES_MAX, options.limits().headerBytesMax(), isKnownKey),
                clock,
                connections,
                refused);
        List<FrontLoop> made = new ArrayList<>();
        for (int i = 0; i < options.loops(); i++) {
            made.add(new FrontLoop(shared, i, random.nextLong()));
        }
        this.loops = List.copyOf(made);
    }

    /** Binds; fails with the cause where the address is not to be had. */
    public Future<HttpFront> start() {
        return start(new InetSocketAddress(options.host(), options.port()));
    }

    /** Listens on a Unix socket instead of the options' address. */
    public Future<HttpFront> start(SocketAddress address) {
        Iterator<FrontLoop> next = loops.iterator();
        Supplier<Deployable> instances = next::next;
        return vertx.deployVerticle(instances, new DeploymentOptions().setInstances(loops.size()))
                .onSuccess(deployment::set)
                .compose(id -> Acceptor.listen(vertx, address, loops))
                .map(this::listening)
                .recover(failure -> close().transform(closed -> Future.failedFuture(failure)));
    }

    private HttpFront listening(Channel server) {
        listening = server;
        port = server.localAddress() instanceof InetSocketAddress address ? address.getPort() : -1;
        return this;
    }

    /** The bound port, -1 before {@link #start} has completed and on a Unix socket. */
    public int port() {
        return port;
    }

    /** Exchanges that have begun and whose last byte has not left yet. */
    public int openExchanges() {
        return loops.stream().mapToInt(FrontLoop::openExchanges).sum();
    }

    /** Open connections. */
    public int connections() {
        return connections.get();
    }

    /** Returns the number of connections closed at once since the start, because the server or their address had too many. */
    public long refusedConnections() {
        return refused.sum();
    }

    /** Returns the bytes that bodies and the data read from them take now. */
    public long bodyBytes() {
        return memory.takenBytes();
    }

    public boolean draining() {
        return draining;
    }

    /** Ends each connection with the next response on it, whose head says so: a proxy keeps none for later. Refuses nothing. */
    public void leave() {
        leaving = true;
    }

    /** Refuses new requests with a 503 (D28), except on routes that are served while draining. Closes nothing. */
    public void refuse() {
        leave();
        draining = true;
    }

    /**
     * Refuses new requests ({@link #refuse}). Completes with the number of exchanges still open: 0 as soon as all have ended, or what is left after {@code wait}.
     */
    public Future<Integer> drain(Duration wait) {
        refuse();
        Promise<Integer> drained = Promise.promise();
        long endNanos = System.nanoTime() + wait.toNanos();
        look(endNanos, drained);
        return drained.future();
    }

    private void look(long endNanos, Promise<Integer> drained) {
        int left = openExchanges();
        if (left == 0 || System.nanoTime() - endNanos >= 0) {
            drained.complete(left);
        } else {
            vertx.setTimer(DRAIN_LOOK_MILLIS, turn -> look(endNanos, drained));
        }
    }

    /** Closes the port and every connection; what has not ended by now is a departure. Once is enough, twice does no harm. */
    public Future<Void> close() {
        refuse();
        readers.close();
        writers.close();
        return stopListening().compose(nothing -> {
            String id = deployment.getAndSet(null);
            return id == null ? Future.succeededFuture() : vertx.undeploy(id);
        });
    }

    /** Closes the port, so that a proxy tries the next server. Requests on connections that are open are served. */
    public Future<Void> stopListening() {
        Channel server = listening;
        if (server == null) {
            return Future.succeededFuture();
        }
        Promise<Void> stopped = Promise.promise();
        server.close().addListener(end -> stopped.complete());
        return stopped.future();
    }
}
