package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Moves;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class ReservationTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    @Test
    void a_new_account_has_nothing_and_its_id_is_made_once() {
        CreateAccount first = new CreateAccount("acc_2", "Two", store.now());
        assertThat(store.decide(first)).isTrue();
        assertThat(store.decide(new CreateAccount("acc_2", "Other", store.now())))
                .isFalse();
        assertThat(store.ledger.account("acc_2"))
                .contains(new Account("acc_2", "Two", BooksFixture.NOON, false, new Balance(0, 0, 0, 0)));
    }

    @Test
    void a_grant_can_depend_on_the_account_being_new() {
        Grant first = welcome();
        assertThat(first.outcome()).isEqualTo(Moves.granted(500, new Balance(500, 0, 500, 0)));
        assertThat(store.balance("acc_2")).isEqualTo(new Balance(500, 0, 500, 0));
        Grant second = welcome();
        assertThat(second.outcome().isDone()).isFalse();
        assertThat(store.balance("acc_2")).isEqualTo(new Balance(500, 0, 500, 0));
    }

    private Grant welcome() {
        CreateAccount create = new CreateAccount("acc_2", "Two", store.now());
        Grant grant = Grant.onCondition(
                "acc_2", 500, "welcome", Origin.GIFT, create::outcome, RequestId.ofOperator("gift"), store.now());
        store.commit(create, grant);
        return grant;
    }

    @Test
    void texts_have_a_length_and_one_of_the_longest_is_taken() {
        String name = "n".repeat(CreateAccount.NAME_CHARS_MAX);
        String reason = "r".repeat(Grant.REASON_CHARS_MAX);
        store.commit(new CreateAccount("acc_2", name, store.now()), new Grant("acc_2", 1, reason, store.now()));
        assertThat(store.ledger.account("acc_2").orElseThrow().name()).isEqualTo(name);
        assertThat(store.ledger.entries("acc_2", 0, Ledger.PAGE_MAX))
                .extracting(Entry::reason)
                .containsExactly(reason);
        assertThatThrownBy(() -> new CreateAccount("acc_3", name + "n", store.now()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CreateAccount("acc_3", " ", store.now()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Grant("acc_2", 1, reason + "r", store.now()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Grant("acc_2", 1, " ", store.now())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_grant_without_account_or_beyond_the_limit_is_refused() {
        assertThat(store.decide(new Grant("acc_9", 1, "x", store.now())))
                .isEqualTo(new Outcome.Refused<>(LedgerChange.noSuchAccount("acc_9")));
        assertThat(store.decide(new Grant("acc_1", Grant.PURCHASED_MICROS_MAX - 999, "x", store.now())))
                .isEqualTo(new Outcome.Refused<>(LedgerChange.tooMuch()));
        assertThat(store.decide(new Grant("acc_1", Grant.PURCHASED_MICROS_MAX - 1_000, "x", store.now()))
                        .isDone())
                .isTrue();
        assertThatThrownBy(() -> new Grant("acc_1", 0, "x", store.now())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_is_wanted_is_held_when_it_is_covered() {
        assertThat(store.reserve("t1", "acc_1", 100, 300)).isEqualTo(new ReserveOutcome.Reserved(300));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(700, 300, 1_000, 0));
        assertThat(store.ledger.reservation("t1"))
                .contains(new Reservation("t1", "acc_1", "key_1", BooksFixture.NOON, ReservationState.OPEN, 300, 0));
    }

    @Test
    void a_balance_that_covers_a_part_is_held_whole() {
        assertThat(store.reserve("t1", "acc_1", 1_000, 5_000)).isEqualTo(new ReserveOutcome.Reserved(1_000));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 1_000, 1_000, 0));
    }

    @Test
    void less_than_the_least_is_refused_and_nothing_is_written() {
        assertThat(store.reserve("t1", "acc_1", 1_001, 5_000))
                .isEqualTo(new ReserveOutcome.InsufficientCredits(1_000, 0, 1_001));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(1_000, 0, 1_000, 0));
        assertThat(store.ledger.reservation("t1")).isEmpty();
        assertThat(store.number("SELECT COUNT(*) FROM spend_window")).isZero();
        Reserve refused = store.reserveChange("t1", "acc_1", 1_001, 5_000);
        store.commit(refused);
        assertThat(refused.reserved()).isFalse();
    }

    @Test
    void a_refusal_tells_whether_running_calls_are_the_reason() {
        store.reserve("t1", "acc_1", 600, 600);
        var refused = (ReserveOutcome.InsufficientCredits) store.reserve("t2", "acc_1", 1_000, 1_000);
        assertThat(refused).isEqualTo(new ReserveOutcome.InsufficientCredits(400, 600, 1_000));
        assertThat(refused.becauseOfRunningCalls()).isTrue();
        var hopeless = (ReserveOutcome.InsufficientCredits) store.reserve("t3", "acc_1", 1_001, 1_001);
        assertThat(hopeless.becauseOfRunningCalls()).isFalse();
    }

    @Test
    void a_blocked_account_an_unknown_one_and_a_refused_key_reserve_nothing() {
        assertThat(store.reserve("t1", "acc_9", 0, 1)).isEqualTo(new ReserveOutcome.NotAllowed());
        assertThat(store.decide(new Reserve(
                        new OpenHold("t2", "acc_1", "key_1", "chat", "m", store.now()),
                        1,
                        1,
                        () -> SpendLimits.NONE,
                        () -> false)))
                .isEqualTo(new ReserveOutcome.NotAllowed());
        assertThat(store.decide(new SetBlocked("acc_1", true))).isEqualTo(new Outcome.Done<>(false));
        assertThat(store.ledger.account("acc_1").orElseThrow().blocked()).isTrue();
        assertThat(store.reserve("t3", "acc_1", 1, 1)).isEqualTo(new ReserveOutcome.NotAllowed());
        store.commit(new SetBlocked("acc_1", false));
        assertThat(store.reserve("t4", "acc_1", 1, 1)).isEqualTo(new ReserveOutcome.Reserved(1));
        assertThat(store.decide(new SetBlocked("acc_9", true)))
                .isEqualTo(new Outcome.Refused<>(LedgerChange.noSuchAccount("acc_9")));
    }

    @Test
    void a_free_call_is_reserved_without_an_entry() {
        assertThat(store.reserve("t1", "acc_1", 0, 0)).isEqualTo(new ReserveOutcome.Reserved(0));
        assertThat(store.settle("t1", 0)).isInstanceOf(Resolution.Resolved.class);
        assertThat(store.ledger.entries("acc_1", "t1")).isEmpty();
    }

    @Test
    void an_id_is_reserved_once_in_one_batch_or_in_two() {
        store.reserve("t1", "acc_1", 100, 100);
        assertThatThrownBy(() -> store.reserve("t1", "acc_1", 100, 100)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.commit(
                        store.reserveChange("t2", "acc_1", 1, 1), store.reserveChange("t2", "acc_1", 1, 1)))
                .isInstanceOf(StoreException.class)
                .isNotInstanceOf(StoreUnavailable.class);
        assertThat(store.balance("acc_1").reservedMicros()).isEqualTo(100);
    }

    @Test
    void a_settlement_charges_and_gives_the_rest_back() {
        store.reserve("t1", "acc_1", 300, 300);
        store.advance(Duration.ofSeconds(5));
        assertThat(store.settle("t1", 120))
                .isEqualTo(new Resolution.Resolved(120, 180, new Balance(880, 0, 1_000, 120)));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(880, 0, 1_000, 120));
        assertThat(store.ledger.entries("acc_1", "t1"))
                .containsExactly(new Entry("acc_1", 2, store.now(), EntryKind.CHARGE, "t1", -120, 0, 880, null));
    }

    @Test
    void a_call_is_one_line_of_the_ledger_and_one_without_a_charge_is_none() {
        store.reserve("t1", "acc_1", 300, 300);
        store.settle("t1", 300);
        assertThat(store.ledger.entries("acc_1", "t1")).extracting(Entry::kind).containsExactly(EntryKind.CHARGE);
        store.reserve("t2", "acc_1", 300, 300);
        store.settle("t2", 0);
        assertThat(store.ledger.entries("acc_1", "t2")).isEmpty();
    }

    @Test
    void a_second_resolution_of_any_kind_writes_nothing_and_says_so() {
        store.reserve("t1", "acc_1", 300, 300);
        store.settle("t1", 100);
        long number = store.number("SELECT last_number FROM account");
        Resolution.Outcome settled = new Resolution.AlreadyResolved(ReservationState.SETTLED);
        assertThat(store.settle("t1", 100)).isEqualTo(settled);
        assertThat(store.settle("t1", 300)).isEqualTo(settled);
        assertThat(store.decide(Ended.release("t1", store.now()))).isEqualTo(settled);
        assertThat(store.decide(new Extend("t1", 1, 1, () -> SpendLimits.NONE, () -> true, store.now())))
                .isEqualTo(new Extend.AlreadyResolved(ReservationState.SETTLED));
        assertThat(store.number("SELECT last_number FROM account")).isEqualTo(number);
        assertThat(Calls.count(store::number, "id = 't1'")).isEqualTo(1);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(900, 0, 1_000, 100));
    }

    @Test
    void two_resolutions_in_one_batch_resolve_once() {
        store.reserve("t1", "acc_1", 300, 300);
        Settle settle = Ended.settle("t1", 100, store.now());
        Release release = Ended.release("t1", store.now());
        store.commit(settle, release);
        assertThat(settle.resolved()).isTrue();
        assertThat(release.outcome()).isEqualTo(new Resolution.AlreadyResolved(ReservationState.SETTLED));
    }

    @Test
    void a_call_is_settled_by_its_settlement_or_one_before_and_by_no_release() {
        store.reserve("t1", "acc_1", 300, 300);
        store.reserve("t2", "acc_1", 300, 300);
        Settle settle = Ended.settle("t1", 100, store.now());
        Release late = Ended.release("t1", store.now());
        Release release = Ended.release("t2", store.now());
        Settle tooLate = Ended.settle("t2", 100, store.now());
        store.commit(settle, late, release, tooLate);
        assertThat(List.of(settle, late, release, tooLate))
                .extracting(Resolution::isSettled)
                .containsExactly(true, true, false, false);
    }

    @Test
    void a_release_gives_everything_back() {
        store.reserve("t1", "acc_1", 300, 300);
        assertThat(store.decide(Ended.release("t1", store.now())))
                .isEqualTo(new Resolution.Resolved(0, 300, new Balance(1_000, 0, 1_000, 0)));
        assertThat(store.ledger.reservation("t1").orElseThrow().state()).isEqualTo(ReservationState.RELEASED);
    }

    @Test
    void a_charge_above_the_hold_fails_its_unit_and_the_hold_stays() {
        store.reserve("t1", "acc_1", 300, 300);
        assertThatThrownBy(() -> store.settle("t1", 301))
                .isInstanceOf(StoreException.class)
                .isNotInstanceOf(StoreUnavailable.class);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(700, 300, 1_000, 0));
        assertThat(store.settle("t1", 300)).isInstanceOf(Resolution.Resolved.class);
    }

    @Test
    void what_was_never_reserved_cannot_be_settled() {
        assertThatThrownBy(() -> store.settle("nothing", 0)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> Ended.settle("t1", -1, store.now())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_extension_takes_what_is_covered_down_to_the_least() {
        store.reserve("t1", "acc_1", 600, 600);
        assertThat(store.decide(new Extend("t1", 1, 300, () -> SpendLimits.NONE, () -> true, store.now())))
                .isEqualTo(new Extend.Extended(300, 900));
        assertThat(store.decide(new Extend("t1", 1, 300, () -> SpendLimits.NONE, () -> true, store.now())))
                .isEqualTo(new Extend.Extended(100, 1_000));
        assertThat(store.decide(new Extend("t1", 1, 300, () -> SpendLimits.NONE, () -> true, store.now())))
                .isEqualTo(new Extend.BalanceExhausted());
        assertThat(store.settle("t1", 950)).isEqualTo(new Resolution.Resolved(950, 50, new Balance(50, 0, 1_000, 950)));
        assertThat(store.ledger.reservation("t1"))
                .contains(new Reservation(
                        "t1", "acc_1", "key_1", BooksFixture.NOON, ReservationState.SETTLED, 1_000, 950));
    }

    @Test
    void an_extension_may_take_the_very_last_of_a_balance() {
        store.reserve("t1", "acc_1", 600, 600);
        assertThat(store.decide(new Extend("t1", 401, 500, () -> SpendLimits.NONE, () -> true, store.now())))
                .isEqualTo(new Extend.BalanceExhausted());
        assertThat(store.decide(new Extend("t1", 400, 500, () -> SpendLimits.NONE, () -> true, store.now())))
                .isEqualTo(new Extend.Extended(400, 1_000));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 1_000, 1_000, 0));
    }

    @Test
    void a_call_that_is_not_covered_in_full_knows_whether_a_limit_or_the_balance_is_why() {
        assertThat(heldBackByWindow("t1", 100, new SpendLimits(null, null, 99L)))
                .isTrue();
        assertThat(heldBackByWindow("t2", 100, new SpendLimits(null, null, 100L)))
                .isFalse();
        assertThat(heldBackByWindow("t3", 2_000, new SpendLimits(null, null, 999L)))
                .isTrue();
        assertThat(heldBackByWindow("t4", 2_000, new SpendLimits(null, null, 1_000L)))
                .isFalse();
        assertThat(heldBackByWindow("t5", 2_000, SpendLimits.NONE)).isFalse();
    }

    private boolean heldBackByWindow(String id, long wanted, SpendLimits limits) {
        Reserve reserve = new Reserve(
                new OpenHold(id, "acc_1", "key_1", "chat", "m", store.now()), 1, wanted, () -> limits, () -> true);
        store.commit(reserve);
        assertThat(reserve.reserved()).isTrue();
        store.settle(id, 0);
        return reserve.heldBackBy() != null;
    }

    @Test
    void reserve_extend_and_settle_in_one_batch_are_one_after_the_other() {
        Reserve reserve = store.reserveChange("t1", "acc_1", 100, 100);
        Extend extend = new Extend("t1", 50, 50, () -> SpendLimits.NONE, () -> true, store.now());
        Settle settle = Ended.settle("t1", 140, store.now());
        store.commit(reserve, extend, settle);
        assertThat(extend.outcome()).isEqualTo(new Extend.Extended(50, 150));
        assertThat(settle.outcome()).isEqualTo(new Resolution.Resolved(140, 10, new Balance(860, 0, 1_000, 140)));
    }

    @Test
    void bounds_that_make_no_sense_are_refused_when_the_change_is_made() {
        assertThatThrownBy(() -> store.reserveChange("t1", "acc_1", 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.reserveChange("t1", "acc_1", -1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Extend("t1", 0, 1, () -> SpendLimits.NONE, () -> true, store.now()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CreateAccount("1", "x", store.now())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpendLimits(-1L, null, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Balance(1, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_calls_movements_are_found_among_all_movements() {
        store.account("acc_2", 1_000);
        for (int i = 0; i < 5; i++) {
            store.reserve("a" + i, "acc_1", 10, 10);
            store.reserve("b" + i, "acc_2", 10, 10);
        }
        store.decide(new Extend("a2", 5, 5, () -> SpendLimits.NONE, () -> true, store.now()));
        for (int i = 0; i < 5; i++) {
            store.settle("a" + i, i);
            store.settle("b" + i, 10);
        }
        assertThat(store.ledger.entries("acc_1", "a2"))
                .extracting(Entry::kind, Entry::number, Entry::amountMicros, Entry::balanceAfterMicros)
                .containsExactly(tuple(EntryKind.CHARGE, 4L, -2L, 997L));
        assertThat(store.ledger.entries("acc_1", "b0"))
                .extracting(Entry::accountId)
                .containsOnly("acc_2");
        assertThat(store.ledger.entries("acc_1", "nothing")).isEmpty();
    }

    @Test
    void lists_come_in_pages() {
        store.account("acc_2", 5);
        store.account("acc_3", 0);
        assertThat(store.ledger.accounts(null, 2)).extracting(Account::id).containsExactly("acc_1", "acc_2");
        assertThat(store.ledger.accounts("acc_2", 2)).extracting(Account::id).containsExactly("acc_3");
        for (int call = 0; call < 3; call++) {
            store.reserve("t" + call, "acc_1", 10, 10);
            store.settle("t" + call, call);
        }
        store.commit(new Grant("acc_1", 1, "gift", store.now()));
        assertThat(numbers(0, 2)).as("a call without a charge is no line").containsExactly(1L, 3L);
        assertThat(numbers(3, 1)).containsExactly(4L);
        assertThat(numbers(4, 10)).containsExactly(5L);
        assertThatThrownBy(() -> store.ledger.accounts(null, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.ledger.accounts(null, 1_001)).isInstanceOf(IllegalArgumentException.class);
    }

    private List<Long> numbers(long after, int limit) {
        return store.ledger.entries("acc_1", after, limit).stream()
                .map(Entry::number)
                .toList();
    }

    @Test
    void a_crash_loses_only_holds_and_recovery_gives_them_back() {
        store.reserve("t1", "acc_1", 100, 100);
        store.reserve("t2", "acc_1", 200, 200);
        store.reserve("t3", "acc_1", 300, 300);
        store.settle("t2", 150);
        store = store.reopened();
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(450, 400, 1_000, 150));
        assertThat(store.decide(new ReleaseAbandoned(store.now()))).containsExactly("t1", "t3");
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(850, 0, 1_000, 150));
        assertThat(store.ledger.reservation("t1").orElseThrow().state()).isEqualTo(ReservationState.EXPIRED);
        assertThat(store.ledger.entries("acc_1", "t1")).isEmpty();
        assertThat(store.settle("t1", 50)).isEqualTo(new Resolution.AlreadyResolved(ReservationState.EXPIRED));
        assertThat(store.decide(new ReleaseAbandoned(store.now()))).isEmpty();
    }
}
