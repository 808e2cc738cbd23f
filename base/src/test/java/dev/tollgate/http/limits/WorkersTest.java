package dev.tollgate.http.limits;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class WorkersTest {

    private final CountDownLatch held = new CountDownLatch(1);
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final Workers workers = new Workers(
            new FairTurns.Bounds(1, 1, 10, 5), Thread.ofPlatform().daemon().factory());

    @AfterEach
    void close() {
        held.countDown();
        workers.close();
    }

    private Workers.Job<String> start(String account, String name) {
        return workers.start(account, unwanted -> {
            held.await();
            done.add(name);
            return name;
        });
    }

    @Test
    void work_is_done_in_turns_by_account() throws Exception {
        Workers.Job<String> last = null;
        for (int i = 0; i < 4; i++) {
            last = start("many", "many" + i);
        }
        Workers.Job<String> one = start("one", "one");
        held.countDown();
        assertThat(one.result().get(60, TimeUnit.SECONDS)).isEqualTo("one");
        assertThat(last.result().get(60, TimeUnit.SECONDS)).isEqualTo("many3");
        assertThat(done).containsExactly("many0", "one", "many1", "many2", "many3");
    }

    @Test
    void cancelled_work_does_not_start_and_running_work_learns_of_it() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        Workers.Job<Boolean> endless = workers.start("a", unwanted -> {
            running.countDown();
            while (!unwanted.getAsBoolean()) {
                Thread.onSpinWait();
            }
            return true;
        });
        running.await();
        Workers.Job<String> waiting = start("a", "never");
        waiting.cancel();
        assertThatThrownBy(() -> waiting.result().join()).isInstanceOf(CancellationException.class);
        endless.cancel();
        assertThat(endless.result().get(60, TimeUnit.SECONDS)).isTrue();
        held.countDown();
        assertThat(start("b", "next").result().get(60, TimeUnit.SECONDS)).isEqualTo("next");
        assertThat(done).containsExactly("next");
    }

    @Test
    void work_that_fails_gives_its_turn_back() throws Exception {
        held.countDown();
        Workers.Job<String> failing = workers.start("a", unwanted -> {
            throw new IllegalStateException("broken");
        });
        assertThatThrownBy(() -> failing.result().join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(start("a", "next").result().get(60, TimeUnit.SECONDS)).isEqualTo("next");
    }

    @Test
    void beyond_the_bounds_nothing_is_taken() {
        for (int i = 0; i < 6; i++) {
            assertThat(start("a", "a" + i)).isNotNull();
        }
        assertThat(start("a", "too much")).isNull();
        assertThat(start("b", "b")).isNotNull();
    }
}
