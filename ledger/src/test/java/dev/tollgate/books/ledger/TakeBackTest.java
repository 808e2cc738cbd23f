package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.ledger.TakeBack.Done;
import dev.tollgate.books.ledger.TakeBack.Taken;
import dev.tollgate.books.ledger.TakeBack.Wanted;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is taken back of a payment as it is refunded and disputed, and what of it comes back when a dispute is won. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class TakeBackTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;
    private Taken taken = Taken.NOTHING;
    private int asked;

    @BeforeEach
    void an_account_with_a_thousand_of_which_running_calls_hold_two_hundred() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000);
        store.reserve("t1", "acc_1", 200, 200);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    private TakeBack bringingTo(long wanted, String requestId) {
        return new TakeBack(
                "acc_1",
                () -> new Wanted(taken, wanted),
                now -> taken = now,
                "disputed",
                new RequestId(requestId),
                Origin.of(Origin.Kind.CARD_REFUND, "pay_1"),
                false,
                store.now());
    }

    private Optional<Done> bringTo(long wanted) {
        return store.decide(bringingTo(wanted, "change-" + ++asked));
    }

    private boolean isBlocked() {
        return store.ledger.account("acc_1").orElseThrow().blocked();
    }

    @Test
    void what_is_taken_back_leaves_the_balance_and_what_was_purchased() {
        assertThat(bringTo(300))
                .contains(new Done(
                        Taken.NOTHING,
                        new Taken(300, 0),
                        new Balance(800, 200, 1_000, 0),
                        new Balance(500, 200, 700, 0),
                        false));
        assertThat(bringTo(300)).as("it is so already").isEmpty();
        assertThat(bringTo(310))
                .contains(new Done(
                        new Taken(300, 0),
                        new Taken(310, 0),
                        new Balance(500, 200, 700, 0),
                        new Balance(490, 200, 690, 0),
                        false));
        assertThat(isBlocked()).isFalse();
        assertThat(store.ledger.entries("acc_1", 2, 10))
                .containsExactly(new Entry("acc_1", 3, store.now(), EntryKind.REVERSAL, null, -10, 0, 690, "disputed"));
    }

    @Test
    void all_that_can_be_spent_can_be_taken_without_a_block() {
        assertThat(bringTo(800))
                .contains(new Done(
                        Taken.NOTHING,
                        new Taken(800, 0),
                        new Balance(800, 200, 1_000, 0),
                        new Balance(0, 200, 200, 0),
                        false));
        assertThat(isBlocked()).isFalse();
    }

    @Test
    void what_the_balance_lacks_is_the_platforms_and_blocks_the_account_and_what_calls_hold_stays() {
        TakeBack first = bringingTo(900, "first");
        assertThat(store.decide(first))
                .contains(new Done(
                        Taken.NOTHING,
                        new Taken(900, 100),
                        new Balance(800, 200, 1_000, 0),
                        new Balance(0, 200, 200, 0),
                        true));
        assertThat(first.blockedOrNot()).isEqualTo("acc_1");
        assertThat(isBlocked()).isTrue();
        TakeBack second = bringingTo(950, "second");
        assertThat(store.decide(second))
                .contains(new Done(
                        new Taken(900, 100),
                        new Taken(950, 150),
                        new Balance(0, 200, 200, 0),
                        new Balance(0, 200, 200, 0),
                        false));
        assertThat(second.blockedOrNot()).as("it was blocked before").isNull();
        assertThat(store.number("SELECT SUM(missing_micros) FROM entry")).isEqualTo(-150);
        store.settle("t1", 200);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 0, 200, 200));
    }

    @Test
    void a_returned_part_lowers_the_loss_first_and_unblocks_nothing() {
        bringTo(900);
        assertThat(bringTo(840))
                .contains(new Done(
                        new Taken(900, 100),
                        new Taken(840, 40),
                        new Balance(0, 200, 200, 0),
                        new Balance(0, 200, 200, 0),
                        false));
        assertThat(bringTo(0))
                .contains(new Done(
                        new Taken(840, 40),
                        Taken.NOTHING,
                        new Balance(0, 200, 200, 0),
                        new Balance(800, 200, 1_000, 0),
                        false));
        assertThat(isBlocked()).isTrue();
    }

    @Test
    void what_comes_back_never_fills_an_account_beyond_what_it_can_hold() {
        bringTo(300);
        store.commit(new Grant("acc_1", Grant.PURCHASED_MICROS_MAX - 701, "much", store.now()));
        assertThat(bringTo(298)).isEmpty();
        assertThat(taken).as("nothing is told").isEqualTo(new Taken(300, 0));
        assertThat(bringTo(299)).isPresent();
        assertThat(store.balance("acc_1").purchasedMicros()).isEqualTo(Grant.PURCHASED_MICROS_MAX);
    }

    @Test
    void what_is_asked_for_twice_under_one_id_moves_once() {
        TakeBack once = bringingTo(300, "once");
        TakeBack again = new TakeBack(
                "acc_1",
                () -> new Wanted(Taken.NOTHING, 300),
                now -> {},
                "disputed",
                new RequestId("once"),
                Origin.of(Origin.Kind.CARD_REFUND, "pay_1"),
                false,
                store.now());
        store.commit(once, again);
        assertThat(once.outcome()).isPresent();
        assertThat(again.outcome()).isEmpty();
        assertThat(store.decide(bringingTo(200, "once"))).isEmpty();
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(500);
    }

    @Test
    void what_is_to_come_back_and_is_asked_for_twice_under_one_id_comes_back_once() {
        bringTo(300);
        TakeBack again = new TakeBack(
                "acc_1",
                () -> new Wanted(new Taken(300, 0), 200),
                now -> {},
                "won",
                new RequestId("once"),
                Origin.of(Origin.Kind.CARD_REFUND, "pay_1"),
                false,
                store.now());
        assertThat(store.decide(bringingTo(200, "once"))).isPresent();
        assertThat(store.decide(again)).isEmpty();
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(600, 200, 800, 0));
        assertThat(store.number("SELECT SUM(amount_micros) FROM entry WHERE request_id = 'once'"))
                .isEqualTo(100);
    }

    @Test
    void a_payment_or_an_account_that_is_not_there_is_left_alone() {
        TakeBack nothing = new TakeBack(
                "acc_1",
                () -> null,
                now -> taken = now,
                "none",
                new RequestId("none"),
                Origin.of(Origin.Kind.CARD_REFUND, "pay_1"),
                false,
                store.now());
        assertThat(store.decide(nothing)).isEmpty();
        assertThat(nothing.blockedOrNot()).isNull();
        assertThat(store.decide(new TakeBack(
                        "acc_9",
                        () -> new Wanted(Taken.NOTHING, 5),
                        now -> taken = now,
                        "none",
                        new RequestId("nobody"),
                        Origin.of(Origin.Kind.CARD_REFUND, "pay_1"),
                        false,
                        store.now())))
                .isEmpty();
        assertThat(taken).isEqualTo(Taken.NOTHING);
    }

    @ParameterizedTest
    @CsvSource({"10, -1", "10, 11"})
    void what_is_missing_is_a_part_of_what_was_taken(long micros, long missing) {
        assertThatThrownBy(() -> new Taken(micros, missing)).isInstanceOf(IllegalArgumentException.class);
    }
}
