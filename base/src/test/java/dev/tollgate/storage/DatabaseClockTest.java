package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.TestClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {

    private static final Duration QUICK = Duration.ofMillis(4);
    private static final Duration SLOW = Duration.ofMillis(1_600);

    private final TestClock own = new TestClock("2026-11-20T12:00:00Z");
    private final DatabaseClock clock = new DatabaseClock(own);

    /** An answer that was given in the middle of its round trip, by a database whose clock is ahead of this machine's. */
    private void measure(Duration ahead, Duration taken) {
        clock.measured(own.instant().minus(taken.dividedBy(2)).plus(ahead), taken);
    }

    @Test
    void without_a_measurement_the_machines_clock_holds() {
        assertThat(clock.instant()).isEqualTo(own.instant());
        assertThat(clock.offset()).isZero();
    }

    @Test
    void the_machines_clock_is_corrected_by_the_databases() {
        measure(Duration.ofHours(-1), QUICK);
        assertThat(clock.instant()).isEqualTo(Instant.parse("2026-11-20T11:00:00Z"));
        own.goOn(Duration.ofSeconds(3));
        assertThat(clock.instant()).isEqualTo(Instant.parse("2026-11-20T11:00:03Z"));
    }

    @Test
    void a_clock_that_is_a_minute_off_is_told() {
        measure(Duration.ofSeconds(59), QUICK);
        assertThat(clock.complaint()).isNull();
        measure(Duration.ofSeconds(61), QUICK);
        assertThat(String.valueOf(clock.complaint()))
                .startsWith("This server's clock is 1 min 1 s behind the database's.");
        measure(Duration.ofMinutes(-130), QUICK);
        assertThat(String.valueOf(clock.complaint()))
                .startsWith("This server's clock is 2 h 10 min ahead of the database's.");
    }

    @Test
    void each_quick_measurement_replaces_the_last_one() {
        measure(Duration.ofSeconds(5), QUICK);
        measure(Duration.ofSeconds(6), Duration.ofSeconds(1));
        assertThat(clock.offset()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void a_slow_measurement_does_not_replace_a_better_one() {
        measure(Duration.ofSeconds(5), QUICK);
        measure(Duration.ofMillis(5_802), SLOW);
        assertThat(clock.offset()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void a_slow_measurement_replaces_a_slower_one() {
        measure(Duration.ofSeconds(5), SLOW.plusMillis(1));
        measure(Duration.ofMillis(5_200), SLOW);
        assertThat(clock.offset()).isEqualTo(Duration.ofMillis(5_200));
    }

    @Test
    void a_slow_measurement_replaces_a_contradicting_one() {
        measure(Duration.ofSeconds(5), QUICK);
        measure(Duration.ofMillis(5_803), SLOW);
        assertThat(clock.offset()).isEqualTo(Duration.ofMillis(5_803));
    }
}
