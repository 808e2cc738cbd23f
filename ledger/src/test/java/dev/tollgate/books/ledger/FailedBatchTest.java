package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A batch is refused by the database after the ledger has decided and changed its rows in memory: nothing of that may stay. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class FailedBatchTest {

    private static final SpendLimits HOUR_1000 = new SpendLimits(1_000L, null, null);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000);
        store.reserve("old", "acc_1", 100, 100);
        store.settle("old", 100);
        store.reserve("taken", "acc_1", 0, 0);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    @Test
    void a_hold_that_was_not_written_is_not_missing_from_the_balance_afterwards() {
        refused(store.reserveChange("taken", "acc_1", 400, 400));
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(900, 0, 1_000, 100));
        assertThat(store.reserve("t1", "acc_1", 900, 900)).isEqualTo(new ReserveOutcome.Reserved(900));
        assertThat(store.settle("t1", 900)).isEqualTo(new Resolution.Resolved(900, 0, new Balance(0, 0, 1_000, 1_000)));
    }

    @Test
    void a_hold_that_was_not_written_takes_no_room_of_a_spend_limit_afterwards() {
        refused(new Reserve(
                new OpenHold("taken", "acc_1", "key_1", "chat", "m", store.now()),
                400,
                400,
                () -> HOUR_1000,
                () -> true));
        assertThat(store.reserve("t1", "acc_1", 900, 900, HOUR_1000)).isEqualTo(new ReserveOutcome.Reserved(900));
        store.settle("t1", 0);
    }

    @Test
    void an_extension_that_was_not_written_cannot_be_charged_afterwards() {
        store.reserve("t1", "acc_1", 100, 100);
        refused(
                new Extend("t1", 200, 200, () -> SpendLimits.NONE, () -> true, store.now()),
                store.reserveChange("taken", "acc_1", 1, 1));
        assertThat(store.ledger.reservation("t1").orElseThrow().heldMicros()).isEqualTo(100);
        assertThatThrownBy(() -> store.settle("t1", 101)).isInstanceOf(StoreException.class);
        assertThat(store.settle("t1", 100)).isEqualTo(new Resolution.Resolved(100, 0, new Balance(800, 0, 1_000, 200)));
    }

    @Test
    void a_settlement_that_was_not_written_is_no_settlement_and_can_come_again() {
        store.reserve("t1", "acc_1", 300, 300);
        refused(Ended.settle("t1", 300, store.now()), store.reserveChange("taken", "acc_1", 1, 1));
        assertThat(store.ledger.reservation("t1").orElseThrow().state()).isEqualTo(ReservationState.OPEN);
        assertThat(store.settle("t1", 120))
                .isEqualTo(new Resolution.Resolved(120, 180, new Balance(780, 0, 1_000, 220)));
    }

    @Test
    void a_refund_that_was_not_written_is_given_later_and_once() {
        store.reserve("t1", "acc_1", 300, 300);
        Release release = Ended.release("t1", store.now());
        refused(release, store.reserveChange("taken", "acc_1", 1, 1));
        assertThat(store.balance("acc_1").reservedMicros()).isEqualTo(300);
        assertThat(store.decide(Ended.release("t1", store.now())))
                .isEqualTo(new Resolution.Resolved(0, 300, new Balance(900, 0, 1_000, 100)));
    }

    @Test
    void credits_that_were_not_written_are_not_there() {
        refused(new Grant("acc_1", 5_000, "gift", store.now()), store.reserveChange("taken", "acc_1", 1, 1));
        assertThat(store.reserve("t1", "acc_1", 901, 901)).isInstanceOf(ReserveOutcome.InsufficientCredits.class);
        assertThat(store.balance("acc_1").purchasedMicros()).isEqualTo(1_000);
    }

    @Test
    void a_block_that_was_not_written_has_no_effect() {
        refused(store.reserveChange("taken", "acc_1", 1, 1), new SetBlocked("acc_1", true));
        assertThat(store.reserve("t1", "acc_1", 1, 1)).isEqualTo(new ReserveOutcome.Reserved(1));
        store.settle("t1", 0);
    }

    @Test
    void an_account_that_was_not_written_does_not_exist() {
        refused(
                new CreateAccount("acc_2", "Two", store.now()),
                new Grant("acc_2", 10, "welcome", store.now()),
                store.reserveChange("taken", "acc_1", 1, 1));
        assertThat(store.ledger.account("acc_2")).isEmpty();
        assertThat(store.decide(new Grant("acc_2", 1, "x", store.now())))
                .isEqualTo(new Outcome.Refused<>(LedgerChange.noSuchAccount("acc_2")));
        assertThat(store.decide(new CreateAccount("acc_2", "Two", store.now()))).isTrue();
    }

    @Test
    void what_a_later_part_refuses_leaves_no_hold_either() {
        Settle settle = Ended.settle("t1", 400, store.now());
        refused(
                store.reserveChange("t1", "acc_1", 400, 400),
                settle,
                store.statement("INSERT INTO nowhere VALUES (1)"));
        assertThat(store.ledger.reservation("t1")).isEmpty();
        assertThat(store.reserve("t1", "acc_1", 900, 900)).isEqualTo(new ReserveOutcome.Reserved(900));
        store.settle("t1", 900);
    }

    @Test
    void of_units_that_share_a_batch_only_the_bad_one_fails_and_the_others_are_decided_without_it() {
        for (int i = 0; i < 20; i++) {
            refused(store.reserveChange("taken", "acc_1", 900, 900));
            assertThat(store.reserve("t" + i, "acc_1", 900, 900)).isEqualTo(new ReserveOutcome.Reserved(900));
            store.decide(Ended.release("t" + i, store.now()));
        }
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(900, 0, 1_000, 100));
    }

    /** One of them takes an id that was used before, which the table finds when everything is decided already. */
    private void refused(Change... changes) {
        assertThatThrownBy(() -> store.commit(changes)).isInstanceOf(StoreException.class);
    }
}
