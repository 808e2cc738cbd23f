package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.http.Exchange;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Work for exchanges that an event loop must not do. The value comes back to the exchange's loop, and so does what is thrown, which is answered;
 * if the caller disconnects, nothing more happens. The exchange's lease is held until the work is over. Immutable.
 */
public record Aside(BodyReaders readers, BodyReaders writers) {

    /** Runs work that waits, e.g. for the database. */
    static <T> void blocking(Exchange exchange, Supplier<T> work, Consumer<T> then) {
        Lease held = exchange.memory().retain();
        Thread.ofVirtual().name("compute").start(() -> work(exchange, work, then, held));
    }

    /** Runs work that takes processor time, in its account's turn. */
    <T> void inTurn(Exchange exchange, Supplier<T> work, Consumer<T> then) {
        inTurn(readers, exchange, work, then);
    }

    /** Renders a large answer, when it is its account's turn and no other one of its is rendered. */
    <T> void render(Exchange exchange, Supplier<T> work, Consumer<T> then) {
        inTurn(writers, exchange, work, then);
    }

    private static <T> void inTurn(BodyReaders threads, Exchange exchange, Supplier<T> work, Consumer<T> then) {
        Lease held = exchange.memory().retain();
        threads.execute(exchange.callerAccount(), new BodyReaders.Work() {
            @Override
            public void run() {
                if (exchange.hasDeparted()) {
                    held.release();
                } else {
                    held.beingRead();
                    work(exchange, work, then, held);
                }
            }

            @Override
            public void refuse(ApiError busy) {
                held.release();
                exchange.run(() -> exchange.fail(busy));
            }
        });
    }

    private static <T> void work(Exchange exchange, Supplier<T> work, Consumer<T> then, Lease held) {
        try {
            T value = work.get();
            exchange.run(() -> then.accept(value));
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            exchange.run(() -> exchange.fail(e));
        } finally {
            held.release();
        }
    }
}
