package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.ReserveOutcome.Reserved;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
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
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a grant has paid by month: written with the charge, by the end of the call, whatever is refunded later. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class GrantMonthsTest {

    private static final Instant MIDNIGHT = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant LATER = Instant.parse("2026-12-28T00:00:00Z");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.setNow(MIDNIGHT.minusSeconds(3_600));
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    private void give(String account, long micros, Instant expiresAt) {
        GrantTerms terms = GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, expiresAt);
        assertThat(store.decide(new Grant(account, micros, "a gift", store.now()).under(terms))
                        .isDone())
                .isTrue();
    }

    private void hold(String id, String account, long micros) {
        OpenHold hold = new OpenHold(id, account, "key_1", "chat", "m", store.now());
        assertThat(store.decide(new Reserve(hold, micros, micros, () -> SpendLimits.NONE, () -> true)))
                .isEqualTo(new Reserved(micros));
    }

    /** Returns the rows as {@code 2026-11 acc_1 7:300}. */
    private List<String> months() {
        return store.database.read(sql -> sql.list(
                "SELECT starts_at, account_id, number, paid_micros FROM grant_month ORDER BY account_id, number, starts_at",
                row -> Instant.ofEpochMilli(row.getLong(1)).toString().replace("-01T00:00:00Z", " ")
                        + row.getString(2)
                        + " "
                        + row.getLong(3)
                        + ":"
                        + row.getLong(4)));
    }

    @Test
    void a_call_counts_in_the_month_of_its_end() {
        store.account("acc_1", 0);
        give("acc_1", 100, LATER);
        hold("a", "acc_1", 40);
        hold("b", "acc_1", 40);
        store.setNow(MIDNIGHT.minusMillis(1));
        store.settle("a", 30);
        assertThat(months()).containsExactly("2026-11 acc_1 1:30");
        store.setNow(MIDNIGHT);
        store.settle("b", 20);
        assertThat(months()).containsExactly("2026-11 acc_1 1:30", "2026-12 acc_1 1:20");
    }

    @Test
    void calls_of_a_batch_are_added_up_by_grant_and_month() {
        store.account("acc_1", 100);
        store.account("acc_2", 0);
        give("acc_1", 50, LATER);
        give("acc_1", 60, LATER.plusSeconds(1));
        give("acc_2", 60, LATER);
        hold("a", "acc_1", 40);
        hold("b", "acc_1", 40);
        hold("c", "acc_1", 40);
        hold("of acc_2", "acc_2", 40);
        Instant before = MIDNIGHT.minusMillis(1);
        store.commit(
                Ended.settle("a", 20, before),
                Ended.settle("b", 35, before),
                Ended.settle("of acc_2", 7, before),
                Ended.settle("c", 10, MIDNIGHT));
        assertThat(months())
                .containsExactly("2026-11 acc_1 1:50", "2026-11 acc_1 2:5", "2026-12 acc_1 2:10", "2026-11 acc_2 1:7");
        store.setNow(MIDNIGHT.plusSeconds(1));
        hold("d", "acc_1", 100);
        store.settle("d", 100);
        assertThat(months()).as("general credits pay the rest").contains("2026-12 acc_1 2:55");
    }

    @Test
    void a_refund_does_not_lower_what_a_grant_has_paid() {
        store.account("acc_1", 0);
        give("acc_1", 100, LATER);
        hold("a", "acc_1", 100);
        store.settle("a", 100);
        store.decide(new Refund("acc_1", "a", 60, "slow", null, store.now()));
        assertThat(months()).containsExactly("2026-11 acc_1 1:100");
        hold("b", "acc_1", 60);
        store.settle("b", 60);
        assertThat(months()).as("paid twice").containsExactly("2026-11 acc_1 1:160");
    }

    @Test
    void a_grant_of_refunds_counts_what_it_pays_itself() {
        store.account("acc_1", 0);
        give("acc_1", 100, MIDNIGHT);
        hold("a", "acc_1", 80);
        store.settle("a", 80);
        store.setNow(MIDNIGHT);
        new Lapse(store.database, store.writer, store::now).sweep();
        store.decide(new Refund("acc_1", "a", 50, "slow", null, store.now()));
        hold("b", "acc_1", 30);
        store.settle("b", 30);
        assertThat(months()).containsExactly("2026-11 acc_1 1:80", "2026-12 acc_1 2:30");
    }

    @Test
    void what_no_grant_has_paid_has_no_row() {
        store.account("acc_1", 100);
        hold("before", "acc_1", 50);
        give("acc_1", 100, LATER);
        hold("failed", "acc_1", 50);
        hold("free", "acc_1", 50);
        store.settle("before", 50);
        store.decide(Ended.release("failed", store.now()));
        store.settle("free", 0);
        store.account("acc_2", 100);
        hold("of acc_2", "acc_2", 50);
        store.settle("of acc_2", 50);
        assertThat(months()).isEmpty();
    }

    @Test
    void a_batch_that_fails_counts_nothing() {
        store.account("acc_1", 0);
        give("acc_1", 100, LATER);
        hold("a", "acc_1", 50);
        hold("taken", "acc_1", 1);
        assertThatThrownBy(() ->
                        store.commit(Ended.settle("a", 40, store.now()), store.reserveChange("taken", "acc_1", 1, 1)))
                .isInstanceOf(StoreException.class);
        assertThat(months()).isEmpty();
        store.advance(Duration.ofSeconds(1));
        store.settle("a", 30);
        assertThat(months()).containsExactly("2026-11 acc_1 1:30");
    }
}
