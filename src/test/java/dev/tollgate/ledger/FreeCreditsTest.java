package dev.tollgate.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.StoreFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has credits that were given for nothing: an operator is told when they begin to cost money. */
class FreeCreditsTest {

    @TempDir
    Path folder;

    private StoreFixture store;

    @BeforeEach
    void open() {
        store = Stores.SQLITE.open(folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void give(String accountId, RequestId id) {
        store.account(accountId, 0);
        store.commit(new Grant(accountId, 100, "for nothing", id, store.now()));
    }

    private List<String> holders(int limit) {
        return FreeCredits.holders(store.database, limit);
    }

    @Test
    void those_are_told_that_have_some_of_them_left_in_the_order_of_their_ids_and_as_many_as_are_asked_for() {
        give("acc_3", FreeCredits.ofTestPayment("acc_3", "p1"));
        give("acc_1", FreeCredits.toStartWith("acc_1"));
        give("acc_2", FreeCredits.ofTestPayment("acc_2", "p2"));
        give("acc_4", new RequestId("voucher-1"));
        store.account("acc_5", 100);
        assertThat(holders(10)).containsExactly("acc_1", "acc_2", "acc_3");
        assertThat(holders(2)).containsExactly("acc_1", "acc_2");
        store.reserve("t1", "acc_1", 100, 100);
        store.commit(new SetBlocked("acc_2", true));
        assertThat(holders(10)).as("used up, and blocked").containsExactly("acc_3");
    }

    @Test
    void credits_to_start_with_are_known_of_the_account_that_was_given_them() {
        give("acc_1", FreeCredits.toStartWith("acc_1"));
        give("acc_2", FreeCredits.ofTestPayment("acc_2", "p1"));
        assertThat(FreeCredits.isStarted(store.database, "acc_1")).isTrue();
        assertThat(FreeCredits.isStarted(store.database, "acc_2")).isFalse();
        assertThat(FreeCredits.isStarted(store.database, "acc_9")).isFalse();
    }
}
