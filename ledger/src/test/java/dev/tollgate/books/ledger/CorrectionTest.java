package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.words.Amount;
import dev.tollgate.books.ledger.Correction.Adjustment;
import dev.tollgate.books.ledger.Correction.Reversal;
import dev.tollgate.books.ledger.LedgerChange.Moved;
import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Moves;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Instant;
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

    private BooksFixture store;

    @BeforeEach
    void a_call_that_was_charged_a_hundred() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000);
        store.reserve("t1", "acc_1", 300, 300);
        store.settle("t1", 100);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    private static boolean moves(Outcome<Moved> outcome) {
        return outcome instanceof Outcome.Done<Moved>(Moved moved) && moved.micros() != 0;
    }

    private static Outcome<Moved> refused(ApiError why) {
        return new Outcome.Refused<>(why);
    }

    private static Outcome<Moved> beyond(long charged, long refunded) {
        return Outcome.refused(
                409,
                sentence(
                        "The call was charged {credits} credits, of which {refunded} have already been refunded.",
                        new Amount(charged),
                        new Amount(refunded)));
    }

    private Outcome<Moved> refund(String task, long micros, RequestId id) {
        return store.decide(new Refund("acc_1", task, micros, "it was slow", id, store.now()));
    }

    private Outcome<Moved> reverse(long micros, RequestId id) {
        return store.decide(new Reversal("acc_1", micros, "taken back", id, store.now()));
    }

    private Outcome<Moved> adjust(long micros) {
        return store.decide(new Adjustment("acc_1", micros, "a mistake", null, store.now()));
    }

    @Test
    void a_refund_goes_from_revenue_to_the_balance_and_lowers_what_was_consumed() {
        assertThat(refund("t1", 40, null))
                .isEqualTo(Moves.moved(40, 0, new Balance(900, 0, 1_000, 100), new Balance(940, 0, 1_000, 60), false));
        Entry entry = store.ledger.entries("acc_1", "t1").getLast();
        assertThat(entry)
                .isEqualTo(new Entry("acc_1", 3, store.now(), EntryKind.REFUND, "t1", 40, 0, 940, "it was slow"));
    }

    @Test
    void the_refunds_of_a_call_never_exceed_its_charge() {
        refund("t1", 60, null);
        assertThat(refund("t1", 41, null)).isEqualTo(beyond(100, 60));
        assertThat(moves(refund("t1", 40, null))).isTrue();
        assertThat(refund("t1", 1, null)).isEqualTo(beyond(100, 100));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(1_000, 0, 1_000, 0));
    }

    @Test
    void refunds_in_one_commit_never_exceed_their_own_calls_charge() {
        store.reserve("t2", "acc_1", 100, 100);
        store.settle("t2", 100);
        Refund first = new Refund("acc_1", "t1", 60, "it was slow", null, store.now());
        Refund second = new Refund("acc_1", "t1", 60, "it was slow", null, store.now());
        Refund other = new Refund("acc_1", "t2", 60, "it was slow", null, store.now());
        store.commit(first, second, other);
        assertThat(first.moved()).isNotNull();
        assertThat(second.outcome()).isEqualTo(beyond(100, 60));
        assertThat(other.moved()).isNotNull();
    }

    @Test
    void of_racing_refunds_no_more_take_place_than_the_charge_has_room_for() throws Exception {
        int callers = 32;
        CyclicBarrier start = new CyclicBarrier(callers);
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            List<Future<Outcome<Moved>>> running = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                running.add(threads.submit(() -> {
                    start.await();
                    return refund("t1", 30, null);
                }));
            }
            int done = 0;
            for (Future<Outcome<Moved>> one : running) {
                done += moves(one.get()) ? 1 : 0;
            }
            assertThat(done).isEqualTo(3);
        }
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(990, 0, 1_000, 10));
    }

    @Test
    void a_refund_asked_for_twice_under_one_id_is_given_once() {
        assertThat(moves(refund("t1", 40, ONCE))).isTrue();
        assertThat(refund("t1", 40, ONCE)).isEqualTo(Moves.earlier(new Balance(940, 0, 1_000, 60)));
        assertThat(refund("t1", 41, ONCE)).isEqualTo(refused(LedgerChange.idTaken(ONCE)));
        assertThat(reverse(40, ONCE)).isEqualTo(refused(LedgerChange.idTaken(ONCE)));
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(940);
    }

    @Test
    void a_grant_asked_for_twice_under_one_id_is_given_once() {
        Grant first = new Grant("acc_1", 500, "a present", ONCE, store.now());
        Grant second = new Grant("acc_1", 500, "a present", ONCE, store.now());
        store.commit(first, second);
        assertThat(second.outcome()).isEqualTo(Moves.earlier(new Balance(1_400, 0, 1_500, 100)));
        assertThat(store.decide(new Grant("acc_1", 501, "a present", ONCE, store.now())))
                .isEqualTo(refused(LedgerChange.idTaken(ONCE)));
        store.account("acc_2", 0);
        assertThat(moves(store.decide(new Grant("acc_2", 500, "another's", ONCE, store.now()))))
                .isTrue();
    }

    @Test
    void what_runs_is_anothers_or_was_never_there_is_not_refunded() {
        store.reserve("t2", "acc_1", 10, 10);
        assertThat(refund("t2", 1, null))
                .isEqualTo(Outcome.refused(409, sentence("The call is still running and has no charge yet.")));
        assertThat(refund("t9", 1, null)).isEqualTo(refused(Refund.noSuchCall("t9")));
        store.account("acc_2", 0);
        assertThat(store.decide(new Refund("acc_2", "t1", 1, "not his", null, store.now())))
                .isEqualTo(refused(Refund.noSuchCall("t1")));
        assertThat(store.decide(new Refund("acc_9", "t1", 1, "nobody", null, store.now())))
                .isEqualTo(refused(LedgerChange.noSuchAccount("acc_9")));
        store.settle("t2", 0);
        assertThat(refund("t2", 1, null)).isEqualTo(beyond(0, 0));
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
                .isEqualTo(Moves.moved(-900, 0, new Balance(900, 0, 1_000, 100), new Balance(0, 0, 100, 100), false));
        assertThat(store.ledger.account("acc_1").orElseThrow().blocked()).isFalse();
    }

    @Test
    void what_the_balance_lacks_of_a_payment_taken_back_is_the_platforms_and_blocks_the_account() {
        store.reserve("t2", "acc_1", 200, 200);
        Reversal covered = new Reversal("acc_1", 700, "taken back", null, store.now());
        Adjustment back = new Adjustment("acc_1", 700, "a mistake", null, store.now());
        store.commit(covered, back);
        assertThat(covered.blockedOrNot()).isNull();
        assertThat(reverse(1_000, ONCE))
                .isEqualTo(
                        Moves.moved(-700, 300, new Balance(700, 200, 1_000, 100), new Balance(0, 200, 300, 100), true));
        assertThat(store.ledger.account("acc_1").orElseThrow().blocked()).isTrue();
        assertThat(store.number("SELECT SUM(missing_micros) FROM entry")).isEqualTo(-300);
        assertThat(reverse(1_000, ONCE)).isEqualTo(Moves.earlier(new Balance(0, 200, 300, 100)));
        store.commit(new SetBlocked("acc_1", false));
        Reversal lacking = new Reversal("acc_1", 1, "taken back", null, store.now());
        store.commit(lacking);
        assertThat(lacking.blockedOrNot()).isEqualTo("acc_1");
        store.settle("t2", 50);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(150, 0, 300, 150));
    }

    @Test
    void an_adjustment_goes_either_way_and_never_below_what_can_be_spent() {
        assertThat(adjust(-901))
                .isEqualTo(Outcome.refused(
                        409,
                        sentence(
                                "The account can spend {credits} credits. You can remove at most that amount.",
                                new Amount(900))));
        assertThat(moves(adjust(-900))).isTrue();
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 0, 100, 100));
        assertThat(moves(adjust(5))).isTrue();
        assertThat(adjust(Grant.PURCHASED_MICROS_MAX)).isEqualTo(refused(LedgerChange.tooMuch()));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(5, 0, 105, 100));
    }

    @Test
    void an_account_can_be_filled_by_an_adjustment_to_what_it_can_hold_and_no_further() {
        assertThat(adjust(Grant.PURCHASED_MICROS_MAX - 999)).isEqualTo(refused(LedgerChange.tooMuch()));
        assertThat(moves(adjust(Grant.PURCHASED_MICROS_MAX - 1_000))).isTrue();
        assertThat(store.balance("acc_1").purchasedMicros()).isEqualTo(Grant.PURCHASED_MICROS_MAX);
    }

    @Test
    void an_adjustment_or_a_reversal_asked_for_twice_under_one_id_is_made_once_and_is_of_no_call() {
        for (int time = 1; time <= 2; time++) {
            Adjustment adjustment =
                    new Adjustment("acc_1", -5, "a mistake", RequestId.ofOperator("adjust"), store.now());
            Reversal reversal = new Reversal("acc_1", 7, "taken back", RequestId.ofOperator("reverse"), store.now());
            store.commit(adjustment, reversal);
            assertThat(List.of(adjustment.moved() != null, reversal.moved() != null))
                    .containsOnly(time == 1);
        }
        assertThat(store.ledger.entries("acc_1", 2, 10))
                .containsExactly(
                        taken(3, EntryKind.ADJUSTMENT, 5, 895, "a mistake"),
                        taken(4, EntryKind.REVERSAL, 7, 888, "taken back"));
    }

    private Entry taken(long number, EntryKind kind, long micros, long balance, String reason) {
        return new Entry("acc_1", number, store.now(), kind, null, -micros, 0, balance, reason);
    }

    private Outcome<Moved> grant(long micros, String reason, RequestId id) {
        return store.decide(new Grant("acc_1", micros, reason, id, store.now()));
    }

    @Test
    void an_operators_id_never_equals_a_payments_id() {
        grant(50, "Payment of $7", new RequestId("payment-1"));
        for (int time = 1; time <= 2; time++) {
            Outcome<Moved> given = grant(50, "a gift", RequestId.ofOperator("payment-1"));
            assertThat(given.isDone()).isTrue();
            assertThat(moves(given)).isEqualTo(time == 1);
        }
        grant(60, "a gift", RequestId.ofOperator("payment-2"));
        assertThat(moves(grant(50, "Payment of $7", new RequestId("payment-2"))))
                .isTrue();
    }

    @Test
    void a_grant_on_a_condition_is_given_where_it_holds_and_once_under_its_id() {
        assertThat(store.decide(Grant.onCondition("acc_1", 5, "a gift", Origin.GIFT, () -> false, ONCE, store.now())))
                .isEqualTo(Outcome.refused(409, sentence("The condition of the grant does not hold.")));
        assertThat(store.decide(Grant.onCondition("acc_1", 5, "a gift", Origin.GIFT, () -> true, ONCE, store.now())))
                .isEqualTo(Moves.granted(5, new Balance(905, 0, 1_005, 100)));
        assertThat(store.decide(Grant.onCondition("acc_1", 5, "a gift", Origin.GIFT, () -> true, ONCE, store.now())))
                .isEqualTo(Moves.earlier(new Balance(905, 0, 1_005, 100)));
    }

    @Test
    void a_reason_has_one_to_five_hundred_characters() {
        for (String reason : List.of("", " ", "x".repeat(501))) {
            assertThatThrownBy(() -> new Adjustment("acc_1", 1, reason, null, store.now()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Grant("acc_1", 1, reason, store.now()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(moves(store.decide(new Adjustment("acc_1", 1, "x".repeat(500), null, store.now()))))
                .isTrue();
        assertThat(moves(store.decide(new Grant("acc_1", 1, "x".repeat(500), store.now()))))
                .isTrue();
    }

    @Test
    void an_entry_is_not_put_before_those_that_are_there_when_the_clock_has_gone_back_even_after_a_restart() {
        Instant noon = store.now();
        store = store.reopened();
        store.setNow(noon.minusSeconds(3_600));
        assertThat(moves(adjust(1))).isTrue();
        store = store.reopened();
        assertThat(moves(adjust(2))).isTrue();
        assertThat(store.ledger.entries("acc_1", 2, 10)).extracting(Entry::at).containsExactly(noon, noon);
    }

    @Test
    void the_observer_receives_exactly_the_committed_entries() {
        List<String> told = new ArrayList<>();
        store.ledger.watchedBy((kind, from, micros) -> told.add(kind + " from " + from + ": " + micros));
        store.reserve("t2", "acc_1", 30, 30);
        store.settle("t2", 10);
        assertThatThrownBy(() -> store.commit(
                        new Grant("acc_1", 5, "a gift", store.now()), Ended.settle("unknown", 1, store.now())))
                .isInstanceOf(StoreException.class);
        assertThat(told)
                .containsExactly(
                        "RESERVATION from AVAILABLE: 30", "CHARGE from RESERVED: 10", "RELEASE from RESERVED: 20");
    }

    @Test
    void a_refund_in_the_batch_of_its_settlement_finds_the_charge() {
        store.reserve("t3", "acc_1", 50, 50);
        Settle settle = Ended.settle("t3", 20, store.now());
        Refund refund = new Refund("acc_1", "t3", 20, "at once", null, store.now());
        store.commit(settle, refund);
        assertThat(moves(refund.outcome())).isTrue();
    }
}
