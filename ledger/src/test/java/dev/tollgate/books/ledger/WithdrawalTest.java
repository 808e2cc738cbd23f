package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.ledger.Resolution.Withdrawal;
import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tries of jobs that leave no call (J2). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class WithdrawalTest {

    private static final SpendLimits A_DAY = new SpendLimits(null, 500L, null);

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

    private Withdrawal withdrawal(String id) {
        return new Withdrawal(id, Ended.released(CallEnd.FAILED, Ended.course("main", "up", List.of())), store.now());
    }

    private void assertThereWasNoCall() {
        assertThat(store.ledger.reservation("t1")).isEmpty();
        assertThat(store.number("SELECT COUNT(*) FROM open_hold")).isZero();
        assertThat(store.number("SELECT COUNT(*) FROM call")).isZero();
        assertThat(store.number("SELECT last_number FROM account")).isEqualTo(1);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(1_000, 0, 1_000, 0));
        assertThat(store.number("SELECT COALESCE(SUM(held_micros + charged_micros), 0) FROM spend_window"))
                .isZero();
    }

    @Test
    void a_withdrawn_hold_leaves_no_call_and_takes_no_number() {
        store.reserve("t1", "acc_1", 300, 300, A_DAY);
        assertThat(store.decide(withdrawal("t1")))
                .isEqualTo(new Resolution.Resolved(0, 300, new Balance(1_000, 0, 1_000, 0)));
        assertThereWasNoCall();
        assertThat(store.reserve("t2", "acc_1", 500, 500, A_DAY)).isEqualTo(new ReserveOutcome.Reserved(500));
        store.settle("t2", 100);
        assertThat(store.number("SELECT number FROM call")).isEqualTo(2);
    }

    @Test
    void a_hold_may_be_withdrawn_before_it_is_written() {
        Reserve reserve = store.reserveChange("t1", "acc_1", 300, 300);
        Withdrawal withdrawal = withdrawal("t1");
        store.commit(reserve, withdrawal);
        assertThat(withdrawal.resolved()).isTrue();
        assertThereWasNoCall();
    }

    @Test
    void a_withdrawn_hold_was_never_reserved_for_what_follows() {
        store.reserve("t1", "acc_1", 300, 300);
        store.reserve("t2", "acc_1", 300, 300);
        Resolution again = Ended.release("t1", store.now());
        store.commit(withdrawal("t1"), again, withdrawal("t2"));
        assertThat(again.outcome()).isEqualTo(new Resolution.NeverReserved());
        assertThat(store.decide(withdrawal("t1"))).isEqualTo(new Resolution.NeverReserved());
        assertThat(store.decide(new Reserve.Confirm("t2"))).isFalse();
        assertThatThrownBy(() -> store.settle("t1", 1)).isInstanceOf(StoreException.class);
        store.reserve("t3", "acc_1", 300, 300);
        store.settle("t3", 1);
        assertThat(store.decide(withdrawal("t3")))
                .isEqualTo(new Resolution.AlreadyResolved(Reservation.ReservationState.SETTLED));
    }

    @Test
    void a_hold_of_an_earlier_run_may_be_withdrawn() {
        store.reserve("t1", "acc_1", 300, 300, A_DAY);
        store = store.reopened();
        store.commit(withdrawal("t1"));
        assertThereWasNoCall();
    }
}
