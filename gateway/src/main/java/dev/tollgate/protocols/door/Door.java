package dev.tollgate.protocols.door;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.FreeCounts;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Running;
import dev.tollgate.calls.replay.IdempotencyKey;
import dev.tollgate.calls.replay.LargeBodies;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.protocols.door.answers.AnswerHeaders;
import dev.tollgate.protocols.door.answers.ExchangeOutlet;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A protocol served over HTTP: its calls, and what is only counted.
 *
 * @param background accepts requests whose callers do not wait; null for a protocol without them
 * @param repeated shows those that are repeated; null in the same case
 */
public record Door(
        Protocol protocol,
        Calls calls,
        LargeBodies bodies,
        @Nullable BackgroundCalls background,
        BackgroundCalls.@Nullable Repeated repeated)
        implements Handler<KeyCaller> {

    /** Returns the protocol's route. */
    public Route<KeyCaller> route(String path, Gate<KeyCaller> gate) {
        return Route.post(path, gate, this)
                .withErrors(protocol.errors())
                .withBodyGate(this::paidOrKnown)
                .withDoor(protocol.name());
    }

    /** Returns a route for requests of the same form whose prompt is only counted, for accounts that can spend something (D43, D51). */
    public Route<KeyCaller> countingRoute(String path, Gate<KeyCaller> gate, FreeCounts counts, Counted counted) {
        return countingRoute(path, gate, counts, counted, (contentType, body, memory) -> null);
    }

    /** Returns such a route that takes bodies of other protocols, too. */
    public Route<KeyCaller> countingRoute(
            String path, Gate<KeyCaller> gate, FreeCounts counts, Counted counted, Others others) {
        return Route.post(path, gate, (exchange, caller) -> count(exchange, caller, counts, counted, others))
                .withErrors(protocol.errors())
                .withBodyGate(this::paid);
    }

    /**
     * Returns a route for counts that programs ask for many at a time: nothing is downloaded, and what cannot be counted at the moment gets no count
     * instead of a 429 (E44). The gate limits the requests.
     */
    public Route<KeyCaller> promptCountingRoute(String path, Gate<KeyCaller> gate, FreeCounts counts, Counted counted) {
        return Route.post(
                        path,
                        gate,
                        (exchange, caller) -> countSoon(exchange, caller, open(exchange, caller), counts, counted))
                .withErrors(protocol.errors())
                .withBodyGate(this::paid);
    }

    private <R> void countSoon(
            Exchange exchange, KeyCaller caller, Reading<R> reading, FreeCounts counts, Counted counted) {
        Lease memory = exchange.memory();
        exchange.read(
                body -> reading.read(body, memory),
                request -> counting(
                        exchange,
                        caller,
                        reading,
                        request,
                        counts,
                        call -> counts.countSoon(
                                call, count -> exchange.guard(() -> counted.show(exchange, call, count)))));
    }

    /** Prepares a request that is only counted, for an account that could pay for the cheapest call. */
    private <R> void counting(
            Exchange exchange,
            KeyCaller caller,
            Reading<R> reading,
            R request,
            FreeCounts counts,
            Consumer<MeteredCall> then) {
        Lease memory = exchange.memory();
        Supplier<MeteredCall> prepare = () -> calls.prepare(protocol.name(), caller, reading, request, memory, null);
        exchange.compute(
                () -> {
                    counts.requireBalance(caller.accountId(), calls.leastMicros(caller, reading.model(request)));
                    return reading.opensKept(request) ? calls.findKept(caller, reading, request, memory) : 0L;
                },
                bytes -> opened(exchange, bytes, prepare, then));
    }

    /** What kept content becomes counts as a body of that size does. */
    private static void opened(
            Exchange exchange, long bytes, Supplier<MeteredCall> prepare, Consumer<MeteredCall> then) {
        if (bytes > KeptResponse.LARGE_BYTES) {
            exchange.computeInTurn(prepare, then);
        } else {
            exchange.compute(prepare, then);
        }
    }

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        handle(exchange, caller, open(exchange, caller));
    }

    private <R> void handle(Exchange exchange, KeyCaller caller, Reading<R> reading) {
        boolean isLarge = exchange.hasLargeBody();
        String name = name(exchange);
        Lease memory = exchange.memory();
        byte[][] read = new byte[1][];
        exchange.read(body -> taken(reading, body, memory, read), request -> {
            byte[] body = read[0];
            if (background == null || body == null) {
                call(exchange, caller, reading, request, name, isLarge);
            } else {
                Envelope head = new OfExchange(exchange);
                Supplier<BackgroundCalls.Acceptance> accepting =
                        () -> background.accept(protocol, caller, head, reading, request, body, name, memory);
                Consumer<BackgroundCalls.Acceptance> then = it -> accepted(exchange, caller, reading, it);
                if (isLarge) {
                    exchange.computeInTurn(accepting, then);
                } else {
                    exchange.compute(accepting, then);
                }
            }
        });
    }

    private void accepted(Exchange exchange, KeyCaller caller, Reading<?> reading, BackgroundCalls.Acceptance made) {
        MeteredCall call = made.call();
        if (call == null) {
            Objects.requireNonNull(repeated).show(exchange, caller, made.id());
        } else {
            AnswerHeaders headers = new AnswerHeaders(new ExchangeOutlet(exchange, reading.form()));
            headers.model(call.model());
            headers.ignoring(call.ignored());
            calls.showRates(reading, call, exchange::setHeader);
            exchange.json(200, made.object());
        }
    }

    private <R> void call(
            Exchange exchange,
            KeyCaller caller,
            Reading<R> reading,
            R request,
            @Nullable String name,
            boolean isLarge) {
        Lease memory = exchange.memory();
        Arrival arrival = new Arrival(
                exchange.requestId(),
                exchange.startedNanos(),
                exchange.routePattern(),
                exchange.header("traceparent"),
                exchange);
        Supplier<MeteredCall> prepare = () -> calls.prepare(protocol.name(), caller, reading, request, memory, arrival);
        if (reading.opensKept(request)) {
            exchange.compute(
                    () -> findKept(caller, reading, request, memory, name),
                    bytes -> opened(exchange, bytes, prepare, call -> start(exchange, reading, request, call, name)));
        } else if (isLarge || calls.mayBlock(reading, request)) {
            exchange.compute(
                    () -> {
                        if (isLarge && name == null) { // before its prompt is counted
                            bodies.requireBalance(
                                    caller.accountId(), calls.leastMicros(caller, reading.model(request)));
                        }
                        return prepare.get();
                    },
                    call -> start(exchange, reading, request, call, name));
        } else {
            start(exchange, reading, request, prepare.get(), name);
        }
    }

    /** Reads a body, and keeps it if the request is in the background. */
    private <R> R taken(Reading<R> reading, byte[] body, Lease memory, byte[][] kept) {
        R request = reading.take(body, memory);
        if (background != null && reading.inBackground(request)) {
            kept[0] = body;
        }
        return request;
    }

    /** Until it has a hold, a call that opens kept content counts as free work. A known response may be repeated without a balance. */
    private <R> long findKept(KeyCaller caller, Reading<R> reading, R request, Lease memory, @Nullable String name) {
        if (name == null) {
            bodies.requireBalance(caller.accountId(), calls.leastMicros(caller, reading.model(request)));
        }
        calls.countFreeWork(caller.accountId());
        reading.openedKept();
        return calls.findKept(caller, reading, request, memory);
    }

    private Reading<?> open(Exchange exchange, KeyCaller caller) {
        return calls.open(protocol, caller, new OfExchange(exchange));
    }

    private static @Nullable String name(Exchange exchange) {
        return IdempotencyKey.hash(exchange.headers(IdempotencyKey.HEADER));
    }

    private <R> void start(Exchange exchange, Reading<R> reading, R request, MeteredCall call, @Nullable String name) {
        exchange.reserveRoom();
        Running running = calls.answer(call, reading, request, name, new ExchangeOutlet(exchange, reading.form()));
        exchange.onGone(running::gone);
    }

    /** Decides on a large body: it is read if the account can pay, or if a response to it is known. */
    private BodyGate.Question paidOrKnown(Exchange exchange, KeyCaller caller) {
        Key key = caller.key();
        Reading<?> reading = open(exchange, caller);
        String name = name(exchange);
        LargeBodies.Replay replay = new LargeBodies.Replay(
                new ExchangeOutlet(exchange, reading.form()), running -> exchange.onGone(running::gone));
        return () -> bodies.paidOrKnown(key.accountId(), key.owner().originId(), name, reading.label(), replay);
    }

    /** Shows what was counted. */
    @FunctionalInterface
    public interface Counted {
        void show(Exchange exchange, MeteredCall call, Optional<PromptCount> counted);
    }

    /** Finds the protocol of a body. */
    @FunctionalInterface
    public interface Others {

        /**
         * Returns the protocol of a body; null if it is the door's own.
         *
         * @param contentType of the body; null without one
         * @param memory is charged for what it takes to find out
         * @throws dev.tollgate.base.error.ApiException for a body of several protocols
         */
        @Nullable
        Protocol of(@Nullable String contentType, byte[] body, Lease memory);
    }

    private void count(Exchange exchange, KeyCaller caller, FreeCounts counts, Counted counted, Others others) {
        Reading<?> own = open(exchange, caller);
        Lease memory = exchange.memory();
        calls.countFreeWork(caller.accountId());
        exchange.<Read<?>>read(
                body -> {
                    Protocol other = others.of(exchange.header("content-type"), body, memory);
                    Reading<?> its = other == null ? own : calls.open(other, caller, new OfExchange(exchange));
                    return read(its, body, memory);
                },
                read -> count(exchange, caller, read, counts, counted));
    }

    private record Read<R>(Reading<R> reading, R request) {}

    private static <R> Read<?> read(Reading<R> reading, byte[] body, Lease memory) {
        return new Read<>(reading, reading.read(body, memory));
    }

    private <R> void count(Exchange exchange, KeyCaller caller, Read<R> read, FreeCounts counts, Counted counted) {
        counting(exchange, caller, read.reading(), read.request(), counts, call -> {
            counts.countRequest(call);
            calls.showRates(read.reading(), call, exchange::setHeader);
            counts.countLoaded(
                    call,
                    (loaded, count) -> exchange.guard(() -> counted.show(exchange, loaded, count)),
                    exchange::fail);
        });
    }

    /** Decides on a large body: it is not read if the account cannot spend anything. */
    private BodyGate.Question paid(Exchange exchange, KeyCaller caller) {
        open(exchange, caller);
        return () -> bodies.paid(caller.accountId());
    }

    /** The head of an HTTP request. */
    public record OfExchange(Exchange exchange) implements Envelope {

        @Override
        public @Nullable String header(String name) {
            return exchange.header(name);
        }

        @Override
        public List<String> headers(String name) {
            return exchange.headers(name);
        }

        @Override
        public @Nullable String query(String name) {
            return exchange.query(name);
        }

        @Override
        public String pathParam(String name) {
            return exchange.pathParam(name);
        }
    }
}
