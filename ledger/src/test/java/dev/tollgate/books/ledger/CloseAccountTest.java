package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Correction.Adjustment;
import dev.tollgate.books.ledger.Correction.Reversal;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Moves;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of an account in the books; who it was is erased by another change of the same commit. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class CloseAccountTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void an_account_of_which_a_hundred_are_used() {
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

    private CloseAccount closing(String accountId) {
        return new CloseAccount(accountId, store.now());
    }

    @Test
    void what_is_left_goes_back_in_one_entry_and_what_was_used_stays() {
        CloseAccount close = closing("acc_1");
        assertThat(store.decide(close)).isEqualTo(new Outcome.Done<>(new Balance(900, 0, 1_000, 100)));
        assertThat(close.isClosed()).isTrue();
        assertThat(close.blockedOrNot()).isEqualTo("acc_1");
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 0, 100, 100));
        assertThat(store.ledger.account("acc_1").orElseThrow().blocked()).isTrue();
        assertThat(store.ledger.entries("acc_1", 2, 10))
                .containsExactly(
                        new Entry("acc_1", 3, store.now(), EntryKind.ADJUSTMENT, null, -900, 0, 0, "account deleted"));
    }

    @Test
    void an_account_with_nothing_left_is_closed_without_an_entry() {
        store.account("acc_2", 0);
        assertThat(store.decide(closing("acc_2"))).isEqualTo(new Outcome.Done<>(new Balance(0, 0, 0, 0)));
        assertThat(store.ledger.entries("acc_2", 0, 10)).isEmpty();
        assertThat(store.number("SELECT COUNT(*) FROM entry WHERE account_id = 'acc_2'"))
                .isZero();
        assertThat(store.ledger.account("acc_2").orElseThrow().blocked()).isTrue();
    }

    @Test
    void an_account_stays_as_it_is_while_a_call_holds_one_micro_credit() {
        store.reserve("t2", "acc_1", 1, 1);
        CloseAccount close = closing("acc_1");
        ApiError why = ((Outcome.Refused<?>) store.decide(close)).why();
        assertThat(why.status()).isEqualTo(409);
        assertThat(why.message())
                .isEqualTo(
                        "Calls are running and hold 0.000001 credits. Turn off the account's keys, wait until the calls have ended, then try again.");
        assertThat(close.isClosed()).isFalse();
        assertThat(close.blockedOrNot()).isNull();
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(899, 1, 1_000, 100));
        assertThat(store.ledger.account("acc_1").orElseThrow().blocked()).isFalse();
        store.settle("t2", 1);
    }

    @Test
    void an_account_that_is_closed_or_was_never_there_is_not_closed_and_not_let_in_again() {
        CloseAccount second = closing("acc_1");
        SetBlocked letIn = new SetBlocked("acc_1", false);
        store.commit(closing("acc_1"), second, letIn);
        assertThat(second.outcome()).isEqualTo(new Outcome.Refused<>(LedgerChange.noSuchAccount("acc_1")));
        assertThat(letIn.outcome()).isEqualTo(new Outcome.Refused<>(LedgerChange.deleted()));
        assertThat(store.ledger.account("acc_1").orElseThrow().blocked()).isTrue();
        assertThat(store.decide(closing("acc_9")))
                .isEqualTo(new Outcome.Refused<>(LedgerChange.noSuchAccount("acc_9")));
    }

    @Test
    void changes_after_a_close_in_the_same_commit_are_refused() {
        Grant grant = new Grant("acc_1", 5, "goodwill", store.now());
        Adjustment up = new Adjustment("acc_1", 5, "a slip", null, store.now());
        Refund refund = new Refund("acc_1", "t1", 5, "slow", null, store.now());
        SetAccountSpend limits = new SetAccountSpend("acc_1", old -> SpendLimits.NONE);
        store.commit(closing("acc_1"), grant, up, refund, limits);
        assertThat(grant.outcome()).isEqualTo(new Outcome.Refused<>(LedgerChange.deleted()));
        assertThat(up.outcome()).isEqualTo(new Outcome.Refused<>(LedgerChange.deleted()));
        assertThat(refund.outcome()).isEqualTo(new Outcome.Refused<>(LedgerChange.deleted()));
        assertThat(limits.outcome()).isFalse();
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 0, 100, 100));
    }

    @Test
    void a_grant_repeated_after_the_close_returns_its_first_outcome() {
        RequestId id = new RequestId("once");
        store.commit(new Grant("acc_1", 5, "goodwill", id, store.now()));
        Grant again = new Grant("acc_1", 5, "goodwill", id, store.now());
        store.commit(closing("acc_1"), again);
        assertThat(again.outcome()).isEqualTo(Moves.earlier(new Balance(0, 0, 100, 100)));
    }

    @Test
    void money_that_comes_after_the_end_stands_in_the_books_until_it_is_taken_back() {
        Grant paid = Grant.paid(
                "acc_1",
                700,
                "Payment of $7",
                Origin.of(Origin.Kind.PAYMENT, "pay_1"),
                () -> true,
                new RequestId("payment-1"),
                store.now());
        Reversal back = new Reversal("acc_1", 700, "sent back", null, store.now());
        store.commit(closing("acc_1"), paid);
        assertThat(paid.outcome()).isEqualTo(Moves.granted(700, new Balance(700, 0, 800, 100)));
        store.commit(back);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 0, 100, 100));
    }
}
