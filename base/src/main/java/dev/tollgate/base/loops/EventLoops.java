package dev.tollgate.base.loops;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of the process. A loop that ended early would never finish its calls or release their holds, so the process ends with it. A
 * stuck loop is reported by {@link #turn}.
 */
public final class EventLoops implements AutoCloseable {

    private static final int LOOK_EVERY_MILLIS = 250;
    private static final Duration STILL_MAX = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(EventLoops.class);

    private static final Path RESOLVER = Path.of("/etc/resolv.conf");
    private static final String THIS_MACHINE = "127.0.0.1";

    private final Vertx vertx = Vertx.builder()
            .withTransport(new LoopTransport())
            .with(new VertxOptions().setAddressResolverOptions(resolver(RESOLVER)))
            .build();
    private final List<Turns> turns = new ArrayList<>();
    private final long everyNanos;
    private final long stillNanosMax;
    private volatile boolean closing;

    /** The last turn of a loop. Written by the loop, read by any. */
    private static final class Turns {

        private volatile Turn last = new Turn(System.nanoTime(), 0);
    }

    /** @param lostNanos the time until then that turns were late */
    private record Turn(long nanos, long lostNanos) {

        long lostUntil(long now, long everyNanos) {
            return lostNanos + Math.max(0, now - nanos - everyNanos);
        }
    }

    public EventLoops() {
        this(Duration.ofMillis(LOOK_EVERY_MILLIS), STILL_MAX);
    }

    EventLoops(Duration lookEvery, Duration stillMax) {
        this.everyNanos = lookEvery.toNanos();
        this.stillNanosMax = stillMax.toNanos();
        vertx.exceptionHandler(error -> {
            Fatal.check(error);
            log.error(Event.THREAD_ENDED, "an event loop failed with an uncaught error", error);
        });
        watch(((VertxInternal) vertx).nettyEventLoopGroup());
        watch(((VertxInternal) vertx).acceptorEventLoopGroup());
    }

    /**
     * Returns how names are looked up. If a Linux machine names no server, Netty would ask public ones of its own choice; here this machine is
     * asked, as the C library does, and look-ups fail if it does not answer.
     */
    static AddressResolverOptions resolver(Path configuration) {
        AddressResolverOptions options = new AddressResolverOptions();
        if (Files.isDirectory(Path.of("/proc/self")) && !namesServer(configuration)) {
            options.addServer(THIS_MACHINE);
        }
        return options;
    }

    private static boolean namesServer(Path configuration) {
        try (Stream<String> lines = Files.lines(configuration, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.strip().startsWith("nameserver"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private void watch(EventLoopGroup group) {
        for (EventExecutor loop : group) {
            loop.terminationFuture().addListener(_ -> {
                if (!closing) {
                    Fatal.end("an event loop has ended", null);
                }
            });
            watchTurns((EventLoop) loop);
        }
    }

    private void watchTurns(EventLoop loop) {
        Turns last = new Turns();
        turns.add(last);
        loop.scheduleWithFixedDelay(() -> turned(last), everyNanos, everyNanos, TimeUnit.NANOSECONDS);
    }

    private void turned(Turns its) {
        long now = System.nanoTime();
        its.last = new Turn(now, its.last.lostUntil(now, everyNanos));
    }

    /** Returns whether all of them have turned lately. From any thread. */
    public boolean turn() {
        long now = System.nanoTime();
        return turns.stream().allMatch(loop -> now - loop.last.nanos() < stillNanosMax);
    }

    /**
     * Returns the time that this process has had, for differences: {@link System#nanoTime} less the time that the loops' turns were late, on average. While the process is stopped, or waits for a processor, it goes on by {@value #LOOK_EVERY_MILLIS} ms at most. From any thread.
     */
    public long hadNanos() {
        long now = System.nanoTime();
        long lost = 0;
        for (Turns loop : turns) {
            lost += loop.last.lostUntil(now, everyNanos);
        }
        return now - lost / turns.size();
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Does something again and again, aside, on a thread of its own each time: soon after a start, too, or restarts would put it off. @param name of these threads */
    public void every(Duration time, String name, Runnable work) {
        vertx.setPeriodic(first(time).toMillis(), time.toMillis(), fired -> Thread.ofVirtual()
                .name(name)
                .start(work));
    }

    static Duration first(Duration every) {
        return every.compareTo(SOON) < 0 ? every : SOON;
    }

    @Override
    public void close() {
        closing = true;
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
