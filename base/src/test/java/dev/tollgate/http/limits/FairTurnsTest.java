package dev.tollgate.http.limits;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One account that wants all of something cannot keep the others from it. */
@Timeout(240)
class FairTurnsTest {

    private final List<String> begun = new ArrayList<>();

    private FairTurns.Turn ask(FairTurns turns, String account, String name) {
        return turns.ask(account, turn -> begun.add(name));
    }

    @Test
    void accounts_that_wait_are_served_one_after_the_other_whatever_each_has_waiting() {
        FairTurns turns = new FairTurns(new FairTurns.Bounds(1, 1, 100, 100));
        List<FairTurns.Turn> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(ask(turns, "a", "a" + i));
        }
        all.add(ask(turns, "b", "b0"));
        all.add(ask(turns, "b", "b1"));
        all.add(ask(turns, "c", "c0"));
        while (turns.inside() > 0) {
            String now = begun.getLast();
            all.get(now.charAt(0) == 'a' ? now.charAt(1) - '0' : now.charAt(0) == 'b' ? 5 + now.charAt(1) - '0' : 7)
                    .close();
        }
        assertThat(begun).containsExactly("a0", "b0", "c0", "a1", "b1", "a2", "a3", "a4");
        assertThat(turns.accounts()).isZero();
    }

    @Test
    void an_account_has_no_more_than_its_own_and_the_rest_is_free_for_others() {
        FairTurns turns = new FairTurns(new FairTurns.Bounds(4, 2, 100, 100));
        FairTurns.Turn first = ask(turns, "a", "a0");
        ask(turns, "a", "a1");
        ask(turns, "a", "a2");
        ask(turns, "b", "b0");
        assertThat(begun).containsExactly("a0", "a1", "b0");
        first.close();
        assertThat(begun).containsExactly("a0", "a1", "b0", "a2");
    }

    @Test
    void the_queue_is_bounded_for_each_account_and_in_all() {
        FairTurns turns = new FairTurns(new FairTurns.Bounds(1, 1, 3, 2));
        ask(turns, "a", "a0");
        assertThat(ask(turns, "a", "a1")).isNotNull();
        assertThat(ask(turns, "a", "a2")).isNotNull();
        assertThat(ask(turns, "a", "a3")).isNull();
        assertThat(ask(turns, "b", "b0")).isNotNull();
        assertThat(ask(turns, "c", "c0")).isNull();
        assertThat(turns.accounts()).isEqualTo(2);
    }

    @Test
    void who_leaves_while_waiting_is_taken_out_and_never_begins() {
        FairTurns turns = new FairTurns(new FairTurns.Bounds(1, 1, 3, 3));
        FairTurns.Turn inside = ask(turns, "a", "a0");
        FairTurns.Turn leaving = ask(turns, "b", "b0");
        ask(turns, "c", "c0");
        assertThat(leaving.giveUp()).isTrue();
        assertThat(leaving.giveUp()).isFalse();
        assertThat(inside.giveUp()).isFalse();
        leaving.close();
        inside.close();
        inside.close();
        assertThat(begun).containsExactly("a0", "c0");
        assertThat(turns.inside()).isEqualTo(1);
        assertThat(turns.waiting()).isZero();
    }

    @Test
    void who_waits_too_long_or_is_interrupted_is_taken_out() throws Exception {
        FairTurns turns = new FairTurns(new FairTurns.Bounds(1, 1, 3, 3));
        ask(turns, "a", "a0");
        assertThat(turns.enter("b", 1)).isNull();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                turns.enter("b", TimeUnit.MINUTES.toNanos(1));
            } catch (InterruptedException e) {
                thrown.set(e);
            }
        });
        waiting.interrupt();
        waiting.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(turns.waiting()).isZero();
        assertThat(turns.accounts()).isEqualTo(1);
    }

    /** In every order of requests and releases the bounds hold, no account is passed over while a permit is free, and accounts take turns. */
    @Test
    void bounds_hold_and_no_permit_stays_free_while_work_waits() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            FairTurns.Bounds bounds = new FairTurns.Bounds(
                    1 + random.nextInt(4), 1 + random.nextInt(3), random.nextInt(12), random.nextInt(6));
            new Model(bounds, random, "seed " + seed + ", round " + round).run();
        }
    }

    /** What should happen, kept in lists. */
    private static final class Model {

        private record Wish(String account, FairTurns.Turn[] turn) {}

        private final FairTurns.Bounds bounds;
        private final Random random;
        private final String where;
        private final FairTurns turns;
        private final List<Wish> inside = new ArrayList<>();
        private final List<Wish> waiting = new ArrayList<>();
        /** How often others were served since an account began to wait and could be. */
        private final Map<String, Map<String, Integer>> served = new HashMap<>();

        Model(FairTurns.Bounds bounds, Random random, String where) {
            this.bounds = bounds;
            this.random = random;
            this.where = where;
            this.turns = new FairTurns(bounds);
        }

        void run() {
            for (int step = 0; step < 60; step++) {
                int what = random.nextInt(3);
                if (what == 0 || inside.isEmpty()) {
                    ask("account" + random.nextInt(4));
                } else if (what == 1) {
                    inside.remove(random.nextInt(inside.size())).turn()[0].close();
                } else if (!waiting.isEmpty()) {
                    Wish leaving = waiting.remove(random.nextInt(waiting.size()));
                    assertThat(leaving.turn()[0].giveUp()).as(where).isTrue();
                }
                check();
            }
            while (!inside.isEmpty()) {
                inside.removeFirst().turn()[0].close();
            }
            assertThat(waiting).as(where).isEmpty();
            assertThat(turns.accounts()).as(where).isZero();
        }

        private void ask(String account) {
            Wish wish = new Wish(account, new FairTurns.Turn[1]);
            long its = waiting.stream()
                    .filter(one -> one.account().equals(account))
                    .count();
            boolean free = inside.size() < bounds.atOnceMax() && count(account) < bounds.eachMax();
            boolean fits = waiting.size() < bounds.waitingMax() && its < bounds.eachWaitingMax();
            waiting.add(wish);
            FairTurns.Turn turn = turns.ask(account, its2 -> begun(wish));
            assertThat(turn != null).as(where).isEqualTo(free || fits);
            if (turn == null) {
                waiting.remove(wish);
            }
            wish.turn()[0] = turn;
        }

        private void begun(Wish wish) {
            assertThat(waiting.stream()
                            .filter(one -> one.account().equals(wish.account()))
                            .findFirst())
                    .as(where)
                    .contains(wish);
            waiting.remove(wish);
            inside.add(wish);
            for (Map.Entry<String, Map<String, Integer>> other : served.entrySet()) {
                if (!other.getKey().equals(wish.account())) {
                    assertThat(other.getValue().merge(wish.account(), 1, Integer::sum))
                            .as(where)
                            .isLessThanOrEqualTo(1);
                }
            }
            served.remove(wish.account());
        }

        private int count(String account) {
            return (int)
                    inside.stream().filter(one -> one.account().equals(account)).count();
        }

        private boolean mayBegin(String account) {
            return count(account) < bounds.eachMax();
        }

        private void check() {
            assertThat(inside.size()).as(where).isEqualTo(turns.inside()).isLessThanOrEqualTo(bounds.atOnceMax());
            assertThat(waiting.size()).as(where).isEqualTo(turns.waiting());
            inside.forEach(one -> assertThat(count(one.account())).as(where).isLessThanOrEqualTo(bounds.eachMax()));
            if (inside.size() < bounds.atOnceMax()) {
                assertThat(waiting.stream().map(Wish::account)).as(where).noneMatch(this::mayBegin);
            }
            served.keySet()
                    .removeIf(account -> !mayBegin(account)
                            || waiting.stream().noneMatch(one -> one.account().equals(account)));
            waiting.stream()
                    .map(Wish::account)
                    .filter(this::mayBegin)
                    .forEach(account -> served.putIfAbsent(account, new HashMap<>()));
        }
    }

    /** Threads of the platform and many rounds each: what two of them do at the same moment is what this is about. */
    @Test
    void threads_that_come_at_once_never_exceed_the_bounds_and_all_get_their_turn() throws Exception {
        FairTurns turns = new FairTurns(new FairTurns.Bounds(3, 2, 1_000, 1_000));
        Map<String, AtomicInteger> inside = Map.of("a", new AtomicInteger(), "b", new AtomicInteger());
        AtomicInteger all = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<CompletableFuture<Integer>> done = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String account = i % 3 == 0 ? "b" : "a";
            CompletableFuture<Integer> rounds = new CompletableFuture<>();
            done.add(rounds);
            Thread.ofPlatform().daemon().start(() -> {
                int count = 0;
                try {
                    start.await();
                    while (count < 2_000) {
                        enter(turns, account, inside.get(account), all);
                        count++;
                    }
                    rounds.complete(count);
                } catch (InterruptedException | RuntimeException | AssertionError e) {
                    rounds.completeExceptionally(e);
                }
            });
        }
        start.countDown();
        for (CompletableFuture<Integer> rounds : done) {
            assertThat(rounds.get(30, TimeUnit.SECONDS)).isEqualTo(2_000);
        }
        assertThat(turns.inside()).isZero();
        assertThat(turns.waiting()).isZero();
        assertThat(turns.accounts()).isZero();
    }

    private static void enter(FairTurns turns, String account, AtomicInteger its, AtomicInteger all)
            throws InterruptedException {
        try (FairTurns.Turn turn = turns.enter(account, TimeUnit.SECONDS.toNanos(20))) {
            assertThat(turn).isNotNull();
            assertThat(its.incrementAndGet()).isLessThanOrEqualTo(2);
            assertThat(all.incrementAndGet()).isLessThanOrEqualTo(3);
            its.decrementAndGet();
            all.decrementAndGet();
        }
    }
}
