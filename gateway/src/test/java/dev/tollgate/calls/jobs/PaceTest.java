package dev.tollgate.calls.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L); // it overflows during the test
    private final Pace pace = new Pace(nanos::get);

    @Test
    void at_most_fifty_begin_in_a_second() {
        int begun = 0;
        for (int millis = 0; millis < 10_000; millis += 7) {
            int now = pace.startsLeft();
            pace.started(now);
            begun += now;
            nanos.addAndGet(7_000_000);
        }
        assertThat(begun).isBetween(10 * Pace.STARTS_A_SECOND - 1, 10 * Pace.STARTS_A_SECOND + Pace.AT_ONCE);
    }

    @Test
    void a_pause_saves_few() {
        pace.started(pace.startsLeft());
        assertThat(pace.startsLeft()).isZero();
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(pace.startsLeft()).isEqualTo(Pace.AT_ONCE);
    }
}
