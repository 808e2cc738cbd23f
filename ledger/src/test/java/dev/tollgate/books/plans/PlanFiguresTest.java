package dev.tollgate.books.plans;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanFigures.Income;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.PlanBooks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The income of plans, and the accounts whose plan ends in a month. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class PlanFiguresTest {

    private static final Instant BEGIN = Instant.parse("2026-11-05T09:30:00Z");
    private static final Instant DECEMBER = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant JANUARY = Instant.parse("2027-01-01T00:00:00Z");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;
    private PlanBooks books;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        books = new PlanBooks(store);
        store.setNow(BEGIN);
        for (int i = 1; i <= 5; i++) {
            store.account("acc_" + i, 500);
        }
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    private Version version(String plan, long cents, Period period) {
        return books.set(
                plan, new Plan(plan, cents, period, 1_000_000, new ModelPatterns(List.of()), null, GrantLimits.NONE));
    }

    private List<String> ending(Instant before) {
        return store.plans.figures().ending(before, 50).stream()
                .map(Subscription::accountId)
                .toList();
    }

    private List<String> lapsed(Instant since) {
        return store.plans.figures().lapsed(since, 50).stream()
                .map(Subscription::accountId)
                .toList();
    }

    private void delete(String account) {
        CloseAccount close = new CloseAccount(account, store.now());
        List<Change> changes = new ArrayList<>(List.of(close));
        changes.addAll(store.plans.endWith(account, close::isClosed, store.now()));
        changes.add(store.statement("UPDATE account SET deleted_at = ? WHERE id = ?", store.now(), account));
        store.writer.commitAndWait(Unit.of(changes));
    }

    private void sweepAt(Instant at) {
        store.setNow(at);
        new PlanSweep(store.plans, store.writer, () -> false, store::now).sweep();
    }

    @Test
    void income_is_the_price_of_all_periods_that_were_assigned() {
        Version pro = version("pro", 2_900, Period.MONTH);
        version("unused", 100, Period.DAY);
        books.assign("acc_1", pro, 3);
        store.setNow(DECEMBER);
        books.assign("acc_2", pro, 2);
        books.assign("acc_3", version("day", 150, Period.DAY), 10);

        assertThat(store.plans.figures().incomes(DECEMBER))
                .isEqualTo(Map.of("pro", new Income(14_500, 5_800), "day", new Income(1_500, 1_500)));
        assertThat(store.plans.figures().incomes(BEGIN).get("pro")).isEqualTo(new Income(14_500, 14_500));
    }

    @Test
    void a_plan_ends_in_the_month_of_its_last_period() {
        Version month = version("pro", 2_900, Period.MONTH);
        Version day = version("day", 150, Period.DAY);
        books.assign("acc_1", month, 1); // until 5 December
        books.assign("acc_2", month, 2); // until 5 January
        books.assign("acc_3", day, 20); // until 25 November
        books.assign("acc_4", day, 40); // until 15 December

        assertThat(ending(DECEMBER)).containsExactly("acc_3");
        assertThat(ending(JANUARY)).containsExactly("acc_3", "acc_4", "acc_1");
        assertThat(store.plans.figures().ending(JANUARY, 1)).hasSize(1);
    }

    @Test
    void what_is_cancelled_or_closed_ends_with_its_period() {
        Version month = version("pro", 2_900, Period.MONTH);
        Version other = version("other", 2_900, Period.MONTH);
        books.assign("acc_1", month, 6);
        books.assign("acc_2", month, 6);
        books.assign("acc_3", other, 6);
        store.advance(Duration.ofHours(1));
        books.commit(store.plans.cancel(books.last("acc_1"), true, store.now()));
        books.close("other");

        assertThat(ending(JANUARY)).containsExactly("acc_1", "acc_3");
    }

    @Test
    void a_plan_that_ended_is_named_until_the_account_has_another() {
        Version day = version("day", 150, Period.DAY);
        for (int i = 1; i <= 3; i++) {
            books.assign("acc_" + i, day, i);
        }
        delete("acc_3");
        for (int days = 1; days <= 4; days++) {
            sweepAt(BEGIN.plus(Duration.ofDays(days)));
        }

        assertThat(lapsed(BEGIN)).containsExactly("acc_1", "acc_2");
        assertThat(lapsed(BEGIN.plus(Duration.ofDays(1)).plusSeconds(1))).containsExactly("acc_2");
        books.assign("acc_1", day, 1);
        assertThat(lapsed(BEGIN)).containsExactly("acc_2");
    }
}
