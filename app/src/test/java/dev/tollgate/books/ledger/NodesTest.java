package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.CountedChanges;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyState;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several nodes over one PostgreSQL: whatever they do at the same time, the database decides once. */
@Timeout(240)
@Order(17)
class NodesTest {

    private static final int CALLERS = 64;
    private static final int ROUNDS = Effort.of(4, 20);
    private static final long HOLD = 1_000;

    private String url;
    private CustomersFixture one;
    private CustomersFixture two;
    private LogCapture log;

    @BeforeEach
    void open() {
        log = new LogCapture();
        url = Postgres.migrated();
        one = CustomersFixture.shared(url);
        two = CustomersFixture.shared(url);
    }

    /** That a batch had to be tried again would mean that rows were decided on which were not held: a key that is unique has saved it. */
    @AfterEach
    void close() {
        log.close();
        assertThat(log.text()).doesNotContain("is tried again");
        LedgerChecks.assertCoherent(one);
        one.close();
        two.close();
    }

    private CustomersFixture node(int caller) {
        return caller % 2 == 0 ? one : two;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 17, CALLERS - 1})
    void of_callers_that_race_on_two_nodes_exactly_as_many_are_admitted_as_the_balance_has_holds(int k)
            throws Exception {
        one.account("acc_1", k * HOLD + HOLD - 1);
        List<ReserveOutcome> outcomes = race(i -> node(i).reserve("t" + i, "acc_1", HOLD, HOLD));
        assertThat(outcomes)
                .filteredOn(ReserveOutcome.Reserved.class::isInstance)
                .hasSize(k);
        assertThat(outcomes)
                .filteredOn(ReserveOutcome.InsufficientCredits.class::isInstance)
                .hasSize(CALLERS - k);
        assertThat(one.balance("acc_1")).isEqualTo(new Balance(HOLD - 1, k * HOLD, k * HOLD + HOLD - 1, 0));
    }

    @Test
    void of_callers_that_race_on_two_nodes_exactly_as_many_are_admitted_as_a_window_has_holds() throws Exception {
        one.account("acc_1", CALLERS * HOLD);
        SpendLimits limits = new SpendLimits(null, 20 * HOLD + HOLD - 1, null);
        List<ReserveOutcome> outcomes = race(i -> node(i).reserve("t" + i, "acc_1", HOLD, HOLD, limits));
        assertThat(outcomes)
                .filteredOn(ReserveOutcome.Reserved.class::isInstance)
                .hasSize(20);
        assertThat(outcomes)
                .filteredOn(ReserveOutcome.SpendLimitReached.class::isInstance)
                .hasSize(CALLERS - 20);
    }

    /** Each racer notes when it has begun: what begins after the answer to the pause makes no hold, on either node. */
    @Test
    void no_key_of_a_team_makes_a_hold_after_the_team_is_paused() throws Exception {
        one.account("acc_1", 10 * CALLERS * HOLD);
        Acting by = new Acting("acc_1", "per_1", null, null);
        Teams teams = new Teams(two.database, two.keys, two.counted(), two::now, new SecureRandom());
        String team = teams.create(by, "Shop").orThrow().id();
        one.key("key_1", "acc_1", KeySettings.named("k"));
        one.execute("UPDATE api_key SET team_id = '" + team + "' WHERE id = 'key_1'");
        AtomicBoolean isPaused = new AtomicBoolean();
        List<Boolean> late = race(caller -> {
            boolean isLate = false;
            for (int i = 0; i < 10; i++) {
                if (caller == 0 && i == 5) {
                    teams.change(by, team, null, true).orThrow();
                    isPaused.set(true);
                }
                boolean isAfter = isPaused.get();
                CustomersFixture node = node(caller);
                KeyState key = new KeyState("key_1", node.now());
                node.commit(
                        key,
                        new Reserve(
                                new OpenHold("t" + caller + "_" + i, "acc_1", "key_1", "chat", "m", node.now()),
                                HOLD,
                                HOLD,
                                () -> SpendLimits.NONE,
                                key::usable));
                isLate |= isAfter && key.usable();
            }
            return isLate;
        });
        assertThat(late).doesNotContain(true);
        assertThat(one.decide(new KeyState("key_1", one.now()))).isEqualTo(KeyState.Outcome.TEAM_PAUSED);
    }

    @Test
    void a_team_that_one_node_renames_is_named_so_by_the_other() {
        one.account("acc_1", HOLD);
        Teams teams = new Teams(two.database, two.keys, two.counted(), two::now, new SecureRandom());
        Acting by = new Acting("acc_1", "per_1", null, null);
        String team = teams.create(by, "Search").orThrow().id();
        one.ownedKey("key_1", "acc_1", "", team);
        one.decide(SetBudgets.of("acc_1", team, limits -> Map.of(SpendWindow.DAY, new SpendBudget(0L)), one.now()));
        assertThat(refused("t1", team).name()).isEqualTo("Search");
        teams.change(by, team, "Find", null);
        assertThat(refused("t2", team).name()).isEqualTo("Find");
    }

    @Test
    void of_changes_that_race_on_two_nodes_an_allowance_s_number_is_made() throws Exception {
        one.account("acc_1", HOLD);
        Acting by = new Acting("acc_1", "per_1", null, null);
        new Teams(one.database, one.keys, one.counted(), one::now, new SecureRandom()).create(by, "first");
        one.execute("UPDATE allowance SET used = " + (CountedChanges.DAY_MAX - 10));
        List<Boolean> made = race(i -> {
            CustomersFixture node = node(i);
            Teams teams = new Teams(node.database, node.keys, node.counted(), node::now, new SecureRandom());
            try {
                return teams.create(by, "team " + i) instanceof Outcome.Done;
            } catch (ApiException refused) {
                return false;
            }
        });
        assertThat(made).filteredOn(Boolean::booleanValue).hasSize(10);
        assertThat(one.number("SELECT COUNT(*) FROM team")).isEqualTo(11);
        assertThat(one.number("SELECT used FROM allowance")).isEqualTo(CountedChanges.DAY_MAX);
    }

    private Spender refused(String id, String team) {
        OpenHold hold = new OpenHold(id, "acc_1", "key_1", "chat", "m", one.now(), "", team);
        Reserve reserve = new Reserve(hold, 1, 1, () -> SpendLimits.NONE, () -> true);
        return ((ReserveOutcome.SpendLimitReached) one.decide(reserve)).owner();
    }

    @Test
    void of_callers_that_race_on_two_nodes_exactly_as_many_are_admitted_as_the_account_s_limit_has_holds()
            throws Exception {
        one.account("acc_1", CALLERS * HOLD);
        for (int key = 0; key < 4; key++) {
            one.key("key_" + key, "acc_1", KeySettings.named("key"));
        }
        one.decide(new SetAccountSpend("acc_1", old -> new SpendLimits(null, 20 * HOLD + HOLD - 1, null)));
        List<ReserveOutcome> outcomes = race(i -> node(i).decide(ofKey("t" + i, "key_" + i % 4)));
        assertThat(outcomes)
                .filteredOn(ReserveOutcome.Reserved.class::isInstance)
                .hasSize(20);
    }

    @Test
    void an_account_s_windows_add_up_however_its_limits_come_and_go_on_two_nodes_while_it_calls() throws Exception {
        one.account("acc_1", CALLERS * HOLD);
        for (int key = 0; key < 4; key++) {
            one.key("key_" + key, "acc_1", KeySettings.named("key"));
        }
        race(i -> {
            if (i % 5 == 0) {
                SpendLimits limits = i % 2 == 0 ? SpendLimits.NONE : new SpendLimits(null, 1_000 * HOLD, null);
                return node(i / 5).decide(new SetAccountSpend("acc_1", old -> limits));
            }
            Reserve reserve = ofKey("t" + i, "key_" + i % 4);
            node(i).commit(reserve);
            return node(i + 1).settle("t" + i, i % (int) HOLD);
        });
        one.decide(new SetAccountSpend("acc_1", old -> new SpendLimits(1L, null, null)));
        assertThat(one.number("SELECT COUNT(*) FROM spend_window WHERE key_id = 'acc_1'"))
                .isEqualTo(3);
    }

    private Reserve ofKey(String id, String keyId) {
        OpenHold hold = new OpenHold(id, "acc_1", keyId, "chat", "m", one.now());
        return new Reserve(hold, HOLD, HOLD, () -> SpendLimits.NONE, () -> true);
    }

    @Test
    void of_resolutions_that_race_on_two_nodes_exactly_one_resolves() throws Exception {
        one.account("acc_1", HOLD);
        one.reserve("t1", "acc_1", HOLD, HOLD);
        List<Resolution.Outcome> outcomes = race(i -> node(i).settle("t1", 1 + i));
        assertThat(outcomes).filteredOn(Resolution.Resolved.class::isInstance).hasSize(1);
    }

    /** That the numbers have no gap and each balance follows from the one before, is checked after each test. */
    @Test
    void calls_that_end_on_two_nodes_take_each_number_once() throws Exception {
        one.account("acc_1", CALLERS * HOLD);
        for (int i = 0; i < CALLERS; i++) {
            one.reserve("t" + i, "acc_1", HOLD, HOLD);
        }
        race(i -> i % 3 == 0 ? node(i).decide(Ended.release("t" + i, one.now())) : node(i).settle("t" + i, i));
        assertThat(one.number("SELECT COUNT(DISTINCT number) FROM call")).isEqualTo(CALLERS);
        assertThat(one.number("SELECT MAX(number) FROM call")).isEqualTo(1 + CALLERS);
    }

    @Test
    void batches_over_the_same_accounts_in_any_order_never_block_each_other_for_good() throws Exception {
        long seed = Effort.seed("test.seed");
        System.out.println("seed " + seed);
        for (int account = 0; account < 8; account++) {
            one.account("acc_" + account, 1_000_000);
        }
        List<Integer> done = race(caller -> {
            Random random = new Random(seed + caller);
            for (int round = 0; round < ROUNDS; round++) {
                comeAndGo(node(caller), caller + "/" + round, random);
            }
            return ROUNDS;
        });
        assertThat(done).hasSize(CALLERS).containsOnly(ROUNDS);
        assertThat(one.number("SELECT COALESCE(SUM(reserved_micros), 0) FROM account"))
                .isZero();
    }

    /** Several calls in one unit, so that each batch takes its accounts in an order of its own. */
    private static void comeAndGo(CustomersFixture node, String id, Random random) {
        List<LedgerChange<?>> reserves = new ArrayList<>();
        List<LedgerChange<?>> settles = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String key = "key_" + random.nextInt(4);
            String account = "acc_" + random.nextInt(8);
            reserves.add(new Reserve(
                    new OpenHold(id + "/" + i, account, account + key, "chat", "m", node.now()),
                    10,
                    10,
                    () -> SpendLimits.NONE,
                    () -> true));
            settles.add(Ended.settle(id + "/" + i, random.nextInt(11), node.now()));
        }
        node.writer.commitAndWait(Unit.of(reserves));
        node.writer.commitAndWait(Unit.of(settles));
    }

    @Test
    void a_key_disabled_on_one_node_makes_no_reservation_on_the_other_from_then_on() {
        one.account("acc_1", HOLD);
        one.key("key_1", "acc_1", KeySettings.named("key"));
        assertThat(admitted(two, "t1")).isTrue();
        one.commit(KeyEdit.disable("key_1", true));
        assertThat(admitted(two, "t2")).isFalse();
        one.commit(KeyEdit.disable("key_1", false));
        assertThat(admitted(two, "t3")).isTrue();
    }

    @Test
    void an_account_blocked_on_one_node_makes_no_reservation_on_the_other_from_then_on() {
        one.account("acc_1", HOLD);
        one.key("key_1", "acc_1", KeySettings.named("key"));
        one.commit(new SetBlocked("acc_1", true));
        assertThat(admitted(two, "t1")).isFalse();
    }

    private static boolean admitted(CustomersFixture node, String id) {
        KeyState key = new KeyState("key_1", node.now());
        Reserve reserve = new Reserve(
                new OpenHold(id, "acc_1", "key_1", "chat", "m", node.now()), 1, 1, () -> SpendLimits.NONE, key::usable);
        node.commit(key, reserve);
        return reserve.reserved();
    }

    // ---- leases ----

    @Test
    void what_a_dead_node_holds_is_given_back_and_what_a_living_one_holds_is_not() {
        one.account("acc_1", 10 * HOLD);
        node("node_dead", -1);
        node("node_alive", 60_000);
        one.setNodeId("node_dead");
        one.reserve("dead", "acc_1", HOLD, HOLD);
        two.setNodeId("node_alive");
        two.reserve("alive", "acc_1", HOLD, HOLD);
        assertThat(two.decide(new ReleaseAbandoned(two.now()))).containsExactly("dead");
        assertThat(two.balance("acc_1")).isEqualTo(new Balance(9 * HOLD, HOLD, 10 * HOLD, 0));
        assertThat(two.number("SELECT COUNT(*) FROM node")).isEqualTo(1);
    }

    @Test
    void a_node_that_was_taken_for_dead_charges_nothing_any_more() {
        one.account("acc_1", HOLD);
        one.setNodeId("node_dead");
        one.reserve("t1", "acc_1", HOLD, HOLD);
        two.decide(new ReleaseAbandoned(two.now()));
        assertThat(one.settle("t1", 7)).isEqualTo(new Resolution.AlreadyResolved(ReservationState.EXPIRED));
        assertThat(one.balance("acc_1")).isEqualTo(new Balance(HOLD, 0, HOLD, 0));
    }

    @Test
    void nodes_that_clean_up_together_give_back_each_hold_once() throws Exception {
        one.account("acc_1", CALLERS * HOLD);
        one.setNodeId("node_dead");
        for (int i = 0; i < CALLERS; i++) {
            one.reserve("t" + i, "acc_1", HOLD, HOLD);
        }
        List<List<String>> expired = race(i -> node(i).decide(new ReleaseAbandoned(one.now())));
        assertThat(expired.stream().flatMap(List::stream).toList())
                .hasSize(CALLERS)
                .doesNotHaveDuplicates();
        assertThat(one.balance("acc_1").reservedMicros()).isZero();
    }

    private void node(String id, long leaseMillis) {
        Postgres.execute(
                url,
                "INSERT INTO node (id, lease_until) VALUES ('" + id + "', "
                        + one.database.dialect().nowMillis() + " + " + leaseMillis + ")");
    }

    private interface Caller<T> {
        T call(int number);
    }

    private static <T> List<T> race(Caller<T> caller) throws Exception {
        CyclicBarrier start = new CyclicBarrier(CALLERS);
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    start.await();
                    return caller.call(number);
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : running) {
                results.add(future.get());
            }
            return results;
        }
    }
}
