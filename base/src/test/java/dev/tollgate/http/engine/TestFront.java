package dev.tollgate.http.engine;

import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.EdgeLimits;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.Route;
import dev.tollgate.http.exchange.CallerExchange;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** A front on a free port, with short times. */
final class TestFront implements AutoCloseable {

    static final Duration SHORT = Duration.ofMillis(200);
    static final Duration LONG = Duration.ofMinutes(5);
    static final HeadLimits HEADS = new HeadLimits(8 << 10, 32 << 10, key -> false);

    /** For routes that know their callers; by the front's own {@link #callers}. */
    static final Gate<TestCaller> KEY = new Key(exchange -> Future.failedFuture(new IllegalStateException()));

    private record Key(Function<Exchange, Future<TestCaller>> callers) implements Gate<TestCaller> {

        @Override
        public String name() {
            return "key";
        }

        @Override
        public Future<TestCaller> admit(Exchange exchange) {
            return callers.apply(exchange);
        }

        @Override
        public String payer(TestCaller caller) {
            return caller.accountId();
        }
    }

    /** With the sockets that the program has, too. */
    final Vertx vertx = Vertx.vertx();

    private final List<Route<?>> routes = new ArrayList<>();
    private HttpOptions options = new HttpOptions(
            "127.0.0.1", 0, 2, 0, Set.of("*"), limits(LONG, LONG, LONG), new EdgeLimits(64, 5, LONG, Duration.ZERO));
    private Function<Exchange, Future<TestCaller>> callers = exchange -> Future.succeededFuture(new TestCaller("a1"));
    private MemoryBudget memory = new MemoryBudget(256 << 20);
    private Unread unread = new Unread(128 << 20, 1024);
    private MemoryBudget heads = new MemoryBudget(16 << 20);
    private Predicate<String> knownKeys = key -> false;
    private HttpFront front;

    static HttpLimits limits(Duration bodyWindow, Duration idle, Duration write) {
        return limits(64, bodyWindow, LONG, idle, write);
    }

    static HttpLimits limits(
            int connectionsMax, Duration bodyWindow, Duration bodyTime, Duration idle, Duration write) {
        return new HttpLimits(
                32 << 20,
                64 << 10,
                32 << 10,
                connectionsMax,
                64 << 10,
                1024,
                bodyWindow,
                bodyTime,
                idle,
                write,
                Duration.ofSeconds(10),
                128 << 20,
                Duration.ofMillis(20));
    }

    /** With long times. */
    static HttpLimits connections(int max) {
        return limits(max, LONG, LONG, LONG, LONG);
    }

    TestFront route(Route<?> route) {
        routes.add(route);
        return this;
    }

    /** A POST that answers with the body's length, which may be large. */
    TestFront measuring(String path) {
        return route(measuringSmall(path).withBodyGate((exchange, caller) -> BodyGate.Read::new));
    }

    /** A POST that answers with the body's length, which must be small. */
    static Route<TestCaller> measuringSmall(String path) {
        return Route.post(
                path,
                TestFront.KEY,
                (exchange, caller) -> exchange.read(
                        body -> Integer.toString(body.length), length -> exchange.json(200, length.getBytes())));
    }

    TestFront options(java.util.function.UnaryOperator<HttpOptions> change) {
        options = change.apply(options);
        return this;
    }

    /** The account of {@link #KEY}. */
    TestFront callers(Function<Exchange, Future<TestCaller>> callers) {
        this.callers = callers;
        return this;
    }

    TestFront memory(long bytesMax) {
        memory = new MemoryBudget(bytesMax);
        return this;
    }

    /** @param connectionsMax determines the size of a piece */
    TestFront unread(long bytesMax, int connectionsMax) {
        unread = new Unread(bytesMax, connectionsMax);
        return this;
    }

    Unread unread() {
        return unread;
    }

    TestFront heads(long bytesMax) {
        heads = new MemoryBudget(bytesMax);
        return this;
    }

    TestFront knownKeys(Predicate<String> isKnown) {
        knownKeys = isKnown;
        return this;
    }

    /** What heads take now. */
    long headBytes() {
        return heads.takenBytes();
    }

    TestFront start() {
        front = new HttpFront(
                vertx,
                options,
                routes.stream().<Route<?>>map(this::guarded).toList(),
                new SplittableRandom(1),
                () -> Instant.parse("2026-04-17T00:15:46Z"),
                new HttpFront.Room(memory, heads, unread),
                knownKeys,
                HttpFront.Observers.NONE);
        await(front.start());
        return this;
    }

    @SuppressWarnings("unchecked")
    private Route<?> guarded(Route<?> route) {
        if (!route.gate().equals(KEY)) {
            return route;
        }
        Route<TestCaller> keyed = (Route<TestCaller>) route;
        return new Route<>(
                keyed.method(),
                keyed.path(),
                new Key(callers),
                keyed.bodies(),
                keyed.handler(),
                keyed.errors(),
                keyed.servedWhileDraining(),
                keyed.bodyGate(),
                keyed.streamed(),
                null);
    }

    HttpFront front() {
        return front;
    }

    int port() {
        return front.port();
    }

    RawClient client() throws java.io.IOException {
        return new RawClient(front.port());
    }

    /** Returns what sends the response of an exchange; no handler gets at it. */
    static Outgoing outgoing(Exchange exchange) {
        return (Outgoing) read("outgoing", CallerTransport.class, read("transport", CallerExchange.class, exchange));
    }

    /** Checks the connections as if so much time had passed: a test that waited could itself be late. */
    void pass(Duration time) {
        for (Object each : (List<?>) read("loops", HttpFront.class, front)) {
            FrontLoop loop = (FrontLoop) each;
            Promise<Void> passed = Promise.promise();
            loop.context().runOnContext(turn -> {
                for (Object connection : List.copyOf((Set<?>) read("connections", FrontLoop.class, loop))) {
                    ((CallerConnection) connection).sweep(System.nanoTime() + time.toNanos());
                }
                passed.complete();
            });
            await(passed.future());
        }
    }

    private static Object read(String name, Class<?> type, Object owner) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        if (front != null) {
            await(front.close());
        }
        await(vertx.close());
    }
}
