package dev.tollgate.http.limits;

import static dev.tollgate.testing.Asserts.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuotasTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final AtomicLong now = new AtomicLong(1_000);
    private int nodes = 1;
    private final Quotas quotas = new Quotas(() -> nodes, now::get);

    private static Quota key(Long requests, Long tokens, Long concurrency) {
        return Quota.ofKey("key_1", new CallLimits(requests, tokens, concurrency));
    }

    private Quotas.Pass pass(List<Quota> its, long tokens) {
        return (Quotas.Pass) quotas.enter(its, tokens);
    }

    private Quotas.OverLimit refused(List<Quota> its, long tokens) {
        return (Quotas.OverLimit) quotas.enter(its, tokens);
    }

    @Test
    void as_many_requests_pass_as_are_allowed_and_the_next_one_hears_when() {
        List<Quota> its = List.of(key(7L, null, null));
        for (int i = 1; i <= 7; i++) {
            assertThat(quotas.arrive(its)).isNull();
            assertThat(quotas.standing(its).requests().remaining()).isEqualTo(7 - i);
        }
        Quotas.OverLimit refused = quotas.arrive(its);
        assertThat(refused.limit()).isEqualTo(Quotas.Limit.REQUESTS);
        assertThat(refused.most()).isEqualTo(7);
        assertThat(refused.retryAfter()).isBetween(Duration.ofNanos(8_571_428_560L), Duration.ofNanos(8_571_428_580L));
        assertThat(quotas.standing(its).requests().resetText()).isEqualTo("1m0s");
        now.addAndGet(refused.retryAfter().toNanos() - 1);
        assertThat(quotas.arrive(its)).isNotNull();
        now.addAndGet(1);
        assertThat(quotas.arrive(its)).isNull();
        now.addAndGet(60 * SECOND);
        assertThat(quotas.standing(its).requests()).isEqualTo(new Quotas.Level(7, 7, Duration.ZERO));
    }

    @Test
    void what_one_limit_refuses_none_has_counted() {
        Quota key = key(5L, null, null);
        Quota account = Quota.ofAccount("acc_1", new CallLimits(1L, null, null));
        assertThat(quotas.arrive(List.of(key, account))).isNull();
        Quotas.OverLimit refused = quotas.arrive(List.of(key, account));
        assertThat(refused.quota()).isEqualTo(account);
        assertThat(quotas.standing(List.of(key)).requests().remaining()).isEqualTo(4);
        Quota model = Quota.ofModel("acc_1", "m", new CallLimits(1L, 100L, 1L));
        List<Quota> call = List.of(key, model);
        assertThat(quotas.arrive(call)).isNull();
        Quotas.Pass pass = pass(call, 10);
        assertThat(quotas.standing(List.of(key)).requests().remaining()).isEqualTo(3);
        assertThat(quotas.arrive(call)).isNull();
        assertThat(refused(call, 10).limit()).isEqualTo(Quotas.Limit.REQUESTS);
        assertThat(quotas.standing(List.of(key)).requests().remaining()).isEqualTo(3);
        now.addAndGet(60 * SECOND);
        assertThat(quotas.arrive(call)).isNull();
        assertThat(refused(call, 10).limit()).isEqualTo(Quotas.Limit.CONCURRENCY);
        assertThat(quotas.standing(call).requests().remaining()).isEqualTo(1);
        assertThat(quotas.standing(call).tokens().remaining()).isEqualTo(100);
        pass.leave(10);
    }

    @Test
    void a_call_counts_as_expected_until_it_ends_and_then_as_it_was() {
        List<Quota> its = List.of(key(null, 1_000L, null));
        Quotas.Pass cheap = pass(its, 800);
        assertThat(quotas.standing(its).tokens().remaining()).isEqualTo(200);
        Quotas.OverLimit refused = refused(its, 500);
        assertThat(refused.limit()).isEqualTo(Quotas.Limit.TOKENS);
        assertThat(refused.wanted()).isEqualTo(500);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(18));
        cheap.leave(100);
        assertThat(quotas.standing(its).tokens().remaining()).isEqualTo(900);
        Quotas.Pass dear = pass(its, 500);
        dear.leave(2_900);
        assertThat(quotas.standing(its).tokens()).isEqualTo(new Quotas.Level(1_000, 0, Duration.ofSeconds(180)));
        assertThat(quotas.standing(its).tokens().resetText()).isEqualTo("3m0s");
        assertThat(refused(its, 1).retryAfter()).isEqualTo(Duration.ofMillis(120_060));
        now.addAndGet(Duration.ofMillis(120_060).toNanos());
        assertThat(quotas.enter(its, 1)).isInstanceOf(Quotas.Pass.class);
    }

    @Test
    void a_call_of_more_than_a_whole_minute_waits_for_a_full_bucket_and_no_longer() {
        List<Quota> its = List.of(key(null, 100L, null));
        pass(its, 10).leave(10);
        assertThat(refused(its, 5_000).retryAfter()).isEqualTo(Duration.ofSeconds(6));
        now.addAndGet(6 * SECOND);
        assertThat(quotas.enter(its, 5_000)).isInstanceOf(Quotas.Pass.class);
    }

    @Test
    void half_of_each_limit_counts_as_used() {
        List<Quota> requests = List.of(key(4L, null, null));
        assertThat(quotas.halfUsed(requests, 0)).isNull();
        quotas.arrive(requests);
        assertThat(quotas.halfUsed(requests, 0)).isNull();
        quotas.arrive(requests);
        Quotas.OverLimit used = quotas.halfUsed(requests, 0);
        assertThat(used.limit()).isEqualTo(Quotas.Limit.REQUESTS);
        assertThat(quotas.halfUsed(requests, 1)).as("one of them is its own").isNull();
        now.addAndGet(used.retryAfter().toNanos());
        assertThat(quotas.halfUsed(requests, 0)).isNull();

        List<Quota> tokens = List.of(Quota.ofModel("acc_1", "m", new CallLimits(null, 1_000L, null)));
        Quotas.Pass pass = pass(tokens, 500);
        used = quotas.halfUsed(tokens, 0);
        assertThat(used.limit()).isEqualTo(Quotas.Limit.TOKENS);
        now.addAndGet(used.retryAfter().toNanos());
        assertThat(quotas.halfUsed(tokens, 0)).isNull();
        pass.leave(500);

        List<Quota> calls = List.of(Quota.ofAccount("acc_1", new CallLimits(null, null, 3L)));
        Quotas.Pass first = pass(calls, 0);
        assertThat(quotas.halfUsed(calls, 0)).isNull();
        Quotas.Pass second = pass(calls, 0);
        assertThat(quotas.halfUsed(calls, 0).limit()).isEqualTo(Quotas.Limit.CONCURRENCY);
        second.leave(0);
        assertThat(quotas.halfUsed(calls, 0)).isNull();
        first.leave(0);
    }

    @Test
    void a_place_is_given_back_once() {
        List<Quota> its = List.of(key(null, 1_000L, 2L));
        Quotas.Pass one = pass(its, 100);
        Quotas.Pass two = pass(its, 100);
        assertThat(refused(its, 100).limit()).isEqualTo(Quotas.Limit.CONCURRENCY);
        assertThat(quotas.standing(its).tokens().remaining()).isEqualTo(800);
        one.leave(100);
        one.leave(100);
        Quotas.Pass three = pass(its, 100);
        assertThat(quotas.enter(its, 100)).isInstanceOf(Quotas.OverLimit.class);
        two.leave(100);
        three.leave(100);
    }

    @Test
    void a_changed_limit_keeps_what_was_counted() {
        for (int i = 0; i < 30; i++) {
            quotas.arrive(List.of(key(60L, null, null)));
        }
        assertThat(quotas.standing(List.of(key(10L, null, null))).requests().remaining())
                .isEqualTo(5);
        assertThat(quotas.standing(List.of(key(120L, null, null))).requests().remaining())
                .isEqualTo(60);
    }

    @Test
    void each_of_several_nodes_grants_its_share_rounded_up() {
        nodes = 3;
        List<Quota> its = List.of(key(10L, null, 4L));
        for (int i = 0; i < 4; i++) {
            assertThat(quotas.arrive(its)).isNull();
        }
        assertThat(quotas.arrive(its).most()).isEqualTo(10);
        pass(its, 0);
        pass(its, 0);
        assertThat(refused(its, 0).most()).isEqualTo(4);
    }

    @Test
    void of_many_at_once_exactly_as_many_pass_as_may() throws Exception {
        List<Quota> its = List.of(key(100L, 4_000L, 60L));
        assertThat(atOnce(200, () -> quotas.arrive(its) == null)).isEqualTo(100);
        now.addAndGet(60 * SECOND);
        assertThat(atOnce(200, () -> quotas.enter(its, 1) instanceof Quotas.Pass))
                .isEqualTo(60);
        List<Quota> tokens = List.of(Quota.ofKey("key_2", new CallLimits(null, 4_000L, null)));
        assertThat(atOnce(200, () -> quotas.enter(tokens, 100) instanceof Quotas.Pass))
                .isEqualTo(40);
    }

    @Test
    void no_count_is_lost_while_others_are_removed() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread forgetting = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                quotas.forgetIdleNow();
            }
        });
        List<Quota> its = List.of(key(100L, null, 50L));
        assertThat(atOnce(400, () -> quotas.arrive(its) == null)).isEqualTo(100);
        now.addAndGet(60 * SECOND);
        assertThat(atOnce(400, () -> quotas.enter(its, 1) instanceof Quotas.Pass))
                .isEqualTo(50);
        over.set(true);
        forgetting.join();
    }

    @Test
    void what_is_full_again_and_at_rest_is_forgotten() {
        Quotas.Pass pass = pass(List.of(key(null, null, 1L)), 0);
        quotas.arrive(List.of(Quota.ofAccount("acc_1", new CallLimits(60L, null, null))));
        quotas.forgetIdleNow();
        assertThat(quotas.known()).isEqualTo(2);
        now.addAndGet(SECOND);
        quotas.forgetIdleNow();
        assertThat(quotas.known()).isEqualTo(1);
        pass.leave(0);
        quotas.forgetIdleNow();
        assertThat(quotas.known()).isZero();
    }

    @Test
    void no_caller_is_refused_because_there_are_many_others() {
        for (int i = 0; i < Quotas.KNOWN_MAX; i++) {
            quotas.arrive(List.of(Quota.ofKey("key_" + i, new CallLimits(1L, null, null))));
        }
        List<Quota> late = List.of(Quota.ofKey("late", new CallLimits(1L, 1L, 1L)));
        for (int i = 0; i < 3; i++) {
            assertThat(quotas.arrive(late)).isNull();
            assertThat(quotas.enter(late, 1)).isInstanceOf(Quotas.Pass.class);
        }
        assertThat(quotas.known()).isEqualTo(Quotas.KNOWN_MAX);
    }

    private static int atOnce(int count, Callable<Boolean> deed) throws Exception {
        List<Callable<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(deed);
        }
        int passed = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Boolean> done : threads.invokeAll(all)) {
                passed += done.get() ? 1 : 0;
            }
        }
        return passed;
    }
}
