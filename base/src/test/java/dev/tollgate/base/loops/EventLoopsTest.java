package dev.tollgate.base.loops;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.Deaths;
import dev.tollgate.testing.Shared;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

@ResourceLock(Shared.DEATHS)
class EventLoopsTest {

    @Test
    void an_event_loop_that_ends_ends_the_process() {
        try (Deaths deaths = new Deaths();
                EventLoops loops = new EventLoops()) {
            ((VertxInternal) loops.vertx()).nettyEventLoopGroup().next().shutdownGracefully(0, 1, TimeUnit.SECONDS);
            Await.until("an end", () -> !deaths.causes().isEmpty());
            assertThat(deaths.causes()).first().satisfies(it -> assertThat(it).hasMessage("an event loop has ended"));
        }
    }

    @Test
    void loops_that_are_closed_are_not_missed() {
        try (Deaths deaths = new Deaths()) {
            new EventLoops().close();
            assertThat(deaths.causes()).isEmpty();
        }
    }

    @Test
    void a_loop_that_does_not_turn_is_noticed_and_forgotten_when_it_turns() {
        CountDownLatch stuck = new CountDownLatch(1);
        try (EventLoops loops = new EventLoops(Duration.ofMillis(5), Duration.ofMillis(200))) {
            Await.until("turns", loops::turn);
            ((VertxInternal) loops.vertx()).nettyEventLoopGroup().next().execute(() -> standStill(stuck));
            Await.until("a loop that stands still", () -> !loops.turn());
            stuck.countDown();
            Await.until("turns again", loops::turn);
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void time_passes_while_the_loops_turn_and_hardly_otherwise() throws Exception {
        try (EventLoops loops = new EventLoops(Duration.ofMillis(5), Duration.ofSeconds(10))) {
            long began = loops.hadNanos();
            Await.until(
                    "time",
                    () -> loops.hadNanos() - began > Duration.ofMillis(20).toNanos());
            CountDownLatch stuck = new CountDownLatch(1);
            VertxInternal vertx = (VertxInternal) loops.vertx();
            List<EventExecutor> all = new ArrayList<>();
            vertx.nettyEventLoopGroup().forEach(all::add);
            vertx.acceptorEventLoopGroup().forEach(all::add);
            CountDownLatch still = new CountDownLatch(all.size());
            all.forEach(loop -> loop.execute(() -> {
                still.countDown();
                standStill(stuck);
            }));
            try {
                still.await();
                long stood = loops.hadNanos();
                long since = System.nanoTime();
                Await.until(
                        "a stall",
                        () -> System.nanoTime() - since > Duration.ofMillis(200).toNanos());
                assertThat(loops.hadNanos() - stood)
                        .isLessThanOrEqualTo(Duration.ofMillis(5).toNanos());
                stuck.countDown();
                Await.until(
                        "time again",
                        () -> loops.hadNanos() - stood > Duration.ofMillis(20).toNanos());
                assertThat(System.nanoTime() - since - (loops.hadNanos() - stood))
                        .as("what was lost stays lost")
                        .isGreaterThan(Duration.ofMillis(190).toNanos());
            } finally {
                stuck.countDown();
            }
        }
    }

    @Test
    void what_is_done_every_hour_begins_a_minute_after_a_start() {
        assertThat(EventLoops.first(Duration.ofHours(1))).isEqualTo(Duration.ofMinutes(1));
        assertThat(EventLoops.first(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(10));
    }

    private static void standStill(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void no_memory_that_an_event_loop_meets_ends_the_process() {
        try (Deaths deaths = new Deaths();
                EventLoops loops = new EventLoops()) {
            loops.vertx().runOnContext(_ -> {
                throw new OutOfMemoryError("of a test");
            });
            Await.until("an end", () -> !deaths.causes().isEmpty());
        }
    }

    @Test
    void without_a_name_server_this_machine_is_asked_and_no_other(@TempDir Path folder) throws IOException {
        Path none = folder.resolve("none");
        Path empty = Files.writeString(folder.resolve("empty"), "search example.org\n");
        Path named = Files.writeString(folder.resolve("named"), "# a comment\nnameserver 192.0.2.53\n");
        assertThat(EventLoops.resolver(none).getServers()).containsExactly("127.0.0.1");
        assertThat(EventLoops.resolver(empty).getServers()).containsExactly("127.0.0.1");
        assertThat(EventLoops.resolver(named).getServers()).isNull();
    }
}
