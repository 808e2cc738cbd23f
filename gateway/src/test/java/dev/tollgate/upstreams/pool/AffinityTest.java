package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tollgate.upstreams.sessions.CallSession;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A session's calls go to one channel (E85). */
class AffinityTest {

    private static final long NOW = 1_000_000;
    private static final int KEYS = 10_000;
    private static final long SEED = 57;

    private final Chooser chooser = new Chooser(new Random(SEED));

    private record Fake(String name) implements Channel, PreparedAsk {
        @Override
        public String provider() {
            return "far";
        }

        @Override
        public PreparedAsk prepare(Ask ask) {
            return this;
        }

        @Override
        public String model() {
            return "m";
        }

        @Override
        public List<String> ignored() {
            return List.of(name);
        }

        @Override
        public void count(Consumer<Optional<PromptCount>> then) {
            throw new AssertionError("nothing is counted");
        }

        @Override
        public UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            throw new AssertionError("nothing is sent");
        }
    }

    private static ChannelSpec spec(String id, int priority, int weight, String project) {
        return new ChannelSpec(
                id,
                "fake",
                priority,
                weight,
                512,
                project,
                Map.of("m", "m"),
                Set.of(),
                false,
                null,
                () -> new Fake(id));
    }

    private static List<ModelRoute> routes(ChannelSpec... specs) {
        return ChannelSet.EMPTY.next(List.of(specs)).routes("m");
    }

    private static List<Long> keys() {
        Random random = new Random(SEED);
        List<Long> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(random.nextLong());
        }
        return keys;
    }

    private static CallSession session(long key) {
        return new CallSession("acct_1", "x-tollgate-session", () -> key);
    }

    private @Nullable String chosen(List<ModelRoute> routes, long key, ModelRoute... tried) {
        ModelRoute chosen = chooser.choose(routes, new Chooser.Wish(null, false, session(key)), List.of(tried), NOW);
        return chosen == null ? null : chosen.channel().id();
    }

    private static void assertShare(int count, double share) {
        double sigma = Math.sqrt(KEYS * share * (1 - share));
        assertThat((double) count).as("seed " + SEED).isCloseTo(KEYS * share, within(3 * sigma));
    }

    @Test
    void keys_spread_over_channels_by_weight() {
        List<ModelRoute> routes = routes(spec("a", 1, 5, "a"), spec("b", 1, 3, "b"), spec("c", 1, 2, "c"));
        Map<String, Integer> counts = new HashMap<>();
        keys().forEach(key -> counts.merge(chosen(routes, key), 1, Integer::sum));
        assertShare(counts.get("a"), 0.5);
        assertShare(counts.get("b"), 0.3);
        assertShare(counts.get("c"), 0.2);
    }

    @Test
    void channels_of_one_project_compete_with_the_sum_of_their_weights() {
        List<ModelRoute> together = routes(spec("a", 1, 1, "p"), spec("b", 1, 2, "p"), spec("c", 1, 1, "c"));
        List<ModelRoute> whole = routes(spec("x", 1, 3, "p"), spec("c", 1, 1, "c"));
        Map<String, Integer> counts = new HashMap<>();
        for (long key : keys()) {
            String channel = chosen(together, key);
            counts.merge(channel, 1, Integer::sum);
            assertThat(channel.equals("c")).isEqualTo(chosen(whole, key).equals("c"));
        }
        assertShare(counts.get("a"), 0.25);
        assertShare(counts.get("b"), 0.5);
        assertShare(counts.get("c"), 0.25);
    }

    @Test
    void a_channel_that_leaves_moves_only_its_share() {
        List<ModelRoute> all = routes(spec("a", 1, 2, "a"), spec("b", 1, 1, "b"), spec("c", 1, 1, "c"));
        List<ModelRoute> left = routes(spec("a", 1, 2, "a"), spec("c", 1, 1, "c"));
        int moved = 0;
        for (long key : keys()) {
            String before = chosen(all, key);
            if (before.equals("b")) {
                moved++;
            } else {
                assertThat(chosen(left, key)).isEqualTo(before);
            }
        }
        assertShare(moved, 0.25);
    }

    @Test
    void two_nodes_choose_the_same_channel_for_a_key() {
        List<ModelRoute> one = routes(spec("a", 1, 2, "a"), spec("b", 1, 1, "b"), spec("c", 1, 1, "c"));
        List<ModelRoute> other = routes(spec("c", 1, 1, "c"), spec("b", 1, 1, "b"), spec("a", 1, 2, "a"));
        keys().forEach(key -> assertThat(chosen(other, key)).isEqualTo(chosen(one, key)));
    }

    @Test
    void a_retry_takes_the_next_channel_in_the_order_of_the_key() {
        List<ModelRoute> all = routes(spec("a", 1, 1, "a"), spec("b", 1, 1, "b"), spec("c", 1, 1, "c"));
        for (long key : keys()) {
            ModelRoute first = Chooser.nearest(all, key);
            List<ModelRoute> others =
                    all.stream().filter(route -> route != first).toList();
            String next = Chooser.nearest(others, key).channel().id();
            assertThat(chosen(all, key, first)).isEqualTo(next);
            assertThat(chooser.beside(first, session(key), all, NOW).channel().id())
                    .isEqualTo(next);
        }
    }

    @Test
    void a_channel_above_its_share_of_open_calls_is_passed_over() {
        List<ModelRoute> all = routes(spec("a", 1, 1, "a"), spec("b", 1, 1, "b"));
        long key = keys().stream()
                .filter(it -> chosen(all, it).equals("a"))
                .findFirst()
                .orElseThrow();
        ModelRoute a = all.stream()
                .filter(route -> route.channel().id().equals("a"))
                .findFirst()
                .orElseThrow();
        for (int calls = 0; calls < 15; calls++) {
            a.channel().enter();
        }
        assertThat(chosen(all, key)).as("15 open calls are few").isEqualTo("a");
        a.channel().enter();
        assertThat(chosen(all, key)).isEqualTo("b");
        Chooser.Wish signed = new Chooser.Wish("a", false, session(key));
        assertThat(chooser.choose(all, signed, List.of(), NOW)).isEqualTo(a);
    }

    @Test
    void a_signature_outweighs_priority_only_while_its_tool_loop_is_open() {
        List<ModelRoute> all = routes(spec("a", 1, 1, "a"), spec("b", 2, 1, "b"));
        ModelRoute signed = chooser.choose(all, new Chooser.Wish("b", true, session(1)), List.of(), NOW);
        assertThat(signed.channel().id()).isEqualTo("b");
        ModelRoute later = chooser.choose(all, new Chooser.Wish("b", false, session(1)), List.of(), NOW);
        assertThat(later.channel().id()).isEqualTo("a");
    }

    private static Upstreams pool(boolean keepsSessions, ChannelSpec... specs) {
        return new Upstreams(
                Vertx.vertx(),
                new PoolSpec(List.of(specs), null, keepsSessions),
                InstantSource.system(),
                new Random(SEED));
    }

    @Test
    void one_channel_alone_computes_no_key() {
        CallSession session = new CallSession("acct_1", "prefix", () -> {
            throw new AssertionError("the key is computed");
        });
        Upstreams pool = pool(true, spec("a", 1, 1, "a"));
        assertThat(pool.prepare(HedgingTest.ask(), session).ignored()).containsExactly("a");
    }

    @Test
    void affinity_off_draws_a_channel_for_each_call() {
        AtomicInteger first = new AtomicInteger();
        Upstreams kept = pool(true, spec("a", 1, 1, "a"), spec("b", 1, 1, "b"));
        Upstreams drawn = pool(false, spec("a", 1, 1, "a"), spec("b", 1, 1, "b"));
        List<String> always = kept.prepare(HedgingTest.ask(), session(5)).ignored();
        for (int i = 0; i < 100; i++) {
            assertThat(kept.prepare(HedgingTest.ask(), session(5)).ignored()).isEqualTo(always);
            first.addAndGet(
                    drawn.prepare(HedgingTest.ask(), session(5)).ignored().equals(always) ? 1 : 0);
        }
        assertThat(first.get()).isBetween(25, 75);
    }
}
