package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was used and nothing covers is the operator's (D33). */
class ShortfallTest {

    @TempDir
    Path folder;

    private BooksFixture store;
    private int lastId;

    @BeforeEach
    void open() {
        store = new BooksFixture(folder);
        store.account("acc_1", 1_000);
        store.account("acc_2", 1_000);
    }

    @AfterEach
    void close() {
        LedgerChecks.assertCoherent(store);
        store.close();
    }

    @Test
    void a_shortfall_moves_nothing_of_the_customers() {
        store.reserve("t1", "acc_1", 100, 300);
        store.commit(Ended.settle("t1", 300, 4_000, store.now()));

        assertThat(store.balance("acc_1")).isEqualTo(new Balance(700, 0, 1_000, 300));
        assertThat(store.ledger.entries("acc_1", "t1"))
                .extracting(Entry::kind, Entry::from, Entry::to, Entry::amountMicros)
                .containsExactly(tuple(EntryKind.CHARGE, Bucket.AVAILABLE, Bucket.REVENUE, -300L));
        assertThat(Calls.shortfallMicros(store::number, "id = 't1'")).isEqualTo(4_000);
        assertThat(store.ledger.reservation("t1").orElseThrow().chargedMicros()).isEqualTo(300);
    }

    @Test
    void a_second_settlement_enters_no_second_shortfall() {
        store.reserve("t1", "acc_1", 100, 300);
        store.commit(Ended.settle("t1", 300, 4_000, store.now()));
        Settle second = Ended.settle("t1", 300, 4_000, store.now());
        assertThat(store.decide(second)).isEqualTo(new Resolution.AlreadyResolved(ReservationState.SETTLED));
        assertThat(second.shortfallsToday()).isZero();
        assertThat(Calls.shortfallMicros(store::number, "account_id = 'acc_1'")).isEqualTo(4_000);
    }

    @Test
    void a_price_below_zero_is_refused() {
        store.reserve("t1", "acc_1", 100, 300);
        Settle settle = Ended.settle("t1", 0, -1, store.now());
        assertThatThrownBy(() -> store.commit(settle)).isInstanceOf(StoreException.class);
        assertThat(store.ledger.reservation("t1").orElseThrow().state()).isEqualTo(ReservationState.OPEN);
    }

    @Test
    void a_charge_of_the_whole_hold_above_the_price_is_no_shortfall() {
        store.reserve("t1", "acc_1", 300, 300);
        Settle settle = Ended.settle("t1", 300, -200, store.now());
        store.commit(settle);
        assertThat(settle.shortfallMicros()).isZero();
        assertThat(Calls.shortfallMicros(store::number, "id = 't1'")).isZero();
    }

    @Test
    void after_three_in_a_day_a_call_is_held_for_in_full_or_refused() {
        fallShort(2);
        assertThat(reserve("acc_1", 5_000)).isEqualTo(new ReserveOutcome.Reserved(1_000 - 2));
        store.settle("r" + lastId, 0);
        fallShort(1);

        assertThat(reserve("acc_1", 5_000)).isEqualTo(new ReserveOutcome.InsufficientCredits(997, 0, 5_000));
        assertThat(reserve("acc_1", 500)).as("what is covered in full").isEqualTo(new ReserveOutcome.Reserved(500));
        assertThat(reserve("acc_2", 5_000)).as("another account").isEqualTo(new ReserveOutcome.Reserved(1_000));
    }

    @Test
    void a_spend_limit_does_not_shrink_its_calls_either() {
        fallShort(3);
        SpendLimits limits = new SpendLimits(null, null, 300L);
        assertThat(store.reserve("t1", "acc_1", 1, 500, limits)).isInstanceOf(ReserveOutcome.SpendLimitReached.class);
        assertThat(store.reserve("t2", "acc_1", 1, 200, limits)).isEqualTo(new ReserveOutcome.Reserved(200));
    }

    @Test
    void the_next_day_is_a_new_one() {
        fallShort(3);
        store.advance(Duration.ofDays(1));
        assertThat(reserve("acc_1", 5_000)).isEqualTo(new ReserveOutcome.Reserved(997));
    }

