package dev.tollgate.books.grants;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.CreditGrant.LimitUse;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.GrantRows;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What all faces read of an account's grants. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class GrantsNowTest {

    private static final Instant DECEMBER = Instant.parse("2026-12-01T00:00:00Z");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;
    private GrantRows rows;

    @BeforeEach
    void an_account_with_a_thousand() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000);
        rows = new GrantRows(store::execute, "acc_1");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void grant(long number, long left, String models, Instant expiresAt) {
        rows.add(number, 100, left, models, store.now(), expiresAt, "", "");
    }

    @Test
    void grants_are_read_in_the_order_of_payment() {
        grant(1, 10, "gemini-4-*", null);
        grant(2, 20, "", DECEMBER);
        grant(3, 30, "gemini-3-pro", DECEMBER);
        grant(4, 40, "gemini-3-pro", DECEMBER);
        grant(5, 50, "", DECEMBER.minusSeconds(1));
        GrantsNow now = store.ledger.grants("acc_1", store.now());
        assertThat(now.grants()).extracting(CreditGrant::number).containsExactly(5L, 3L, 4L, 2L, 1L);
        assertThat(now.generalMicros()).isEqualTo(1_000 - 150);
    }

    @Test
    void a_grant_with_nothing_left_is_in_the_pages_of_the_empty_ones() {
        for (int i = 1; i <= 5; i++) {
            grant(i, i == 3 ? 1 : 0, "m", null);
        }
        assertThat(store.ledger.grants("acc_1", store.now()).grants()).hasSize(1);
        assertThat(store.ledger.emptyGrants("acc_1", Long.MAX_VALUE, 2))
                .extracting(CreditGrant::number)
                .containsExactly(5L, 4L);
        assertThat(store.ledger.emptyGrants("acc_1", 4, 10))
                .extracting(CreditGrant::number)
                .containsExactly(2L, 1L);
        assertThat(store.ledger.grants("acc_1", 4, 2))
                .extracting(CreditGrant::number)
                .containsExactly(3L, 2L);
        assertThat(store.ledger.grant("acc_1", 3).orElseThrow().leftMicros()).isEqualTo(1);
        assertThat(store.ledger.grant("acc_2", 3)).isEmpty();
    }

    @Test
    void each_limit_has_the_use_of_its_present_window_and_its_end() {
        Instant start = store.now();
        rows.add(1, 100, 90, "a b-*", start, DECEMBER, "5:20 24:60", "1:7 0:10");
        CreditGrant grant = store.ledger.grant("acc_1", 1).orElseThrow();
        assertThat(grant.models()).containsExactly("a", "b-*");
        assertThat(grant.limits(start.plus(Duration.ofHours(6))))
                .containsExactly(
                        new LimitUse(5, 20, 7, start.plus(Duration.ofHours(10))),
                        new LimitUse(24, 60, 10, start.plus(Duration.ofHours(24))));
        assertThat(grant.limits(start.plus(Duration.ofHours(11))))
                .containsExactly(
                        new LimitUse(5, 20, 0, start.plus(Duration.ofHours(15))),
                        new LimitUse(24, 60, 10, start.plus(Duration.ofHours(24))));
    }
}
