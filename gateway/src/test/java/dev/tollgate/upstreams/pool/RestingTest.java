package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rest of a model on a channel that names no delay: passed over, then tried by one call. */
class RestingTest {

    private final Resting resting = new Resting();
    private long now = 1_000_000;

    private static UpstreamFailure failure(Kind kind, @Nullable Duration wait) {
        return new UpstreamFailure(kind, wait, "");
    }

    private Resting.@Nullable Begun limited(@Nullable Rest seen) {
        return resting.failed(failure(Kind.QUOTA, null), false, seen, Instant.ofEpochMilli(now));
    }

    private @Nullable Rest trial() {
        resting.enter(now);
        return resting.last();
    }

    @Test
    void a_refusal_without_a_delay_doubles_the_rest_to_a_minute() {
        long[] waits = {5_000, 10_000, 20_000, 40_000, 60_000, 60_000};
        for (long wait : waits) {
            limited(trial());
            assertThat(resting.now(now + wait - 1)).isNotNull();
            assertThat(resting.now(now + wait)).isNull();
            assertThat(resting.last().isFirm()).isFalse();
            now += wait;
        }
    }

    @Test
    void one_call_tries_the_channel_after_the_rest() {
        limited(null);
        now += 5_000;
        assertThat(resting.now(now)).as("for the first").isNull();
        Rest trial = trial();
        assertThat(resting.now(now)).as("for the others").isNotNull();
        resting.served(trial);
        assertThat(resting.isNone()).isTrue();
    }

    @Test
    void a_trial_without_a_result_leaves_it_to_the_next_call() {
        limited(null);
        now += 5_000;
        resting.abandoned(trial());
        assertThat(resting.now(now)).isNull();
        resting.failed(failure(Kind.UNAVAILABLE, null), false, trial(), Instant.ofEpochMilli(now));
        assertThat(resting.now(now)).isNull();
        assertThat(limited(trial()).rest().untilMillis()).isEqualTo(now + 10_000);
    }

    @Test
    void calls_that_fail_together_lengthen_the_rest_once() {
        limited(null);
        assertThat(limited(null)).isNull();
        assertThat(limited(resting.last())).as("asked as the last one").isNull();
        assertThat(resting.last().times()).isEqualTo(1);
    }

    @Test
    void a_success_of_before_the_rest_does_not_end_it() {
        Rest seen = resting.last();
        limited(null);
        resting.served(seen);
        assertThat(resting.now(now)).isNotNull();
    }

    @Test
    void a_refusal_without_a_delay_shortens_no_rest_with_one() {
        resting.failed(failure(Kind.QUOTA, Duration.ofSeconds(34)), false, null, Instant.ofEpochMilli(now));
        assertThat(limited(null)).isNull();
        assertThat(resting.now(now + 33_999).isFirm()).isTrue();
        assertThat(resting.now(now + 34_000)).isNull();
    }

    @Test
    void an_alarm_is_remembered_until_the_channel_serves_again() {
        Instant time = Instant.ofEpochMilli(now);
        assertThat(resting.failed(failure(Kind.MISCONFIGURED, null), false, null, time)
                        .before())
                .isNull();
        now += 60_000;
        limited(trial());
        now += 60_000;
        Rest before = resting.failed(failure(Kind.MISCONFIGURED, null), false, trial(), Instant.ofEpochMilli(now))
                .before();
        assertThat(before.isAlarmed()).isTrue();
        now += 60_000;
        resting.served(trial());
        assertThat(resting.last()).isNull();
    }
}
