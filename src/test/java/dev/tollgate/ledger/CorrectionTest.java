package dev.tollgate.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.StoreFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is moved after the fact: refunds, payments taken back, corrections. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class CorrectionTest {

    private static final RequestId ONCE = new RequestId("once");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private StoreFixture store;

    @BeforeEach
    void a_call_that_was_charged_a_hundred() {
        store = stores.open(folder);
        store.account("acc_1", 1_000);
        store.reserve("t1", "acc_1", 300, 300);
        store.settle("t1", 100);
    }

    @AfterEach
    void everything_adds_up() {
        try (StoreFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    private Correction.Outcome refund(String task, long micros, RequestId id) {
        return store.decide(new Refund("acc_1", task, micros, "it was slow", id, store.now()));
    }

    private Correction.Outcome reverse(long micros, RequestId id) {
        return store.decide(new Reversal("acc_1", micros, "taken back", id, store.now()));
    }

    private Correction.Outcome adjust(long micros) {
        return store.decide(new Adjustment("acc_1", micros, "a mistake", null, store.now()));
    }

    @Test
    void a_refund_goes_from_revenue_to_the_balance_and_lowers_what_was_consumed() {
        assertThat(refund("t1", 40, null))
                .isEqualTo(new Correction.Corrected(
                        40, 0, new Balance(900, 0, 1_000, 100), new Balance(940, 0, 1_000, 60), false));
        Entry entry = store.ledger.entries("acc_1", "t1").getLast();
        assertThat(entry)
                .isEqualTo(new Entry(
                        "acc_1",
                        5,
                        store.now(),
                        EntryKind.REFUND,
                        "t1",
                        Bucket.REVENUE,
                        Bucket.AVAILABLE,
                        40,
                        "it was slow"));
    }

    @Test
    void the_refunds_of_a_call_never_come_to_more_than_its_charge() {
        refund("t1", 60, null);
        assertThat(refund("t1", 41, null)).isEqualTo(new Correction.BeyondCharge(100, 60));
        assertThat(refund("t1", 40, null)).isInstanceOf(Correction.Corrected.class);
        assertThat(refund("t1", 1, null)).isEqualTo(new Correction.BeyondCharge(100, 100));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(1_000, 0, 1_000, 0));
    }

    @Test
    void of_racing_refunds_no_more_take_place_than_the_charge_has_room_for() throws Exception {
        int callers = 32;
        CyclicBarrier start = new CyclicBarrier(callers);
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            List<Future<Correction.Outcome>> running = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                running.add(threads.submit(() -> {
                    start.await();
                    return refund("t1", 30, null);
                }));
            }
            int done = 0;
            for (Future<Correction.Outcome> one : running) {
                done += one.get() instanceof Correction.Corrected ? 1 : 0;
            }
            assertThat(done).isEqualTo(3);
        }
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(990, 0, 1_000, 10));
    }

    @Test
    void a_refund_asked_for_twice_under_one_id_is_given_once() {
        assertThat(refund("t1", 40, ONCE)).isInstanceOf(Correction.Corrected.class);
        assertThat(refund("t1", 40, ONCE)).isEqualTo(new Correction.DoneBefore(new Balance(940, 0, 1_000, 60)));
        assertThat(refund("t1", 41, ONCE)).isEqualTo(new Correction.IdTaken());
        assertThat(reverse(40, ONCE)).isEqualTo(new Correction.IdTaken());
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(940);
    }

    @Test
    void a_grant_asked_for_twice_under_one_id_is_given_once() {
        Grant first = new Grant("acc_1", 500, "a present", ONCE, store.now());
        Grant second = new Grant("acc_1", 500, "a present", ONCE, store.now());
        store.commit(first, second);
        assertThat(second.outcome()).isEqualTo(new Grant.GrantedBefore(new Balance(1_400, 0, 1_500, 100)));
        assertThat(store.decide(new Grant("acc_1", 501, "a present", ONCE, store.now())))
                .isEqualTo(new Grant.IdTaken());
        store.account("acc_2", 0);
        assertThat(store.decide(new Grant("acc_2", 500, "another's", ONCE, store.now())))
                .isInstanceOf(Grant.Granted.class);
    }

    @Test
    void what_runs_is_anothers_or_was_never_there_is_not_refunded() {
        store.reserve("t2", "acc_1", 10, 10);
        assertThat(refund("t2", 1, null)).isEqualTo(new Correction.StillRuns());
        assertThat(refund("t9", 1, null)).isEqualTo(new Correction.NoSuchCall());
        store.account("acc_2", 0);
        assertThat(store.decide(new Refund("acc_2", "t1", 1, "not his", null, store.now())))
                .isEqualTo(new Correction.NoSuchCall());
        assertThat(store.decide(new Refund("acc_9", "t1", 1, "nobody", null, store.now())))
                .isEqualTo(new Correction.NoSuchAccount());
        store.settle("t2", 0);
        assertThat(refund("t2", 1, null)).isEqualTo(new Correction.BeyondCharge(0, 0));
    }

    @Test
    void a_refund_gives_no_room_back_in_a_spend_window() {
        refund("t1", 100, null);
        assertThat(store.number("SELECT charged_micros FROM spend_window WHERE kind = 'total'"))
                .isEqualTo(100);
    }

    @Test
    void a_payment_taken_back_leaves_the_balance_and_what_was_purchased() {
        assertThat(reverse(900, null))
                .isEqualTo(new Correction.Corrected(
                        -900, 0, new Balance(900, 0, 1_000, 100), new Balance(0, 0, 100, 100), false));
        assertThat(store.ledger.account("acc_1").orElseThrow().blocked()).isFalse();
    }

    @Test
    void what_the_balance_lacks_of_a_payment_taken_back_is_the_platforms_and_blocks_the_account() {
        store.reserve("t2", "acc_1", 200, 200);
        assertThat(reverse(1_000, ONCE))
                .isEqualTo(new Correction.Corrected(
                        -700, 300, new Balance(700, 200, 1_000, 100), new Balance(0, 200, 300, 100), true));
        assertThat(store.ledger.account("acc_1").orElseThrow().blocked()).isTrue();
        assertThat(store.number("SELECT SUM(amount_micros) FROM entry WHERE from_bucket = 'shortfall'"))
                .isEqualTo(300);
        assertThat(reverse(1_000, ONCE)).isInstanceOf(Correction.DoneBefore.class);
        store.settle("t2", 50);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(150, 0, 300, 150));
    }

    @Test
    void an_adjustment_goes_either_way_and_never_below_what_can_be_spent() {
        assertThat(adjust(-901)).isEqualTo(new Correction.BelowZero(900));
        assertThat(adjust(-900)).isInstanceOf(Correction.Corrected.class);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 0, 100, 100));
        assertThat(adjust(5)).isInstanceOf(Correction.Corrected.class);
        assertThat(adjust(Grant.PURCHASED_MICROS_MAX)).isEqualTo(new Correction.TooMuch());
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(5, 0, 105, 100));
    }

    @Test
    void a_refund_in_the_batch_of_its_settlement_finds_the_charge() {
        store.reserve("t3", "acc_1", 50, 50);
        Settle settle = new Settle("t3", 20, store.now());
        Refund refund = new Refund("acc_1", "t3", 20, "at once", null, store.now());
        store.commit(settle, refund);
        assertThat(refund.outcome()).isInstanceOf(Correction.Corrected.class);
    }
}
