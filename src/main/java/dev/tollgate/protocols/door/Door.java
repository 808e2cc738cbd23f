package dev.tollgate.protocols.door;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.FreeCounts;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Running;
import dev.tollgate.calls.replay.IdempotencyKey;
import dev.tollgate.calls.replay.LargeBodies;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Route;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A protocol served over HTTP: its calls, and what is only counted. */
public final class Door implements Handler<KeyCaller> {

    private final Protocol protocol;
    private final Calls calls;
    private final LargeBodies bodies;

    public Door(Protocol protocol, Calls calls, LargeBodies bodies) {
        this.protocol = protocol;
        this.calls = calls;
        this.bodies = bodies;
    }

    /** Returns the protocol's route. */
    public Route<KeyCaller> route(String path, Gate<KeyCaller> gate) {
        return Route.post(path, gate, this)
                .withErrors(protocol.errors())
                .withBodyGate(this::paidOrKnown)
                .withDoor(protocol.name());
    }

    /** Returns a route for requests of the same form whose prompt is only counted, for accounts that can spend something (D43, D51). */
    public Route<KeyCaller> countingRoute(String path, Gate<KeyCaller> gate, FreeCounts counts, Counted counted) {
        return Route.post(path, gate, (exchange, caller) -> count(exchange, caller, counts, counted))
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
                request -> exchange.compute(
                        () -> {
                            counts.requireBalance(caller.accountId());
                            return calls.prepare(protocol.name(), caller, reading, request, memory, null);
                        },
                        call -> counts.countSoon(
                                call, count -> exchange.guard(() -> counted.show(exchange, call, count)))));
    }

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        handle(exchange, caller, open(exchange, caller));
    }

    private <R> void handle(Exchange exchange, KeyCaller caller, Reading<R> reading) {
        boolean isLarge = exchange.hasLargeBody();
        String name = name(exchange);
        Lease memory = exchange.memory();
        Arrival arrival = new Arrival(
                exchange.requestId(),
                exchange.startedNanos(),
                exchange.routePattern(),
                exchange.header("traceparent"),
                exchange);
        exchange.read(body -> reading.take(body, memory), request -> {
            if (isLarge || calls.mayBlock(reading, request)) {
                exchange.compute(
                        () -> calls.prepare(protocol.name(), caller, reading, request, memory, arrival),
                        call -> start(exchange, reading, request, call, name));
            } else {
                MeteredCall call = calls.prepare(protocol.name(), caller, reading, request, memory, arrival);
                start(exchange, reading, request, call, name);
            }
        });
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
        return () -> bodies.paidOrKnown(key.accountId(), key.id(), name, reading.label(), replay);
    }

    /** Shows what was counted. */
    @FunctionalInterface
    public interface Counted {
        void show(Exchange exchange, MeteredCall call, Optional<PromptCount> counted);
    }

    private void count(Exchange exchange, KeyCaller caller, FreeCounts counts, Counted counted) {
        count(exchange, caller, open(exchange, caller), counts, counted);
    }

    private <R> void count(
            Exchange exchange, KeyCaller caller, Reading<R> reading, FreeCounts counts, Counted counted) {
        Lease memory = exchange.memory();
        exchange.read(
                body -> reading.read(body, memory),
                request -> exchange.compute(
                        () -> {
                            counts.requireBalance(caller.accountId());
                            return calls.prepare(protocol.name(), caller, reading, request, memory, null);
                        },
                        call -> {
                            counts.countRequest(call);
                            calls.showRates(reading, call, exchange::setHeader);
                            counts.countLoaded(
                                    call,
                                    (loaded, count) -> exchange.guard(() -> counted.show(exchange, loaded, count)),
                                    exchange::fail);
                        }));
    }

    /** Decides on a large body: it is not read if the account cannot spend anything. */
    private BodyGate.Question paid(Exchange exchange, KeyCaller caller) {
        open(exchange, caller);
        return () -> bodies.paid(caller.accountId());
    }

    private record OfExchange(Exchange exchange) implements Envelope {

        @Override
        public @Nullable String header(String name) {
            return exchange.header(name);
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
