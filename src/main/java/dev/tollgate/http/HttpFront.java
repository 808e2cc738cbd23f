package dev.tollgate.http;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * The server. Made once, started once; thread-safe.
 *
 * <p>To shut down: {@link #drain}, end what is left over in whatever way its door has, then {@link #close}.
 */
public final class HttpFront {

    private static final long DRAIN_LOOK_MILLIS = 20;

    private final Vertx vertx;
    private final HttpOptions options;
    private final MemoryBudget budget;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<FrontLoop> loops;
    private final Queue<String> deployments = new ConcurrentLinkedQueue<>();
    private volatile boolean draining;
    private volatile int port = -1;

    /**
     * @param routes the whole table; two routes for one method and path are an error
     * @param random for request ids; used here only, before anything starts
     * @param clock for the {@code Date} header
     */
    public HttpFront(
            Vertx vertx,
            HttpOptions options,
            List<Route> routes,
            Authenticator authenticator,
            RandomGenerator random,
            InstantSource clock) {
        this.vertx = vertx;
        this.options = options;
        this.budget = new MemoryBudget(options.limits().bodiesBytesMax());
        FrontLoop.Shared shared = new FrontLoop.Shared(
                vertx,
                options,
                new Routes(routes),
                new Cors(options.origins()),
                budget,
                authenticator,
                clock,
                this::draining,
                connections);
        List<FrontLoop> made = new ArrayList<>();
        for (int i = 0; i < options.loops(); i++) {
            made.add(new FrontLoop(shared, random.nextLong()));
        }
        this.loops = List.copyOf(made);
    }

    /** Binds; fails with the cause where the address is not to be had. */
    public Future<HttpFront> start() {
        Future<Integer> bound = deploy(loops.getFirst(), options.port());
        for (FrontLoop loop : loops.subList(1, loops.size())) {
            bound = bound.compose(first -> deploy(loop, first));
        }
        return bound.map(first -> {
            port = first;
            return this;
        });
    }

    /** A deployment each, because only that gives each server an event loop of its own. */
    private Future<Integer> deploy(FrontLoop loop, int port) {
        Promise<Integer> bound = Promise.promise();
        Deployable deployable = context -> loop.listen(port).onSuccess(bound::tryComplete);
        return vertx.deployVerticle(deployable).compose(id -> {
            deployments.add(id);
            return bound.future();
        });
    }

    /** The bound port, -1 before {@link #start} has completed. */
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

    /** What bodies take now, in bytes. */
    public long bodyBytes() {
        return budget.takenBytes();
    }

    public boolean draining() {
        return draining;
    }

    /**
     * From now on new requests get a 503 (D28), except on routes that are served while draining. Completes with the number of
     * exchanges still open: 0 as soon as all have ended, or what is left after {@code wait}. Closes nothing.
     */
    public Future<Integer> drain(Duration wait) {
        draining = true;
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
        draining = true;
        List<Future<Void>> undeployed = new ArrayList<>();
        for (String id = deployments.poll(); id != null; id = deployments.poll()) {
            undeployed.add(vertx.undeploy(id));
        }
        return Future.join(undeployed).mapEmpty();
    }
}
