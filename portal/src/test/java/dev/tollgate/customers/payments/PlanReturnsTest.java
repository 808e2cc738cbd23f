package dev.tollgate.customers.payments;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.books.ledger.TakeBack.Taken;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.books.plans.Subscription.End;
import dev.tollgate.books.plans.Subscription.Why;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Notices;
import dev.tollgate.testing.PlanBooks;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Money of a plan's periods goes back: what it ends, what stays, and what comes again if a dispute is won (K22, K23). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class PlanReturnsTest {

    private static final String ACCOUNT = "acc_1";
    private static final Acting OWNER = new Acting(ACCOUNT, "per_1", "192.0.2.1", null);
    private static final Instant BEGIN = Instant.parse("2027-01-31T12:00:00Z");
    private static final long MICROS = 100_000_000;
    private static final int CENTS = 900;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private PlanBooks plans;
    private Payments payments;
    private Version pro;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.setNow(BEGIN);
        store.account(ACCOUNT, 0);
        plans = new PlanBooks(store);
        plans.group("gold");
        pro = plans.set(
                "pro",
                new Plan("Pro", CENTS, Period.MONTH, MICROS, ModelPatterns.EVERY, "gold", GrantLimits.NONE, true));
        PlanSweep sweep = new PlanSweep(store.plans, store.writer, () -> false, store::now);
        PlanPurchases purchases = new PlanPurchases(store.plans, sweep, () -> false, store::now);
        payments = new Payments(store.database, store.writer, () -> Party.NOBODY, true, purchases, store::now);
    }

    @AfterEach
    void the_books_prove_it() {
        try (CustomersFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
            List<String> found = new ArrayList<>();
            new Audit(closing.database).run(found::add, found::add, (subject, rows) -> {});
            found.removeIf(
                    it -> it.startsWith("key ") || it.startsWith("usage ") || it.startsWith("call call_")); // no prices
            assertThat(found).isEmpty();
        }
    }

    private void sweepAt(String day) {
        store.setNow(Instant.parse("2027-" + day + "T12:00:00Z"));
        sweep();
    }

    private void sweep() {
        new PlanSweep(store.plans, store.writer, () -> false, store::now).sweep();
        new Lapse(store.database, store.writer, store::now).sweep();
        new LateReturns(store.database, store.writer, store::now).sweep();
    }

    private PaymentNotice notice(Fact fact, String id, long cents) {
        return Notices.of(fact, Payment.Channel.STRIPE, id, cents, store.now());
    }

    private void took(Fact fact, String id, long cents) {
        assertThat(payments.notices().take(notice(fact, id, cents), "192.0.2.9"))
                .isEqualTo(Verdict.TAKEN);
    }

    private void begun(String id, boolean now) {
        payments.beginPlan(OWNER, Payment.Channel.STRIPE, id, pro, now).orThrow();
        payments.opened(id, "session_" + id, "https://pay.example.org/" + id);
    }

    private void buys(String... ids) {
        for (String id : ids) {
            begun(id, false);
            took(Fact.PAID, id, CENTS);
        }
    }

    /** Refunds payments, as pages have told it before. */
    private void refunded(String... ids) {
        for (String id : ids) {
            Payment payment = Objects.requireNonNull(payments.find(id));
            BoughtPeriod.Credits told = Objects.requireNonNull(
                    Objects.requireNonNull(payments.periods().of(payment)).credits());
            took(Fact.REFUNDED, id, CENTS);
            if (!told.wasBack() && told.heldMicros() == 0) {
                assertThat(taken(id).missingMicros())
                        .isEqualTo(told.refund(payment).missingMicros());
            }
        }
    }

    private Subscription last() {
        return Objects.requireNonNull(store.plans.last(ACCOUNT));
    }

    private Taken taken(String id) {
        return Objects.requireNonNull(payments.find(id)).progress().taken();
    }

    private static String day(@Nullable Instant at) {
        return Objects.requireNonNull(at).toString().substring(5, 10);
    }

    /** Returns the grants with credits left, by their last days. */
    private String left() {
        return store.database.read(sql -> CreditGrant.all(sql, ACCOUNT, Long.MAX_VALUE, 100)).stream()
                .filter(grant -> grant.leftMicros() > 0)
                .map(grant -> (grant.kind() == Kind.PLAN ? "" : grant.kind().code() + " ") + day(grant.expiresAt()))
                .sorted()
                .toList()
                .toString();
    }

    /** Returns the price group of now. */
    private @Nullable String group() {
        List<String> groups = store.database.read(sql -> sql.list(
                "SELECT CASE WHEN plan_until > ? THEN plan_group END FROM account_terms WHERE account_id = ? ORDER BY sequence DESC LIMIT 1",
                row -> String.valueOf(row.getString(1)),
                store.now(),
                ACCOUNT));
        return groups.isEmpty() || groups.getFirst().equals("null") ? null : groups.getFirst();
    }

    @Test
    void the_only_period_ends_with_its_money_at_once() {
        buys("one");
        assertThat(group()).isEqualTo("gold");
        store.advance(Duration.ofDays(3));
        refunded("one");
        assertThat(last().end()).isEqualTo(new End(store.now(), Why.REFUNDED));
        assertThat(last().periods()).isEqualTo(1);
        assertThat(left()).isEqualTo("[]");
        assertThat(group()).isNull();
        assertThat(taken("one")).isEqualTo(new Taken(MICROS, 0, 0));
        buys("two");
        assertThat(last().number()).as("a new plan").isEqualTo(2);
        assertThat(group()).isEqualTo("gold");
    }

    @Test
    void a_running_period_that_is_followed_by_a_paid_one_leaves_the_plan_running() {
        buys("one", "two");
        store.advance(Duration.ofDays(3));
        refunded("one");
        assertThat(last().isRunning()).isTrue();
        assertThat(last().periods()).isEqualTo(2);
        assertThat(left()).isEqualTo("[03-31]");
        assertThat(group()).isNull();
        sweepAt("02-28");
        assertThat(last().period()).isEqualTo(2);
        assertThat(left()).isEqualTo("[03-31]");
        assertThat(group()).isEqualTo("gold");
        refunded("two");
        assertThat(last().end()).isEqualTo(new End(store.now(), Why.REFUNDED));
        assertThat(group()).isNull();
    }

    @Test
    void the_last_period_ahead_falls_away_and_can_be_bought_again() {
        buys("one", "two", "three");
        refunded("three");
        assertThat(last().periods()).isEqualTo(2);
        assertThat(left()).isEqualTo("[02-28, 03-31]");
        assertThat(group()).as("the running one stays").isEqualTo("gold");
        buys("again");
        assertThat(last().periods()).isEqualTo(3);
        assertThat(left()).isEqualTo("[02-28, 03-31, 04-30]");
        sweepAt("02-28");
        sweepAt("03-31");
        assertThat(last().period()).isEqualTo(3);
        assertThat(last().grant()).isEqualTo(4);
        assertThat(group()).isEqualTo("gold");
        sweepAt("04-30");
        assertThat(last().end()).isEqualTo(new End(store.now(), Why.FINISHED));
    }

    @Test
    void a_middle_period_passes_without_credits_and_without_its_group() {
        buys("one", "two", "three");
        refunded("two");
        assertThat(last().periods()).isEqualTo(3);
        assertThat(left()).isEqualTo("[02-28, 04-30]");
        sweepAt("02-28");
        assertThat(last().period()).isEqualTo(2);
        assertThat(left()).isEqualTo("[04-30]");
        assertThat(group()).isNull();
        sweepAt("03-31");
        assertThat(left()).isEqualTo("[04-30]");
        assertThat(group()).isEqualTo("gold");
        assertThat(last().isRunning()).isTrue();
    }

    @Test
    void periods_fall_behind_all_that_went_back() {
        buys("one", "two", "three", "four");
        refunded("two", "three");
        assertThat(last().periods()).isEqualTo(4);
        refunded("four");
        assertThat(last().periods()).isEqualTo(1);
        assertThat(last().isRunning()).isTrue();
        assertThat(group()).isEqualTo("gold");
        buys("again");
        assertThat(last().periods()).isEqualTo(2);
        assertThat(left()).isEqualTo("[02-28, 03-31]");
        sweepAt("02-28");
        assertThat(group()).as("period 2 was bought again").isEqualTo("gold");
    }

    @Test
    void a_period_by_hand_is_never_given_back() {
        buys("one");
        plans.assign(ACCOUNT, pro, 1, PlanStep.Kind.AFTER);
        buys("three");
        refunded("three");
        assertThat(last().periods()).isEqualTo(2);
        refunded("one");
        assertThat(last().isRunning()).isTrue();
        sweepAt("02-28");
        assertThat(left()).isEqualTo("[03-31]");
        assertThat(group()).isEqualTo("gold");
    }

    @Test
    void a_partial_refund_cuts_credits_and_nothing_of_the_calendar() {
        buys("one", "two");
        took(Fact.REFUNDED, "one", CENTS - 1);
        took(Fact.REFUNDED, "two", 450);
        assertThat(last().periods()).isEqualTo(2);
        assertThat(left()).isEqualTo("[02-28, 03-31]");
        assertThat(group()).isEqualTo("gold");
        assertThat(taken("two")).isEqualTo(new Taken(MICROS / 2, 0, 0));
        took(Fact.DISPUTED, "two", 450);
        assertThat(last().periods()).as("half refunded, half disputed").isEqualTo(1);
    }

    @Test
    void a_refund_in_three_parts_ends_the_period_with_the_last() {
        buys("one");
        took(Fact.REFUNDED, "one", CENTS / 3);
        took(Fact.REFUNDED, "one", CENTS / 3 * 2);
        assertThat(taken("one")).isEqualTo(new Taken(MICROS * 2 / 3, 0, 0));
        assertThat(last().isRunning()).isTrue();
        took(Fact.REFUNDED, "one", CENTS);
        assertThat(taken("one")).isEqualTo(new Taken(MICROS, 0, 0));
        assertThat(last().end()).isEqualTo(new End(store.now(), Why.REFUNDED));
        assertThat(store.balance(ACCOUNT).balanceMicros()).isZero();
    }

    @Test
    void a_refund_while_the_clock_is_behind_ends_the_period() {
        buys("one");
        store.advance(Duration.ofDays(1));
        buys("two");
        Instant bought = store.now();
        store.setNow(bought.minus(Duration.ofHours(2)));
        plans.assign(ACCOUNT, pro, 1, PlanStep.Kind.AFTER);
        refunded("two", "one");
        assertThat(last().isRunning()).as("one was assigned").isTrue();
        plans.end(ACCOUNT);
        assertThat(Objects.requireNonNull(last().end()).at()).isEqualTo(bought);
        buys("again");
        assertThat(last().number()).isEqualTo(2);
        refunded("again");
        assertThat(left()).isEqualTo("[]");
        assertThat(store.balance(ACCOUNT).balanceMicros()).isZero();
    }

    @Test
    void a_won_dispute_returns_credits_for_thirty_days_and_no_period() {
        buys("one", "two");
        store.advance(Duration.ofDays(3));
        took(Fact.DISPUTED, "one", CENTS);
        took(Fact.DISPUTED, "two", CENTS);
        assertThat(last().end()).isEqualTo(new End(store.now(), Why.REFUNDED));
        store.advance(Duration.ofDays(5));
        took(Fact.DISPUTE_WON, "one", CENTS);
        assertThat(left()).isEqualTo("[refund 03-10]");
        assertThat(group()).isNull();
        assertThat(last().isRunning()).isFalse();
        assertThat(taken("one")).isEqualTo(Taken.NOTHING);
        assertThat(store.balance(ACCOUNT).balanceMicros()).isEqualTo(MICROS);
        took(Fact.DISPUTE_LOST, "two", CENTS);
        refunded("two");
        assertThat(taken("two")).isEqualTo(new Taken(MICROS, 0, 0));
    }

    @Test
    void credits_of_a_won_dispute_go_first_if_money_goes_back_again() {
        buys("one");
        took(Fact.DISPUTED, "one", CENTS);
        took(Fact.DISPUTE_WON, "one", CENTS);
        store.advance(Duration.ofDays(1));
        store.reserve("call_1", ACCOUNT, MICROS / 4, MICROS / 4);
        store.settle("call_1", MICROS / 4);
        store.commit(new Grant(ACCOUNT, MICROS, "general credits", store.now()));
        refunded("one");
        assertThat(left()).isEqualTo("[]");
        assertThat(store.balance(ACCOUNT).balanceMicros()).as("general").isEqualTo(MICROS - MICROS / 4);
        assertThat(taken("one")).isEqualTo(new Taken(MICROS, 0, 0));
    }

    @Test
    void a_period_that_has_passed_is_returned_as_expired_and_the_plan_runs_on() {
        buys("one", "two");
        store.reserve("call_1", ACCOUNT, MICROS / 4, MICROS / 4);
        store.settle("call_1", MICROS / 4);
        sweepAt("02-28");
        refunded("one");
        assertThat(taken("one")).isEqualTo(new Taken(MICROS, MICROS / 4, MICROS - MICROS / 4));
        assertThat(last().isRunning()).isTrue();
        assertThat(last().periods()).isEqualTo(2);
        assertThat(left()).as("credits of other periods stay").isEqualTo("[03-31]");
        assertThat(store.number("SELECT COUNT(*) FROM plan_return")).isZero();
        assertThat(group()).isEqualTo("gold");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void running_calls_keep_what_they_hold_and_the_rest_lowers_the_loss(boolean isOver) {
        buys("one");
        store.reserve("call_1", ACCOUNT, MICROS / 2, MICROS / 2);
        if (isOver) {
            sweepAt("02-28");
        }
        took(Fact.DISPUTED, "one", CENTS);
        assertThat(last().isRunning()).isFalse();
        assertThat(group()).isNull();
        assertThat(taken("one")).isEqualTo(new Taken(MICROS, MICROS / 2, isOver ? MICROS / 2 : 0));
        store.advance(Duration.ofMinutes(1));
        store.settle("call_1", MICROS / 10);
        sweep();
        assertThat(left()).isEqualTo("[]");
        assertThat(taken("one").missingMicros()).as("what the call used").isEqualTo(MICROS / 10);
        assertThat(store.balance(ACCOUNT).balanceMicros()).isZero();
    }

    @Test
    void no_further_call_is_paid_by_a_period_that_went_back() {
        buys("one");
        store.reserve("call_1", ACCOUNT, MICROS / 2, MICROS / 2);
        store.advance(Duration.ofSeconds(1));
        refunded("one");
        store.commit(new SetBlocked(ACCOUNT, false));
        store.advance(Duration.ofSeconds(1));
        store.settle("call_1", 1);
        store.reserve("call_2", ACCOUNT, 1, MICROS);
        assertThat(store.balance(ACCOUNT).reservedMicros()).isZero();
    }

    @Test
    void money_that_went_back_before_it_was_known_to_be_paid_begins_no_plan() {
        begun("one", false);
        assertThat(payments.notices().take(notice(Fact.REFUNDED, "one", CENTS), "192.0.2.9"))
                .isEqualTo(Verdict.KEPT);
        took(Fact.PAID, "one", CENTS);
        assertThat(store.plans.last(ACCOUNT)).isNull();
        assertThat(group()).isNull();
        assertThat(left()).isEqualTo("[]");
        assertThat(taken("one")).isEqualTo(new Taken(MICROS, 0, 0));
    }

    @Test
    void periods_of_a_plan_that_another_has_replaced_go_back_too() {
        buys("one", "two");
        store.advance(Duration.ofDays(10));
        begun("now", true);
        took(Fact.PAID, "now", CENTS);
        assertThat(last().number()).isEqualTo(2);
        refunded("two");
        assertThat(left()).isEqualTo("[02-28, 03-10]");
        refunded("one");
        assertThat(left()).as("the first period of the first plan").isEqualTo("[03-10]");
        assertThat(last().isRunning()).isTrue();
        assertThat(group()).isEqualTo("gold");
        refunded("now");
        assertThat(last().end()).isEqualTo(new End(store.now(), Why.REFUNDED));
        assertThat(left()).isEqualTo("[]");
    }

    @Test
    void who_begins_anew_gets_nothing_for_a_period_that_went_back() {
        buys("one", "two", "three");
        refunded("two");
        store.advance(Duration.ofDays(10));
        begun("now", true);
        took(Fact.PAID, "now", CENTS);
        assertThat(left()).isEqualTo("[02-28, 03-10, 04-30]");
    }

    @Test
    void an_operator_ends_what_lies_ahead_and_learns_what_to_refund() {
        buys("one", "two", "three");
        refunded("two");
        assertThat(store.plans.payments(last())).containsExactly("one", "three");
        plans.end(ACCOUNT);
        assertThat(left()).isEqualTo("[]");
        refunded("one", "three");
        assertThat(taken("one")).isEqualTo(new Taken(MICROS, 0, MICROS));
        assertThat(taken("three")).isEqualTo(new Taken(MICROS, 0, MICROS));
        assertThat(store.ledger.account(ACCOUNT).orElseThrow().blocked()).isFalse();
    }

    @Test
    void a_refund_and_a_dispute_at_once_take_a_period_once() throws Exception {
        buys("one");
        List<Callable<Verdict>> all = new ArrayList<>();
        for (Fact fact : List.of(Fact.REFUNDED, Fact.DISPUTED)) {
            PaymentNotice notice = notice(fact, "one", CENTS);
            all.add(() -> payments.notices().take(notice, "192.0.2.9"));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (Future<Verdict> verdict : threads.invokeAll(all)) {
                assertThat(verdict.get()).isEqualTo(Verdict.TAKEN);
            }
        }
        assertThat(taken("one")).isEqualTo(new Taken(MICROS, 0, 0));
        assertThat(store.number("SELECT COUNT(*) FROM plan_return")).isEqualTo(1);
    }

    @Test
    void refunds_of_all_periods_at_once_end_each_of_them() throws Exception {
        buys("one", "two", "three", "four");
        List<Callable<Verdict>> all = new ArrayList<>();
        for (String id : List.of("one", "two", "three", "four")) {
            PaymentNotice notice = notice(Fact.REFUNDED, id, CENTS);
            all.add(() -> payments.notices().take(notice, "192.0.2.9"));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Verdict> verdict : threads.invokeAll(all)) {
                assertThat(verdict.get()).isEqualTo(Verdict.TAKEN);
            }
        }
        assertThat(last().end()).isEqualTo(new End(store.now(), Why.REFUNDED));
        assertThat(left()).isEqualTo("[]");
        assertThat(group()).isNull();
        assertThat(store.number("SELECT COUNT(*) FROM plan_return")).isBetween(1L, 4L);
    }
}
