package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.sessions.CallSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChooserTest {

    private static final long NOW = 1_000_000;

    private static final CallSession ANONYMOUS = CallSession.none("acct_1");

    private final Chooser chooser = new Chooser(new Random(7));
    private final ModelRoute a = route("a", 1, 3);
    private final ModelRoute b = route("b", 1, 1);
    private final ModelRoute c = route("c", 2, 1);
    private final List<ModelRoute> all = List.of(a, b, c);

    static ModelRoute route(String id, int priority, int weight) {
        ChannelSpec spec = new ChannelSpec(id, "fake", priority, weight, Map.of("m", "m"), () -> new Channel() {
            @Override
            public String name() {
                return id;
            }

            @Override
            public String provider() {
                return "far";
            }

            @Override
            public PreparedAsk prepare(Ask ask) {
                throw new AssertionError("nobody asks");
            }
        });
        return ModelRoute.of(new PooledChannel(id, "fake", spec.opening()), spec, "m");
    }

    private ModelRoute choose(String preferred, ModelRoute... tried) {
        return chooser.choose(all, new Chooser.Wish(preferred, true, ANONYMOUS), List.of(tried), NOW);
    }

    private static void rest(ModelRoute route, UpstreamFailure.Kind kind) {
        UpstreamFailure failure = new UpstreamFailure(kind, Duration.ofMinutes(1), "");
        ChannelHealth.note(route, failure, null, false, Instant.ofEpochMilli(NOW));
    }

    private static void fail(ModelRoute route, boolean heldBack) {
        UpstreamFailure failure = new UpstreamFailure(UpstreamFailure.Kind.UNAVAILABLE, null, "");
        for (int i = 0; i < Breaker.FAILURES_MAX; i++) {
            ChannelHealth.note(route, failure, null, heldBack, Instant.ofEpochMilli(NOW));
        }
    }

    @Test
    void the_preferred_channel_comes_first_whatever_its_priority_as_long_as_it_is_well_and_untried() {
        assertThat(choose("c")).isEqualTo(c);
        assertThat(choose("c", c)).isIn(a, b);
        rest(c, UpstreamFailure.Kind.QUOTA);
        assertThat(choose("c")).isIn(a, b);
        assertThat(choose("gone")).isIn(a, b);
    }

    @Test
    void shares_follow_the_weights_within_a_priority() {
        int first = 0;
        for (int i = 0; i < 4_000; i++) {
            ModelRoute chosen = choose(null);
            assertThat(chosen).isIn(a, b);
            first += chosen.equals(a) ? 1 : 0;
        }
        assertThat(first).as("of 4000, weight 3 of 4, seed 7").isBetween(2_850, 3_150);
    }

    @Test
    void what_was_tried_comes_after_what_was_not_and_what_is_ill_after_both() {
        assertThat(choose(null, a)).isEqualTo(b);
        assertThat(choose(null, a, b)).isEqualTo(c);
        fail(c, false);
        assertThat(choose(null, a, b)).isIn(a, b);
        fail(a, false);
        assertThat(choose(null, b)).isEqualTo(b);
        fail(b, false);
        assertThat(choose(null)).as("all are ill").isNotNull();
        assertThat(choose(null, a, b)).isEqualTo(c);
    }

    @Test
    void who_has_no_quota_is_never_asked_and_who_is_misconfigured_only_last() {
        rest(a, UpstreamFailure.Kind.DAY_QUOTA);
        rest(b, UpstreamFailure.Kind.MISCONFIGURED);
        assertThat(choose(null)).isEqualTo(c);
        rest(c, UpstreamFailure.Kind.QUOTA);
        assertThat(choose(null)).isEqualTo(b);
        assertThat(chooser.choose(List.of(a, c), new Chooser.Wish(null, false, ANONYMOUS), List.of(), NOW))
                .isNull();
        assertThat(chooser.choose(List.of(a, c), new Chooser.Wish(null, false, ANONYMOUS), List.of(), NOW + 60_000))
                .isEqualTo(c);
    }

    /** Otherwise callers who read slowly could open the breaker for all calls. */
    @Test
    void a_break_while_the_caller_held_us_back_is_not_the_channels() {
        fail(a, true);
        assertThat(a.channel().breaker().isClosed()).isTrue();
    }

    @Test
    void the_budget_gives_a_reserve_and_then_a_retry_for_five_calls() {
        RetryBudget budget = new RetryBudget();
        for (int i = 0; i < RetryBudget.RESERVE; i++) {
            assertThat(budget.take()).isTrue();
        }
        assertThat(budget.take()).isFalse();
        for (int i = 0; i < RetryBudget.CALLS_A_RETRY; i++) {
            assertThat(budget.take()).isFalse();
            budget.called();
        }
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isFalse();
    }

    @Test
    void calls_that_begin_at_the_same_time_leave_no_session_without_a_channel() {
        List<ModelRoute> even = List.of(route("d", 1, 1), route("e", 1, 1));
        even.forEach(route -> begin(route, 16));

        assertThat(Chooser.withinTheirShare(even, counted -> {
                    int calls = counted.channel().calls();
                    even.forEach(route -> begin(route, 32));
                    return calls;
                }))
                .isNotEmpty();
    }

    private static void begin(ModelRoute route, int calls) {
        for (int i = 0; i < calls; i++) {
            route.channel().enter();
        }
    }
}
