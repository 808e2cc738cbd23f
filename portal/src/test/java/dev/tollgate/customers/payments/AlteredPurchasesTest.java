package dev.tollgate.customers.payments;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
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

/** Somebody alters one row of plans that were bought: the check finds it. */
@BesideOthers
class AlteredPurchasesTest {

    private static final Instant BEGIN = Instant.parse("2027-01-28T10:00:00Z");
    private static final long MICROS = 1_000_000;

    static final List<String> ALTERED = List.of(
            "UPDATE payment SET net_cents = 901 WHERE id = 'one'",
            "UPDATE payment SET credit_micros = credit_micros + 1 WHERE id = 'two'",
            "UPDATE payment SET plan = 'max' WHERE id = 'one'",
            "UPDATE payment SET version = 2 WHERE id = 'one'",
            "UPDATE payment SET at_once = 1 WHERE id = 'two'",
            "UPDATE payment SET at_once = 0 WHERE id = 'now'",
            "UPDATE payment SET period = 3 WHERE id = 'two'",
            "UPDATE payment SET subscription = 2 WHERE id = 'one'",
            "UPDATE payment SET subscription = NULL, period = NULL WHERE id = 'two'",
            "UPDATE payment SET subscription = 1, period = 1 WHERE id = 'beside'",
            "UPDATE payment SET purpose = 'credits', plan = NULL, version = NULL WHERE id = 'beside'",
            "UPDATE payment SET plan = 'max' WHERE id = 'beside'",
            "UPDATE payment SET account_id = 'acc_2' WHERE id = 'one'",
            "UPDATE payment SET state = 'open' WHERE id = 'two'",
            "DELETE FROM payment WHERE id = 'four'",
            "UPDATE plan_step SET payment_id = 'beside' WHERE payment_id = 'two'",
            "UPDATE plan_step SET payment_id = NULL, period = NULL, grant_number = NULL WHERE payment_id = 'two'",
            "UPDATE plan_step SET period = 1 WHERE payment_id = 'two'",
            "UPDATE plan_step SET period = 3 WHERE payment_id = 'two'",
            "UPDATE plan_step SET grant_number = 1 WHERE payment_id = 'two'",
            "UPDATE plan_step SET subscription = 2 WHERE payment_id = 'two'",
            "UPDATE plan_step SET kind = 'after' WHERE payment_id = 'now'",
            "DELETE FROM plan_step WHERE payment_id = 'four'",
            "UPDATE plan_step SET at = at + 3600000 WHERE payment_id = 'two'",
            "UPDATE subscription SET periods = 5 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET periods = 3 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET grant_number = 1 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET ended_by = 'finished' WHERE account_id = 'acc_2' AND number = 1",
            "UPDATE credit_grant SET starts_at = starts_at + 1 WHERE account_id = 'acc_1' AND number = 3",
            "UPDATE credit_grant SET expires_at = expires_at + 86400000 WHERE account_id = 'acc_3' AND number = 2",
            "UPDATE credit_grant SET models = 'gemini-4-*' WHERE account_id = 'acc_1' AND number = 2",
            "UPDATE credit_grant SET limits = '5:20', used = '' WHERE account_id = 'acc_3' AND number = 2",
            "UPDATE credit_grant SET kind = 'gift' WHERE account_id = 'acc_3' AND number = 2",
            "UPDATE credit_grant SET starts_at = starts_at + 86400000 WHERE account_id = 'acc_3' AND number = 2",
            "UPDATE entry SET origin = 'plan', origin_id = '1.2', request_id = 'plan-1-2-1' WHERE origin_id = 'two'",
            "UPDATE entry SET origin_id = 'two', request_id = 'payment-two2' WHERE origin_id = 'one'",
            "UPDATE account_terms SET plan_until = plan_until + 86400000 WHERE account_id = 'acc_1'",
            "UPDATE account_terms SET plan_group = NULL, plan_until = NULL WHERE account_id = 'acc_1'");

    @TempDir
    static Path folder;

    private static final Map<Stores, AlteredBooks> BOOKS = new EnumMap<>(Stores.class);

    @BeforeAll
    static void make() {
        for (Stores stores : Stores.values()) {
            BOOKS.put(
                    stores,
                    AlteredBooks.of(stores, folder, AlteredPurchasesTest::history, AlteredPurchasesTest::differences));
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

    private static Plan plan(String name, long cents, String group) {
        return new Plan(name, cents, Period.MONTH, MICROS, ModelPatterns.EVERY, group, GrantLimits.NONE, true);
    }

    /** Account 1 has bought the first, second and fourth month; account 2 has begun anew; account 3 has bought a month beside its plan. */
    private static void history(Supplier<Database> opener) {
        try (CustomersFixture store = new CustomersFixture(opener)) {
            store.setNow(BEGIN);
            PlanBooks plans = new PlanBooks(store);
            plans.group("gold");
            Version pro = plans.set("pro", plan("Pro", 900, "gold"));
            Version max = plans.set("max", plan("Max", 2_000, "gold"));
            for (int i = 1; i <= 3; i++) {
                store.account("acc_" + i, 0);
            }
            Payments payments =
                    new Payments(store.database, store.writer, () -> Party.NOBODY, true, store.purchases(), store::now);
            pays(store, payments, begun(payments, "acc_1", "one", pro, false));
            store.advance(Duration.ofHours(1));
            pays(store, payments, begun(payments, "acc_1", "two", pro, false));
            plans.assign("acc_1", pro, 1, Kind.AFTER);
            pays(store, payments, begun(payments, "acc_1", "four", pro, false));
            pays(store, payments, begun(payments, "acc_2", "first", pro, false));
            Payment late = begun(payments, "acc_3", "beside", pro, false);
            plans.assign("acc_3", max, 2);
            store.advance(Duration.ofDays(2));
            pays(store, payments, begun(payments, "acc_2", "now", pro, true));
            pays(store, payments, late);
            store.setNow(Instant.parse("2027-03-05T10:00:00Z"));
            new PlanSweep(store.plans, store.writer, () -> false, store::now).sweep();
            new Lapse(store.database, store.writer, store::now).sweep();
        }
    }

    private static Payment begun(Payments payments, String account, String id, Version version, boolean now) {
        Acting by = new Acting(account, "per_1", "192.0.2.1", null);
        Payment payment =
                payments.beginPlan(by, Payment.Channel.STRIPE, id, version, now).orThrow();
        payments.opened(id, "session_" + id, "https://pay.example.org/" + id);
        return payment;
    }

    private static void pays(CustomersFixture store, Payments payments, Payment payment) {
        PaymentNotice notice =
                Notices.of(PaymentNotice.Fact.PAID, payment.channel(), payment.id(), payment.netCents(), store.now());
        assertThat(payments.notices().take(notice, "192.0.2.9")).isEqualTo(Verdict.TAKEN);
    }

    static Stream<Arguments> altered() {
        return AlteredBooks.onBoth(ALTERED);
    }

    @ParameterizedTest
    @EnumSource
    void unaltered_purchases_add_up(Stores stores) {
        assertThat(BOOKS.get(stores).atFirst()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("altered")
    void one_altered_row_of_purchases_is_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration)).isNotEmpty();
    }
}
