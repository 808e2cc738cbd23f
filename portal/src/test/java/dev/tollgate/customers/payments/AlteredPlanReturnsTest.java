package dev.tollgate.customers.payments;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.AlteredBooks;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Notices;
import dev.tollgate.testing.PlanBooks;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody alters one row of plans whose money went back: the check finds it. */
@BesideOthers
class AlteredPlanReturnsTest {

    private static final Instant BEGIN = Instant.parse("2027-01-28T10:00:00Z");

    static final List<String> ALTERED = List.of(
            "DELETE FROM plan_return WHERE payment_id = 'two'",
            "DELETE FROM plan_return WHERE payment_id = 'only'",
            "DELETE FROM plan_return WHERE payment_id = 'runs'",
            "UPDATE plan_return SET payment_id = 'one' WHERE payment_id = 'two'",
            "UPDATE plan_return SET period = 1 WHERE payment_id = 'two'",
            "UPDATE plan_return SET subscription = 2 WHERE payment_id = 'two'",
            "UPDATE plan_return SET account_id = 'acc_2' WHERE payment_id = 'two'",
            "UPDATE plan_return SET remains = 2 WHERE payment_id = 'two'",
            "UPDATE plan_return SET remains = 2 WHERE payment_id = 'only'",
            "UPDATE plan_return SET step = 1 WHERE payment_id = 'two'",
            "UPDATE plan_return SET at = at - 86400000 WHERE payment_id = 'only'",
            "UPDATE plan_return SET at = at - 864000000 WHERE payment_id = 'two'",
            "INSERT INTO plan_return (account_id, payment_id, at, subscription, period, step, remains)"
                    + " SELECT account_id, 'three', at, 1, 3, step, 2 FROM plan_return WHERE payment_id = 'two'",
            "UPDATE subscription SET periods = 2 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET periods = 2 WHERE account_id = 'acc_2'",
            "UPDATE subscription SET ended_at = NULL, ended_by = NULL WHERE account_id = 'acc_2'",
            "UPDATE subscription SET ended_by = 'finished' WHERE account_id = 'acc_2'",
            "UPDATE subscription SET ended_by = 'refunded', ended_at = ends_at WHERE account_id = 'acc_1'",
            "UPDATE credit_grant SET ended_at = NULL WHERE account_id = 'acc_2'",
            "UPDATE account_terms SET plan_group = 'gold', plan_until = 1803895200000 WHERE account_id = 'acc_2' AND plan_group IS NULL",
            "DELETE FROM account_terms WHERE account_id = 'acc_3' AND plan_group IS NULL",
            "UPDATE payment SET reversed_micros = 0 WHERE id = 'only'",
            "UPDATE payment_notice SET fact = 'dispute_won' WHERE payment_id = 'only' AND fact = 'disputed'");

    @TempDir
    static Path folder;

    private static final Map<Stores, AlteredBooks> BOOKS = new EnumMap<>(Stores.class);

    @BeforeAll
    static void make() {
        for (Stores stores : Stores.values()) {
            BOOKS.put(
                    stores,
                    AlteredBooks.of(
                            stores, folder, AlteredPlanReturnsTest::history, AlteredPlanReturnsTest::differences));
        }
    }

    @AfterAll
    static void forget() {
        BOOKS.values().forEach(AlteredBooks::close);
    }

    private static List<String> differences(Database reading) {
        List<String> found = new ArrayList<>();
        new Audit(reading).run(found::add, found::add, (subject, rows) -> {});
        return found;
    }

    /** Account 1 is in its second of three months, which went back before it; account 2 had only one, which is disputed; account 3 gets its second one later. */
    private static void history(Supplier<Database> opener) {
        try (CustomersFixture store = new CustomersFixture(opener)) {
            store.setNow(BEGIN);
            PlanBooks plans = new PlanBooks(store);
            plans.group("gold");
            Plan terms =
                    new Plan("Pro", 900, Period.MONTH, 1_000_000, ModelPatterns.EVERY, "gold", GrantLimits.NONE, true);
            Version pro = plans.set("pro", terms);
            Payments payments =
                    new Payments(store.database, store.writer, () -> Party.NOBODY, true, store.purchases(), store::now);
            buys(store, payments, pro, "acc_1", "one", "two", "three");
            store.advance(Duration.ofDays(2));
            tell(store, payments, PaymentNotice.Fact.REFUNDED, "two");
            store.setNow(Instant.parse("2027-03-05T10:00:00Z"));
            new PlanSweep(store.plans, store.writer, () -> false, store::now).sweep();
            new Lapse(store.database, store.writer, store::now).sweep();
            buys(store, payments, pro, "acc_2", "only");
            buys(store, payments, pro, "acc_3", "runs", "next");
            store.advance(Duration.ofDays(2));
            tell(store, payments, PaymentNotice.Fact.DISPUTED, "only");
            tell(store, payments, PaymentNotice.Fact.REFUNDED, "runs");
        }
    }

    private static void buys(CustomersFixture store, Payments payments, Version pro, String account, String... ids) {
        store.account(account, 0);
        for (String id : ids) {
            Acting by = new Acting(account, "per_1", "192.0.2.1", null);
            payments.beginPlan(by, Payment.Channel.STRIPE, id, pro, false).orThrow();
            payments.opened(id, "session_" + id, "https://pay.example.org/" + id);
            tell(store, payments, PaymentNotice.Fact.PAID, id);
        }
    }

    private static void tell(CustomersFixture store, Payments payments, PaymentNotice.Fact fact, String id) {
        PaymentNotice notice = Notices.of(fact, Payment.Channel.STRIPE, id, 900, store.now());
        assertThat(payments.notices().take(notice, "192.0.2.9")).isEqualTo(Verdict.TAKEN);
    }

    static Stream<Arguments> altered() {
        return AlteredBooks.onBoth(ALTERED);
    }

    @ParameterizedTest
    @EnumSource
    void unaltered_returns_of_plans_add_up(Stores stores) {
        assertThat(BOOKS.get(stores).atFirst()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("altered")
    void one_altered_row_of_them_is_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration)).isNotEmpty();
    }
}
