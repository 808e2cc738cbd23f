package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.books.ledger.Reserve.Confirm;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LimitReached;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was decided and is not written yet is there for what is decided next: in an embedded database a batch decides more than once
 * before it is written, and reads what it needs each time. On a server each is a batch of its own, and the outcomes are the same.
 */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(240)
class RidingTest {

    private static final SpendLimits HOUR_1500 = new SpendLimits(1_500L, null, null);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    /**
     * After a restart no row is in memory, so that each is read from the database. The other call holds enough for a second charge to go
     * unnoticed by the rule that nothing is below zero.
     */
    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 2_500);
        store.reserve("other", "acc_1", 500, 500);
        store.reserve("old", "acc_1", 300, 300);
        store = store.reopened();
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    @Test
    void a_hold_is_missing_from_the_balance_before_it_is_written() {
        Reserve second = store.reserveChange("t2", "acc_1", 101, 101);
        decide(store.reserveChange("t1", "acc_1", 1_600, 1_600), second);
        assertThat(second.outcome()).isEqualTo(new ReserveOutcome.InsufficientCredits(100, 2_400, 101));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(100, 2_400, 2_500, 0));
    }

    @Test
    void a_hold_takes_room_of_a_spend_limit_before_it_is_written() {
        Reserve second = reserveWithin("t2", 101);
        decide(reserveWithin("t1", 600), second);
        assertThat(second.outcome())
                .isEqualTo(LimitReached.by(
                        Owner.KEY, SpendWindow.HOUR, 1_500, 0, 1_400, 101, SpendWindow.HOUR.endsAt(store.now())));
    }

    @Test
    void a_call_that_ends_before_its_hold_is_written_is_charged_once_and_leaves_nothing_held() {
        Settle settle = Ended.settle("t1", 120, store.now());
        decide(store.reserveChange("t1", "acc_1", 500, 500), settle);
        assertThat(settle.outcome()).isEqualTo(new Resolution.Resolved(120, 380, new Balance(1_580, 800, 2_500, 120)));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(1_580, 800, 2_500, 120));
    }

    @Test
    void an_extension_can_be_charged_before_it_is_written() {
        Settle settle = Ended.settle("old", 500, store.now());
        decide(new Extend("old", 200, 200, () -> SpendLimits.NONE, () -> true, store.now()), settle);
        assertThat(settle.outcome()).isEqualTo(new Resolution.Resolved(500, 0, new Balance(1_500, 500, 2_500, 500)));
    }

    @Test
    void a_charge_that_is_not_written_yet_is_not_made_again() {
        Settle second = Ended.settle("old", 100, store.now());
        decide(Ended.settle("old", 100, store.now()), second);
        assertThat(second.outcome()).isEqualTo(new Resolution.AlreadyResolved(ReservationState.SETTLED));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(1_900, 500, 2_500, 100));
    }

    /** The new call's hold is enough for a second refund to go unnoticed by the rule that nothing is below zero. */
    @Test
    void a_call_that_has_ended_is_not_given_back_as_abandoned_before_its_end_is_written() {
        ReleaseAbandoned expire = new ReleaseAbandoned(store.now());
        decide(List.of(store.reserveChange("t1", "acc_1", 500, 500), Ended.settle("old", 100, store.now())), expire);
        assertThat(expire.outcome()).contains("other").doesNotContain("old");
        assertThat(Calls.count(store::number, "id = 'old' AND charged_micros = 100"))
                .isEqualTo(1);
    }

    @Test
    void only_a_hold_that_was_given_is_something_to_write() {
        Reserve given = store.reserveChange("t1", "acc_1", 100, 100);
        Reserve refused = store.reserveChange("t2", "acc_1", 1_601, 1_601);
        decide(given, refused);
        assertThat(given.writes()).isTrue();
        assertThat(refused.writes()).isFalse();
    }

    @Test
    void credits_can_be_held_before_they_are_written() {
        Reserve reserve = store.reserveChange("t1", "acc_1", 1_750, 1_750);
        decide(new Grant("acc_1", 50, "gift", store.now()), reserve);
        assertThat(reserve.outcome()).isEqualTo(new ReserveOutcome.Reserved(1_750));
    }

    // ---- what a call asks before anything leaves ----

    @Test
    void a_hold_is_confirmed_while_it_is_open_and_whether_it_was_written_before_or_not() {
        assertThat(store.decide(new Confirm("old"))).isTrue();
        Confirm confirm = new Confirm("t1");
        decide(store.reserveChange("t1", "acc_1", 100, 100), confirm);
        assertThat(confirm.outcome()).isTrue();
    }

    @Test
    void a_hold_that_was_lost_or_has_ended_is_not_confirmed() {
        assertThat(store.decide(new Confirm("lost"))).isFalse();
        store.decide(Ended.expire("old", store.now()));
        assertThat(store.decide(new Confirm("old"))).isFalse();
    }

    @Test
    void a_hold_that_was_lost_needs_not_be_given_back_and_gives_nothing_back() {
        Release release = Ended.release("lost", store.now());
        assertThat(store.decide(release)).isEqualTo(new Resolution.NeverReserved());
        assertThat(release.resolved()).isFalse();
        assertThat(release.isSettled()).isFalse();
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(1_700, 800, 2_500, 0));
    }

    private Reserve reserveWithin(String id, long micros) {
        return new Reserve(
                new OpenHold(id, "acc_1", "key_1", "chat", "m", store.now()),
                micros,
                micros,
                () -> HOUR_1500,
                () -> true);
    }

    /** The second arrives while the first is decided: after it, and before it is written where that is possible. */
    private void decide(LedgerChange<?> first, LedgerChange<?> second) {
        decide(List.of(first), second);
    }

    private void decide(List<LedgerChange<?>> first, LedgerChange<?> second) {
        List<LedgerChange<?>> unit = new ArrayList<>(first);
        CompletableFuture<@Nullable Void> riding = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> following = new CompletableFuture<>();
        unit.add(Grant.onCondition(
                "acc_none",
                1,
                "nothing",
                Origin.GIFT,
                () -> offer(second, following),
                RequestId.ofOperator("gift"),
                store.now()));
        store.writer.ride(Unit.of(unit), Runnable::run, failure -> end(riding, failure), lost -> {});
        riding.join();
        following.join();
    }

    /** @return false: nothing is to be granted for asking */
    private boolean offer(LedgerChange<?> change, CompletableFuture<@Nullable Void> following) {
        store.writer.commit(Unit.of(change), Runnable::run, failure -> end(following, failure));
        return false;
    }

    private static void end(CompletableFuture<@Nullable Void> future, @Nullable StoreException failure) {
        if (failure == null) {
            future.complete(null);
        } else {
            future.completeExceptionally(failure);
        }
    }
}