    @Test
    void shortfalls_of_the_same_batch_count() {
        for (int i = 1; i <= 3; i++) {
            store.reserve("t" + i, "acc_1", 1, 1);
        }
        List<Settle> settles = List.of(
                Ended.settle("t1", 1, 9, store.now()),
                Ended.settle("t2", 1, 9, store.now()),
                Ended.settle("t3", 1, 9, store.now()));
        Reserve reserve = store.reserveChange("t4", "acc_1", 1, 5_000);
        store.commit(settles.get(0), settles.get(1), settles.get(2), reserve);

        assertThat(settles).extracting(Settle::shortfallsToday).containsExactly(1, 2, 3);
        assertThat(reserve.outcome()).isEqualTo(new ReserveOutcome.InsufficientCredits(997, 0, 5_000));
    }

    @Test
    void only_shortfalls_of_the_batch_count_and_only_the_accounts_own() {
        store.reserve("t1", "acc_1", 300, 300);
        store.reserve("t2", "acc_1", 300, 300);
        store.reserve("t3", "acc_2", 300, 300);
        Settle charged = Ended.settle("t1", 100, store.now());
        Settle shortOfOther = Ended.settle("t3", 100, 9, store.now());
        Settle shortOfOwn = Ended.settle("t2", 100, 9, store.now());
        store.commit(charged, shortOfOther, shortOfOwn);
        store.reserve("t4", "acc_1", 1, 1);
        Settle later = Ended.settle("t4", 1, store.now());
        store.commit(later);

        assertThat(charged.shortfallsToday()).isZero();
        assertThat(later.shortfallsToday()).as("not one of them").isZero();
        assertThat(shortOfOther.shortfallsToday()).isEqualTo(1);
        assertThat(shortOfOwn.shortfallsToday()).isEqualTo(1);
    }

    @Test
    void a_shortfall_in_the_first_millisecond_of_a_day_is_one_of_that_day() {
        store.setNow(Instant.parse("2026-11-21T00:00:00Z"));
        for (int i = 1; i <= 3; i++) {
            store.reserve("t" + i, "acc_1", 1, 1);
        }
        Settle first = Ended.settle("t1", 1, 9, store.now());
        Settle second = Ended.settle("t2", 1, 9, store.now());
        store.commit(first, second);
        Settle third = Ended.settle("t3", 1, 9, store.now());
        store.commit(third);
        assertThat(List.of(first, second, third))
                .extracting(Settle::shortfallsToday)
                .containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void only_shortfalls_that_balance_or_limits_refused_count_against_an_account(Stores kind, @TempDir Path its) {
        try (BooksFixture other = kind.open(its, BooksFixture::new)) {
            other.account("acc_1", 1_000);
            for (int i = 1; i <= 4; i++) {
                other.reserve("t" + i, "acc_1", 1, 1);
            }
            Settle first = Ended.settle("t1", 1, 9, false, other.now());
            other.commit(first);
            Settle second = Ended.settle("t2", 1, 9, false, other.now());
            Settle third = Ended.settle("t3", 1, 9, true, other.now());
            other.commit(second, third);
            Settle fourth = Ended.settle("t4", 1, 9, true, other.now());
            other.commit(fourth);

            assertThat(List.of(first, second, third, fourth))
                    .extracting(Settle::shortfallsToday)
                    .containsExactly(0, 0, 1, 2);
            assertThat(other.reserve("t5", "acc_1", 1, 5_000)).isEqualTo(new ReserveOutcome.Reserved(996));
            assertThat(Calls.shortfallMicros(other::number, "flags & 8 = 0"))
                    .as("the operator's alone")
                    .isEqualTo(18);
            assertThat(Calls.shortfallMicros(other::number, "flags & 8 <> 0")).isEqualTo(18);
            LedgerChecks.assertCoherent(other);
        }
    }

    private void fallShort(int times) {
        for (int i = 0; i < times; i++) {
            String id = "t_" + ++lastId;
            store.reserve(id, "acc_1", 1, 1);
            store.writer.commitAndWait(Unit.of(Ended.settle(id, 1, 50, store.now())));
        }
    }

    private ReserveOutcome reserve(String account, long wanted) {
        return store.reserve("r" + ++lastId, account, 1, wanted);
    }
}
