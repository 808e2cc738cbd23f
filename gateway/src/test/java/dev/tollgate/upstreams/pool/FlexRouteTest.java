package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Any caller may ask for flex, which a provider sheds first: what its calls get tells about flex alone. */
class FlexRouteTest {

    private final ModelRoute all = ChooserTest.route("a", 1, 1);
    private final ModelRoute flex = all.atFlex();
    private long now = 1_000_000;

    private void fail(ModelRoute route, Kind kind, @Nullable Duration wait, boolean heldBack) {
        Rest seen = route.resting().last();
        ChannelHealth.note(route, new UpstreamFailure(kind, wait, ""), seen, heldBack, Instant.ofEpochMilli(now));
    }

    private void fail(ModelRoute route, Kind kind) {
        fail(route, kind, null, false);
    }

    private Breaker breaker() {
        return all.channel().breaker();
    }

    @ParameterizedTest
    @CsvSource({
        "QUOTA, 40, true",
        "QUOTA, , false",
        "DAY_QUOTA, , true",
        "MISCONFIGURED, , false",
        "UNAVAILABLE, , false",
        "BROKEN, , false"
    })
    void a_failure_at_flex_rests_flex_alone(Kind kind, @Nullable Long seconds, boolean isFirm) {
        for (int i = 0; i < 2 * Breaker.FAILURES_MAX; i++) {
            fail(flex, kind, seconds == null ? null : Duration.ofSeconds(seconds), false);
        }
        assertThat(all.isUntroubled()).isTrue();
        assertThat(flex.isHealthy(now)).isFalse();
        assertThat(flex.firmUntilMillis(now) > 0).isEqualTo(isFirm);
        all.channel().liftRests();
        assertThat(flex.isUntroubled()).isTrue();
    }

    @Test
    void failures_at_flex_double_its_rest_to_a_minute() {
        for (long wait : new long[] {5_000, 10_000, 20_000, 40_000, 60_000, 60_000}) {
            flex.enter(now);
            fail(flex, Kind.UNAVAILABLE);
            fail(flex, Kind.BROKEN);
            assertThat(flex.isHealthy(now + wait - 1)).isFalse();
            now += wait;
            assertThat(flex.isHealthy(now)).isTrue();
        }
        flex.enter(now);
        flex.answered(flex.resting().last());
        assertThat(flex.isUntroubled()).isTrue();
    }

    @Test
    void a_break_while_the_caller_held_us_back_rests_no_flex() {
        fail(flex, Kind.BROKEN, null, true);
        assertThat(flex.isUntroubled()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void no_result_at_flex_counts_for_or_against_a_breaker(Kind kind) {
        for (int i = 1; i < Breaker.FAILURES_MAX; i++) {
            fail(all, Kind.UNAVAILABLE);
        }
        flex.answered(null);
        flex.succeeded(null);
        fail(flex, kind);
        flex.abandoned(null, now);
        assertThat(breaker().state()).isEqualTo(new Breaker.State.Closed(Breaker.FAILURES_MAX - 1));
        fail(all, Kind.UNAVAILABLE);
        assertThat(breaker().isClosed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void flex_neither_makes_nor_ends_the_trial_of_a_breaker(Kind kind) {
        for (int i = 0; i < Breaker.FAILURES_MAX; i++) {
            fail(all, Kind.UNAVAILABLE);
        }
        now += Breaker.OPEN_MILLIS;
        flex.enter(now);
        assertThat(breaker().state()).isInstanceOf(Breaker.State.Open.class);
        all.enter(now);
        Breaker.State trial = breaker().state();
        assertThat(trial).isInstanceOf(Breaker.State.HalfOpen.class);
        flex.answered(null);
        flex.succeeded(null);
        flex.abandoned(null, now);
        fail(flex, kind);
        assertThat(breaker().state()).isEqualTo(trial);
    }

    @Test
    void a_call_at_flex_is_no_trial_of_another_rest() {
        fail(all, Kind.QUOTA);
        now += Rest.LIMITED_MILLIS;
        flex.enter(now);
        flex.answered(flex.resting().last());
        assertThat(all.isHealthy(now)).as("its trial is free").isTrue();
        assertThat(all.isUntroubled()).as("it has not served").isFalse();
    }

    @Test
    void what_rests_for_all_is_passed_over_at_flex() {
        fail(all, Kind.QUOTA, Duration.ofSeconds(40), false);
        assertThat(flex.isUntroubled()).isFalse();
        assertThat(flex.isHealthy(now + 39_999)).isFalse();
        assertThat(flex.firmUntilMillis(now)).isEqualTo(now + 40_000);
        fail(flex, Kind.QUOTA, Duration.ofSeconds(50), false);
        assertThat(flex.firmUntilMillis(now)).as("the later end").isEqualTo(now + 50_000);
        assertThat(all.firmUntilMillis(now)).isEqualTo(now + 40_000);
    }

    @Test
    void an_open_breaker_is_passed_over_at_flex() {
        for (int i = 0; i < Breaker.FAILURES_MAX; i++) {
            fail(all, Kind.UNAVAILABLE);
        }
        assertThat(flex.isHealthy(now + Breaker.OPEN_MILLIS - 1)).isFalse();
        assertThat(flex.isHealthy(now + Breaker.OPEN_MILLIS)).isTrue();
        all.enter(now + Breaker.OPEN_MILLIS);
        assertThat(flex.isHealthy(now + Breaker.OPEN_MILLIS))
                .as("while another call tries it")
                .isFalse();
    }
}
