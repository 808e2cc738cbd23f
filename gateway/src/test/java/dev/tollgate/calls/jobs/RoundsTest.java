package dev.tollgate.calls.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.RunningServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RoundsTest {

    private final List<Long> looks = new CopyOnWriteArrayList<>();

    @Test
    void woken_rounds_keep_their_distance() {
        Rounds rounds = new Rounds(System::nanoTime, () -> {
            looks.add(System.nanoTime());
            return looks.size() < 3;
        });
        rounds.wake();
        RunningServer.await("three looks", () -> looks.size() == 3);
        assertThat(looks.get(2) - looks.get(0)).isGreaterThanOrEqualTo(199_000_000L);
    }

    @Test
    void nothing_is_looked_for_after_a_stop() {
        Rounds rounds = new Rounds(System::nanoTime, () -> looks.add(1L));
        rounds.stop();
        rounds.now();
        assertThat(looks).isEmpty();
    }
}
