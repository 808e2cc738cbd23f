package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Ledger.HoldsNow;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.storage.Change;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds whose owner has died come back (D34). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class ExpiryTest {

    private static final int MORE_THAN_AT_ONCE = ReleaseAbandoned.AT_ONCE_MAX + 50;
    private static final int PER_UNIT = 25;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000_000);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    @Test
    void more_than_fit_into_one_turn_are_given_back_in_several_and_each_once() {
        for (int first = 0; first < MORE_THAN_AT_ONCE; first += PER_UNIT) {
            List<Change> unit = new ArrayList<>();
            for (int i = first; i < first + PER_UNIT; i++) {
                unit.add(store.reserveChange("t" + i, "acc_1", 7, 7));
            }
            store.commit(unit.toArray(Change[]::new));
        }
        assertThat(store.balance("acc_1").reservedMicros()).isEqualTo(7L * MORE_THAN_AT_ONCE);

        List<String> first = store.decide(new ReleaseAbandoned(store.now()));
        List<String> second = store.decide(new ReleaseAbandoned(store.now()));
        assertThat(first).hasSize(ReleaseAbandoned.AT_ONCE_MAX).doesNotContainAnyElementsOf(second);
        assertThat(second).hasSize(50);
        assertThat(store.decide(new ReleaseAbandoned(store.now()))).isEmpty();
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(1_000_000, 0, 1_000_000, 0));
        assertThat(Calls.count(store::number, "ending = 'abandoned' AND held_micros = 7"))
                .isEqualTo(MORE_THAN_AT_ONCE);
    }

    @Test
    void present_holds_are_reported_with_the_oldest() {
        assertThat(store.ledger.holdsNow()).isEqualTo(HoldsNow.NONE);
        Instant oldest = store.now();
        store.reserve("t1", "acc_1", 100, 100);
        store.advance(Duration.ofSeconds(5));
        store.reserve("t2", "acc_1", 20, 20);
        assertThat(store.ledger.holdsNow())
                .isEqualTo(new HoldsNow(2, 120, Instant.ofEpochMilli(oldest.toEpochMilli())));
    }

    @Test
    void an_expired_hold_leaves_the_spend_limit_as_it_was() {
        SpendLimits limits = new SpendLimits(null, null, 100L);
        store.reserve("t1", "acc_1", 100, 100, limits);
        assertThat(store.reserve("t2", "acc_1", 1, 1, limits)).isInstanceOf(ReserveOutcome.SpendLimitReached.class);
        assertThat(store.decide(new ReleaseAbandoned(store.now()))).containsExactly("t1");
        assertThat(store.reserve("t3", "acc_1", 100, 100, limits)).isEqualTo(new ReserveOutcome.Reserved(100));
        store.settle("t3", 100);
    }

    @Test
    void a_call_that_ends_in_the_batch_that_clears_up_ends_once() {
        store.reserve("t1", "acc_1", 100, 100);
        store.reserve("t2", "acc_1", 100, 100);
        Settle settle = Ended.settle("t1", 40, store.now());
        ReleaseAbandoned expire = new ReleaseAbandoned(store.now());
        Settle late = Ended.settle("t2", 40, store.now());
        store.commit(settle, expire, late);
        assertThat(expire.outcome()).containsExactly("t2");
        assertThat(settle.resolved()).isTrue();
        assertThat(settle.ended()).isEqualTo(new OpenHold("t1", "acc_1", "key_1", "chat", "m", store.now()));
        assertThat(late.outcome()).isEqualTo(new Resolution.AlreadyResolved(ReservationState.EXPIRED));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(999_960, 0, 1_000_000, 40));
    }

    @Test
    void a_call_ends_when_its_owner_is_found_dead() {
        Instant created = store.now();
        store.reserve("t1", "acc_1", 100, 100);
        Instant found = created.plusSeconds(600);
        ReleaseAbandoned expire = new ReleaseAbandoned(found);
        assertThat(store.decide(expire)).containsExactly("t1");
        OpenHold hold = new OpenHold("t1", "acc_1", "key_1", "chat", "m", created);
        assertThat(expire.ended()).containsExactly(new ReleaseAbandoned.Ended(hold, found));
        assertThat(store.tasks.find("acc_1", "t1").orElseThrow().completedAt()).isEqualTo(found);
    }

    @Test
    void an_expired_hold_differs_from_a_released_one() {
        store.reserve("t1", "acc_1", 100, 100);
        store.reserve("t2", "acc_1", 100, 100);
        store.decide(Ended.release("t1", store.now()));
        store.decide(Ended.expire("t2", store.now()));
        assertThat(store.ledger.reservation("t1").orElseThrow().state()).isEqualTo(ReservationState.RELEASED);
        assertThat(store.ledger.reservation("t2").orElseThrow().state()).isEqualTo(ReservationState.EXPIRED);
    }
}
