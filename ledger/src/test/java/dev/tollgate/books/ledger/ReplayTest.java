package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.storage.Change;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said again and again has an effect once: the reservation's id is the key of all that happens to it. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class ReplayTest {

    private static final int TIMES = 1_000;
    private static final int AT_ONCE = 20;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 10_000);
        store.reserve("other", "acc_1", 500, 500);
        store.reserve("t1", "acc_1", 300, 300);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            assertThat(closing.balance("acc_1").reservedMicros())
                    .as("another call's hold is left alone")
                    .isEqualTo(500);
            LedgerChecks.assertCoherent(closing);
        }
    }

    @Test
    void a_refund_that_is_asked_for_a_thousand_times_is_given_once() {
        List<Release> releases = new ArrayList<>();
        for (int i = 0; i < TIMES; i++) {
            releases.add(Ended.release("t1", store.now()));
        }
        commit(releases);
        assertThat(releases).filteredOn(Release::resolved).hasSize(1);
        assertThat(releases.subList(1, TIMES))
                .extracting(Release::outcome)
                .containsOnly(new Resolution.AlreadyResolved(ReservationState.RELEASED));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(9_500, 500, 10_000, 0));
        assertThat(Calls.count(store::number, "id = 't1' AND ending = 'failed' AND charged_micros = 0"))
                .isEqualTo(1);
    }

    @Test
    void a_charge_that_is_asked_for_a_thousand_times_is_made_once() {
        List<Settle> settlements = new ArrayList<>();
        for (int i = 0; i < TIMES; i++) {
            settlements.add(Ended.settle("t1", 100, 7, store.now()));
        }
        commit(settlements);
        assertThat(settlements).filteredOn(Settle::resolved).hasSize(1);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(9_400, 500, 10_000, 100));
        assertThat(Calls.count(store::number, "id = 't1' AND due_micros = 107")).isEqualTo(1);
        assertThat(settlements.stream().mapToInt(Settle::shortfallsToday).sum())
                .as("the shortfall is told once too")
                .isEqualTo(1);
    }

    @Test
    void a_charge_after_a_refund_and_a_refund_after_a_charge_come_too_late() {
        store.decide(Ended.release("t1", store.now()));
        assertThat(store.settle("t1", 300)).isEqualTo(new Resolution.AlreadyResolved(ReservationState.RELEASED));
        store.reserve("t2", "acc_1", 300, 300);
        store.settle("t2", 300);
        assertThat(store.decide(Ended.expire("t2", store.now())))
                .isEqualTo(new Resolution.AlreadyResolved(ReservationState.SETTLED));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(9_200, 500, 10_000, 300));
    }

    @Test
    void what_was_resolved_before_a_restart_is_resolved_after_it() {
        store.settle("t1", 300);
        store = store.reopened();
        assertThat(store.settle("t1", 300)).isEqualTo(new Resolution.AlreadyResolved(ReservationState.SETTLED));
        assertThat(store.decide(Ended.release("t1", store.now())))
                .isEqualTo(new Resolution.AlreadyResolved(ReservationState.SETTLED));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(9_200, 500, 10_000, 300));
    }

    @Test
    void a_resolved_call_grows_no_more() {
        store.settle("t1", 100);
        for (int i = 0; i < AT_ONCE; i++) {
            assertThat(store.decide(new Extend("t1", 1, 100, () -> SpendLimits.NONE, () -> true, store.now())))
                    .isEqualTo(new Extend.AlreadyResolved(ReservationState.SETTLED));
        }
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(9_400, 500, 10_000, 100));
    }

    @Test
    void each_call_is_debited_at_most_once_whatever_is_said_of_it() {
        for (int i = 0; i < AT_ONCE; i++) {
            Settle settle = Ended.settle("t1", 10 + i, store.now());
            Release release = Ended.release("t1", store.now());
            store.commit(i % 2 == 0 ? new Change[] {settle, release} : new Change[] {release, settle});
        }
        assertThat(Calls.count(store::number, "id = 't1' AND charged_micros = 10"))
                .isEqualTo(1);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(9_490, 500, 10_000, 10));
    }

    /** Some in one batch, some in one after the other. */
    private void commit(List<? extends Change> changes) {
        for (int i = 0; i < changes.size(); i += AT_ONCE) {
            store.commit(
                    changes.subList(i, Math.min(changes.size(), i + AT_ONCE)).toArray(Change[]::new));
        }
    }
}
