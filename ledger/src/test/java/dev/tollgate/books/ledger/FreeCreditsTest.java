package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Correction.Adjustment;
import dev.tollgate.books.ledger.Correction.Reversal;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Credits that were given for nothing while only the sandbox answered. */
@ParameterizedClass
@EnumSource(Stores.class)
class FreeCreditsTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void give(String accountId, long micros) {
        RequestId id = FreeCredits.toStartWith(accountId);
        store.commit(Grant.ofSandbox(accountId, micros, "for nothing", Origin.START, () -> true, id, store.now()));
    }

    private long sandbox(String accountId) {
        return store.ledger.account(accountId).orElseThrow().sandboxMicros();
    }

    private void real() {
        store = store.reopened(true);
    }

    @Test
    void a_real_upstream_takes_no_credits_of_the_sandbox() {
        store.account("acc_1", 30);
        give("acc_1", 100);
        real();
        assertThat(store.reserve("t1", "acc_1", 31, 31))
                .isEqualTo(new ReserveOutcome.InsufficientCredits(30, 0, 31, 100));
        assertThat(store.reserve("t2", "acc_1", 10, 50)).isEqualTo(new ReserveOutcome.Reserved(30));
        assertThat(store.decide(new Extend("t2", 1, 5, () -> SpendLimits.NONE, () -> true, store.now())))
                .isEqualTo(new Extend.BalanceExhausted());
        store.settle("t2", 20);
        assertThat(sandbox("acc_1")).isEqualTo(100);
        assertThat(store.reserve("t3", "acc_1", 10, 20)).isEqualTo(new ReserveOutcome.Reserved(10));
        store.settle("t3", 10);
        assertThat(store.reserve("t4", "acc_1", 1, 1)).isInstanceOf(ReserveOutcome.InsufficientCredits.class);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(100, 0, 130, 30));
    }

    @Test
    void calls_of_the_sandbox_use_its_credits_first() {
        store.account("acc_1", 30);
        give("acc_1", 100);
        store.reserve("t1", "acc_1", 60, 60);
        store.settle("t1", 40);
        assertThat(sandbox("acc_1")).isEqualTo(60);
        store.reserve("t2", "acc_1", 90, 90);
        store.settle("t2", 65);
        assertThat(sandbox("acc_1")).isZero();
        real();
        assertThat(store.reserve("t3", "acc_1", 25, 25)).isEqualTo(new ReserveOutcome.Reserved(25));
    }

    @Test
    void credits_of_the_sandbox_never_become_others_by_what_is_taken_away() {
        store.account("acc_1", 30);
        give("acc_1", 100);
        store.commit(new Reversal("acc_1", 30, "money went back", null, store.now()));
        real();
        assertThat(store.reserve("t1", "acc_1", 1, 1)).isInstanceOf(ReserveOutcome.InsufficientCredits.class);
        store.commit(new Adjustment("acc_1", -90, "too much", null, store.now()));
        assertThat(sandbox("acc_1")).isEqualTo(10);
        store.commit(new Grant("acc_1", 7, "bought", store.now()));
        assertThat(store.reserve("t2", "acc_1", 7, 7)).isEqualTo(new ReserveOutcome.Reserved(7));
    }

    @Test
    void a_refund_gives_back_the_kind_of_credits_that_paid() {
        store.account("acc_1", 30);
        give("acc_1", 40);
        store.reserve("t1", "acc_1", 60, 60);
        store.settle("t1", 50);
        assertThat(sandbox("acc_1")).isZero();
        store.commit(new Refund("acc_1", "t1", 15, "not good", null, store.now()));
        assertThat(sandbox("acc_1")).isEqualTo(15);
        real();
        store.commit(new Refund("acc_1", "t1", 30, "not good at all", null, store.now()));
        assertThat(sandbox("acc_1")).isEqualTo(40);
        store.commit(new Refund("acc_1", "t1", 5, "the rest", null, store.now()));
        assertThat(sandbox("acc_1")).isEqualTo(40);
        assertThat(store.reserve("t2", "acc_1", 31, 31))
                .isEqualTo(new ReserveOutcome.InsufficientCredits(30, 0, 31, 40));
        store.reserve("t3", "acc_1", 20, 20);
        store.settle("t3", 20);
        store.commit(new Refund("acc_1", "t3", 20, "a real call", null, store.now()));
        assertThat(sandbox("acc_1")).isEqualTo(40);
        assertThat(store.reserve("t4", "acc_1", 30, 30)).isEqualTo(new ReserveOutcome.Reserved(30));
    }

    @Test
    void a_disputed_test_payment_takes_and_gives_the_sandboxes_credits() {
        store.account("acc_1", 30);
        give("acc_1", 100);
        store.commit(takeBack("lost", TakeBack.Taken.NOTHING, 100));
        assertThat(sandbox("acc_1")).isZero();
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(30, 0, 30, 0));
        store.commit(takeBack("won", new TakeBack.Taken(100, 0), 0));
        assertThat(sandbox("acc_1")).isEqualTo(100);
        real();
        assertThat(store.reserve("t1", "acc_1", 31, 31))
                .isEqualTo(new ReserveOutcome.InsufficientCredits(30, 0, 31, 100));
    }

    private TakeBack takeBack(String requestId, TakeBack.Taken now, long wanted) {
        return new TakeBack(
                "acc_1",
                () -> new TakeBack.Wanted(now, wanted),
                taken -> {},
                "disputed",
                new RequestId(requestId),
                Origin.of(Origin.Kind.CARD_REFUND, "pay_1"),
                true,
                store.now());
    }

    @Test
    void credits_to_start_with_are_known_of_the_account_that_was_given_them() {
        store.account("acc_1", 0);
        give("acc_1", 100);
        store.account("acc_2", 0);
        store.commit(new Grant("acc_2", 100, "for nothing", FreeCredits.ofTestPayment("acc_2", "p1"), store.now()));
        assertThat(FreeCredits.isStarted(store.database, "acc_1")).isTrue();
        assertThat(FreeCredits.isStarted(store.database, "acc_2")).isFalse();
        assertThat(FreeCredits.isStarted(store.database, "acc_9")).isFalse();
    }
}
