package dev.tollgate.customers.payments;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanFigures;
import dev.tollgate.books.plans.PlanStep;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.books.plans.Subscription.Why;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Notices;
import dev.tollgate.testing.PlanBooks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
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
import org.junit.jupiter.params.provider.EnumSource;

/** What a payment of a plan buys: each is one period, once, and nothing that was paid is cut (K15 to K19). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class PlanPurchasesTest {

    private static final String ACCOUNT = "acc_1";
    private static final Acting OWNER = new Acting(ACCOUNT, "per_1", "192.0.2.1", null);
    private static final Instant BEGIN = Instant.parse("2027-01-31T12:00:00Z");
    private static final long MICROS = 100_000_000;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private PlanBooks plans;
    private Payments payments;
    private Version pro;
    private boolean isReal;
    private boolean isTestMoneyGood = true;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.setNow(BEGIN);
        store.account(ACCOUNT, 0);
        plans = new PlanBooks(store);
        plans.group("gold");
        pro = plans.set("pro", plan("Pro", 900, Period.MONTH, "gold"));
        payments = payments(store);
    }

    @AfterEach
    void the_books_prove_it() {
        try (CustomersFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
            List<String> found = new ArrayList<>();
            new Audit(closing.database).run(found::add, found::add, (subject, rows) -> {});
            assertThat(found).isEmpty();
        }
    }

    private static Plan plan(String name, long cents, Period period, @Nullable String group) {
        return new Plan(name, cents, period, MICROS, ModelPatterns.EVERY, group, GrantLimits.NONE, true);
    }

    private Payments payments(CustomersFixture at) {
        PlanSweep sweep = new PlanSweep(at.plans, at.writer, () -> isReal, at::now);
        PlanPurchases purchases = new PlanPurchases(at.plans, sweep, () -> isReal, at::now);
        return new Payments(at.database, at.writer, () -> Party.NOBODY, isTestMoneyGood, purchases, at::now);
    }

    private void sweepAt(Instant now) {
        store.setNow(now);
        new PlanSweep(store.plans, store.writer, () -> isReal, store::now).sweep();
        new Lapse(store.database, store.writer, store::now).sweep();
    }

    private void sweepAt(String day) {
        sweepAt(Instant.parse(day + "T12:00:00Z"));
    }

    private Payment begun(String id, Version version, boolean now) {
        return begun(id, version, now, Payment.Channel.STRIPE);
    }

    private Payment begun(String id, Version version, boolean now, Payment.Channel channel) {
        Payment payment = payments.beginPlan(OWNER, channel, id, version, now).orThrow();
        payments.opened(id, "session_" + id, "https://pay.example.org/" + id);
        return payment;
    }

    private PaymentNotice paid(Payment payment) {
        return Notices.of(PaymentNotice.Fact.PAID, payment.channel(), payment.id(), payment.netCents(), store.now());
    }

    private Verdict take(PaymentNotice notice) {
        return payments.notices().take(notice, "192.0.2.9");
    }

    private Payment pays(Payment payment) {
        assertThat(take(paid(payment))).isEqualTo(Verdict.TAKEN);
        return Objects.requireNonNull(payments.find(payment.id()));
    }

    private Payment buys(String id, Version version, boolean now) {
        return pays(begun(id, version, now));
    }

    private static String bought(Payment payment) {
        Payment.Bought bought = Objects.requireNonNull(payment.bought());
        return bought.subscription() + "." + bought.period();
    }

    private Subscription last() {
        return Objects.requireNonNull(store.plans.last(ACCOUNT));
    }

    private static String day(@Nullable Instant at) {
        return Objects.requireNonNull(at).toString().substring(5, 10);
    }

    private String grants() {
        return store.database.read(sql -> CreditGrant.all(sql, ACCOUNT, Long.MAX_VALUE, 100)).stream()
                .map(grant -> day(grant.startsAt()) + "/" + day(grant.expiresAt()))
                .sorted()
                .toList()
                .toString();
    }

    private String group() {
        List<String> groups = store.database.read(sql -> sql.list(
                "SELECT plan_group FROM account_terms WHERE account_id = 'acc_1' ORDER BY sequence",
                row -> String.valueOf(row.getString(1))));
        return groups.toString();
    }

    private void cancel() {
        Subscription running = last();
        plans.commit(store.plans.cancel(running, true, store.now()));
    }

    private String refused(Version version, boolean now) {
        Outcome<Payment> outcome = payments.beginPlan(OWNER, Payment.Channel.STRIPE, "more", version, now);
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return outcome instanceof Outcome.Refused<Payment> no
                ? String.valueOf(no.why().param())
                : "";
    }

    @Test
    void who_has_no_plan_gets_one_from_the_payment_on() {
        Payment open = begun("one", pro, false);
        assertThat(payments.beginPlan(OWNER, Payment.Channel.STRIPE, "one", pro, true))
                .as("another choice")
                .isEqualTo(Outcome.refused(409, Payments.OPEN_AGAIN));
        store.advance(Duration.ofHours(20));
        PaymentNotice event = paid(open);
        assertThat(take(event)).isEqualTo(Verdict.TAKEN);
        assertThat(take(event)).isEqualTo(Verdict.REPLAYED);
        assertThat(take(paid(open))).as("under another id").isEqualTo(Verdict.TAKEN);
        assertThat(bought(find("one"))).isEqualTo("1.1");
        assertThat(last().anchor()).isEqualTo(store.now());
        assertThat(grants()).isEqualTo("[02-01/03-01]");
        assertThat(group()).isEqualTo("[gold]");
        assertThat(store.balance(ACCOUNT).balanceMicros()).isEqualTo(MICROS);
        assertThat(payments.invoice(ACCOUNT, "one")).isNotNull();
        sweepAt(last().endsAt());
        assertThat(Objects.requireNonNull(last().end()).why()).isEqualTo(Why.FINISHED);
    }

    @Test
    void more_of_the_same_follows_and_keeps_the_day() {
        List<String> periods = new ArrayList<>();
        for (String id : List.of("one", "two", "three", "four")) {
            periods.add(bought(buys(id, pro, false)));
        }
        assertThat(periods).containsExactly("1.1", "1.2", "1.3", "1.4");
        String all = "[01-31/02-28, 02-28/03-31, 03-31/04-30, 04-30/05-31]";
        assertThat(grants()).isEqualTo(all);
        assertThat(refused(pro, false)).isEqualTo("when");
        for (String turn : List.of("2027-02-28", "2027-03-31", "2027-04-30")) {
            sweepAt(turn);
            assertThat(last().startsAt()).isEqualTo(store.now());
            assertThat(grants()).isEqualTo(all);
        }
        assertThat(last().grant()).isEqualTo(4);
        assertThat(group()).isEqualTo("[gold, gold, gold, gold]");
        assertThat(store.balance(ACCOUNT).balanceMicros()).isEqualTo(MICROS);
        sweepAt("2027-05-31");
        assertThat(last().isRunning()).isFalse();
        assertThat(store.balance(ACCOUNT).balanceMicros()).isZero();
    }

    @Test
    void three_months_follow_each_day_on_which_a_plan_begins() {
        Map<String, String> months = new TreeMap<>(Map.of(
                "2028-01-29", "[01-29/02-29, 02-29/03-29, 03-29/04-29]",
                "2028-01-30", "[01-30/02-29, 02-29/03-30, 03-30/04-30]",
                "2028-01-31", "[01-31/02-29, 02-29/03-31, 03-31/04-30]",
                "2028-02-29", "[02-29/03-29, 03-29/04-29, 04-29/05-29]"));
        months.forEach((begin, periods) -> {
            store.setNow(Instant.parse(begin + "T12:00:00Z"));
            buys(begin, pro, true);
            buys(begin + "b", pro, false);
            buys(begin + "c", pro, false);
            long its = last().number();
            assertThat(store.database
                            .read(sql -> sql.list(
                                    "SELECT g.starts_at, g.expires_at FROM plan_step p JOIN credit_grant g ON g.account_id = p.account_id AND g.number = p.grant_number WHERE p.subscription = ? ORDER BY p.period",
                                    row -> day(Columns.time(row, 1)) + "/" + day(Columns.time(row, 2)),
                                    its))
                            .toString())
                    .isEqualTo(periods);
        });
        sweepAt("2028-06-30");
        assertThat(last().end()).isNotNull();
    }

    @Test
    void a_server_that_was_away_over_an_end_goes_on_in_the_period_of_now() {
        buys("one", pro, false);
        buys("two", pro, false);
        buys("three", pro, false);
        sweepAt("2027-04-10");
        assertThat(last().period()).isEqualTo(3);
        assertThat(last().grant()).isEqualTo(3);
        assertThat(group()).isEqualTo("[gold, gold]");
        assertThat(store.balance(ACCOUNT).balanceMicros()).isEqualTo(MICROS);
    }

    @Test
    void two_tabs_that_pay_get_two_periods() {
        buys("one", pro, false);
        Payment left = begun("left", pro, false);
        Payment right = begun("right", pro, false);
        assertThat(List.of(bought(pays(left)), bought(pays(right)))).containsExactly("1.2", "1.3");
    }

    @Test
    void now_begins_anew_and_what_was_paid_stays() {
        buys("one", pro, false);
        buys("two", pro, false);
        Payment five = begun("five", pro, false);
        plans.assign(ACCOUNT, pro, 2, PlanStep.Kind.AFTER);
        pays(five);
        Version other = plans.set("max", plan("Max", 2_000, Period.WEEK, null));
        store.advance(Duration.ofDays(10));
        Payment now = buys("now", other, true);
        assertThat(bought(now)).isEqualTo("2.1");
        assertThat(grants())
                .isEqualTo("[01-31/02-28, 02-10/02-17, 02-28/03-31, 03-31/04-30, 04-30/05-31, 05-31/06-30]");
        assertThat(Objects.requireNonNull(
                                store.plans.of(ACCOUNT, 2, 1).getFirst().end())
                        .why())
                .isEqualTo(Why.REPLACED);
        assertThat(group()).isEqualTo("[gold, null]");
    }

    @Test
    void what_fits_no_plan_any_more_is_beside_it() {
        Version day = plans.set("day", plan("Day", 100, Period.DAY, "gold"));
        Version basic = plans.set("basic", plan("Basic", 500, Period.MONTH, null));
        Payment late = begun("late", day, false);
        plans.assign(ACCOUNT, basic, 1);
        assertThat(bought(pays(late))).isEqualTo("null.null");
        assertThat(grants()).isEqualTo("[01-31/02-01, 01-31/02-28]");
        assertThat(group()).isEqualTo("[]");
        assertThat(last().version().plan()).isEqualTo("basic");
        assertThat(refused(day, false)).isEqualTo("when");
        Payment tooMany = begun("toomany", day, true);
        plans.assign(ACCOUNT, basic, 13, PlanStep.Kind.AFTER);
        assertThat(bought(pays(tooMany))).isEqualTo("null.null");
        assertThat(last().number()).isEqualTo(1);
        assertThat(refused(day, true)).isEqualTo("when");
        sweepAt("2027-02-28");
        assertThat(bought(buys("twelve", day, true))).as("as many as may be").isEqualTo("2.1");
    }

    @Test
    void a_version_is_not_begun_once_another_is_sold_instead() {
        plans.set("pro", plan("Pro", 1_000, Period.MONTH, "gold"));
        assertThat(refused(pro, false)).isEqualTo("plan");
    }

    @Test
    void money_that_arrives_while_the_clock_is_behind_buys_its_periods() {
        buys("one", pro, false);
        store.setNow(BEGIN.minus(Duration.ofHours(2)));
        assertThat(bought(buys("two", pro, false))).isEqualTo("1.2");
        plans.assign(ACCOUNT, pro, 1, PlanStep.Kind.AFTER);
        assertThat(bought(buys("now", pro, true))).isEqualTo("2.1");
        assertThat(last().anchor()).isEqualTo(BEGIN);
        assertThat(grants()).isEqualTo("[01-31/02-28, 01-31/02-28, 02-28/03-31, 03-31/04-30]");
    }

    @Test
    void who_was_banned_before_the_money_arrived_gets_the_plan_and_stays_banned() {
        Payment open = begun("one", pro, false);
        store.commit(new SetBlocked(ACCOUNT, true));
        assertThat(bought(pays(open))).isEqualTo("1.1");
        assertThat(store.ledger.account(ACCOUNT).orElseThrow().blocked()).isTrue();
    }

    @Test
    void a_closed_version_that_was_seen_is_bought() {
        Payment open = begun("one", pro, false);
        plans.close("pro");
        assertThat(refused(pro, false)).isEqualTo("plan");
        assertThat(bought(pays(open))).isEqualTo("1.1");
        sweepAt("2027-02-28");
        assertThat(Objects.requireNonNull(last().end()).why()).isEqualTo(Why.FINISHED);
    }

    /** With two periods ahead, and two by hand behind them. */
    @Test
    void closing_cuts_what_is_not_paid_alone() {
        buys("one", pro, false);
        buys("two", pro, false);
        buys("three", pro, false);
        Payment open = begun("open", pro, false);
        plans.assign(ACCOUNT, pro, 2, PlanStep.Kind.AFTER);
        store.advance(Duration.ofDays(1));
        plans.close("pro");
        assertThat(last().remaining()).isEqualTo(2);
        assertThat(bought(pays(open))).isEqualTo("1.4");
        assertThat(last().periods()).isEqualTo(4);
        for (String turn : List.of("2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31")) {
            sweepAt(turn);
        }
        assertThat(grants()).isEqualTo("[01-31/02-28, 02-28/03-31, 03-31/04-30, 04-30/05-31]");
        assertThat(Objects.requireNonNull(last().end()).why()).isEqualTo(Why.FINISHED);
    }

    @Test
    void a_cancelled_plan_runs_as_far_as_it_is_paid() {
        buys("one", pro, false);
        plans.assign(ACCOUNT, pro, 1, PlanStep.Kind.AFTER);
        buys("three", pro, false);
        Payment open = begun("open", pro, false);
        plans.assign(ACCOUNT, pro, 2, PlanStep.Kind.AFTER);
        store.advance(Duration.ofDays(1));
        cancel();
        assertThat(last().until()).isEqualTo(Instant.parse("2027-04-30T12:00:00Z"));
        sweepAt("2027-02-28");
        assertThat(grants()).as("the one by hand in between").contains("02-28/03-31");
        sweepAt("2027-03-31");
        sweepAt("2027-04-30");
        assertThat(grants()).isEqualTo("[01-31/02-28, 02-28/03-31, 03-31/04-30]");
        assertThat(Objects.requireNonNull(last().end()).why()).isEqualTo(Why.CANCELLED);
        assertThat(bought(pays(open))).as("paid after the end").isEqualTo("2.1");
    }

    @Test
    void a_cancel_stays_when_a_period_is_bought_behind_it() {
        buys("one", pro, false);
        buys("two", pro, false);
        Payment open = begun("open", pro, false);
        plans.assign(ACCOUNT, pro, 2, PlanStep.Kind.AFTER);
        store.advance(Duration.ofDays(1));
        cancel();
        Version next = plans.set("pro-2", plan("Pro", 1_000, Period.MONTH, "gold"));
        assertThat(bought(pays(open))).isEqualTo("1.3");
        assertThat(last().cancelledAt()).isNotNull();
        assertThat(last().periods()).isEqualTo(3);
        assertThat(refused(next, false)).isEqualTo("when");
        plans.commit(store.plans.cancel(last(), false, store.now()));
        assertThat(last().remaining()).as("what was cut stays cut").isEqualTo(2);
    }

    @Test
    void a_day_that_is_prolonged_400_times_has_400_days() {
        Version day = plans.set("day", plan("Day", 100, Period.DAY, "gold"));
        for (int i = 0; i < 400; i++) {
            assertThat(bought(buys("day" + i, day, false))).isEqualTo("1." + (i + 1));
            sweepAt(store.now().plus(Duration.ofDays(1)).minusSeconds(i == 399 ? 0 : 1));
        }
        assertThat(store.number("SELECT COUNT(DISTINCT starts_at) FROM credit_grant"))
                .isEqualTo(400);
    }

    @Test
    void no_server_over_an_end_loses_nothing_that_was_paid_later() {
        buys("one", pro, false);
        buys("two", pro, false);
        store.setNow(Instant.parse("2027-04-10T12:00:00Z"));
        Payment later = begun("later", pro, false);
        assertThat(bought(pays(later))).isEqualTo("2.1");
        assertThat(last().anchor()).isEqualTo(store.now());
    }

    @Test
    void what_has_no_room_is_refused_whole_until_there_is_some() {
        for (int i = 0; i < 58; i++) {
            buys("filled" + i, pro, true);
        }
        plans.assign(ACCOUNT, pro, 2, PlanStep.Kind.AFTER);
        Subscription before = last();
        PaymentNotice event = paid(begun("one", pro, true));
        assertThat(take(event))
                .as("two periods by hand, and one that is bought")
                .isEqualTo(Verdict.REFUSED);
        assertThat(last()).isEqualTo(before);
        assertThat(store.number("SELECT COUNT(*) FROM credit_grant")).isEqualTo(58);
        assertThat(payments.notices().notTaken(9)).hasSize(1);
        assertThat(take(event)).isEqualTo(Verdict.REPLAYED);
        store.commit(new Grant.End(ACCOUNT, 1, "room", null, store.now()));
        assertThat(take(event)).as("processed again").isEqualTo(Verdict.TAKEN);
        assertThat(bought(find("one"))).isEqualTo("59.1");
        PaymentNotice full = paid(begun("full", pro, false));
        assertThat(take(full)).isEqualTo(Verdict.REFUSED);
        assertThat(last().periods()).isEqualTo(1);
        store.commit(new Grant.End(ACCOUNT, 2, "room", null, store.now()));
        assertThat(take(full)).isEqualTo(Verdict.TAKEN);
        assertThat(bought(find("full"))).isEqualTo("59.2");
    }

    private Payment find(String id) {
        return Objects.requireNonNull(payments.find(id));
    }

    @Test
    void a_deleted_account_gets_general_credits() {
        buys("one", pro, false);
        Payment open = begun("open", pro, false);
        store.advance(Duration.ofHours(5));
        buys("two", pro, false);
        store.setNow(BEGIN.plus(Duration.ofHours(1))); // the clock is behind
        CloseAccount close = new CloseAccount(ACCOUNT, store.now());
        List<Change> changes = new ArrayList<>(List.of(close));
        changes.addAll(store.plans.endWith(ACCOUNT, close::isClosed, store.now()));
        changes.add(store.statement("UPDATE account SET deleted_at = ? WHERE id = 'acc_1'", store.now()));
        store.writer.commitAndWait(Unit.of(changes));
        assertThat(bought(pays(open))).isEqualTo("null.null");
        assertThat(store.number("SELECT COUNT(*) FROM credit_grant")).isEqualTo(2);
        assertThat(store.balance(ACCOUNT).balanceMicros()).isEqualTo(MICROS);
    }

    /** Z19: there its credits serve nothing, so it would give a price group for nothing. */
    @Test
    void test_money_buys_no_plan_where_calls_cost_money() {
        isTestMoneyGood = false;
        payments = payments(store);
        pays(begun("one", pro, false, Payment.Channel.STRIPE_TEST));
        buys("two", pro, false);
        plans.assign(ACCOUNT, pro, 1, PlanStep.Kind.AFTER);
        Payment open = begun("open", pro, false, Payment.Channel.STRIPE_TEST);
        store.advance(Duration.ofDays(1));
        isReal = true;
        sweepAt(store.now());
        assertThat(last().end()).isEqualTo(new Subscription.End(store.now(), Why.UNPAID));
        assertThat(group()).isEqualTo("[gold, null]");
        assertThat(grants()).as("what money paid stays").isEqualTo("[01-31/02-28, 02-28/03-31, 03-31/04-30]");
        assertThat(bought(pays(open))).isEqualTo("null.null");
        assertThat(last().number()).isEqualTo(1);
        assertThat(store.number("SELECT COUNT(*) FROM credit_grant WHERE sandbox = 1"))
                .isEqualTo(2);
        assertThat(bought(buys("real", pro, false))).isEqualTo("2.1");
        assertThat(store.plans.figures().incomes(BEGIN).get("pro"))
                .as("without test money: two that were bought, one by hand")
                .isEqualTo(new PlanFigures.Income(2_700, 2_700));
    }

    // ---- after a restore (C32) ----

    private PaymentNotice lost(String id, Version version, long cents, String accountId) {
        Payment.Bought bought = new Payment.Bought(version.plan(), version.number(), false);
        PaymentNotice.Begun begun = new PaymentNotice.Begun(store.now(), accountId, MICROS, "DE", bought);
        return Notices.begun(Payment.Channel.STRIPE, id, cents, begun);
    }

    @Test
    void a_lost_payment_of_a_plan_is_made_from_its_event() {
        store.advance(Duration.ofHours(2));
        store.commit(new LostTime(2, store.now().minusSeconds(1800), store.now().plusSeconds(1800)).row());
        PaymentNotice event = lost("lost", pro, 900, ACCOUNT);
        assertThat(take(event)).isEqualTo(Verdict.TAKEN);
        assertThat(take(event)).isEqualTo(Verdict.REPLAYED);
        assertThat(bought(find("lost"))).isEqualTo("1.1");
        assertThat(bought(buys("next", pro, false))).isEqualTo("1.2");
        Version gone = new Version(9, "gone", 1, store.now(), pro.terms(), null);
        for (PaymentNotice wrong : List.of(lost("other", gone, 900, ACCOUNT), lost("sum", pro, 901, ACCOUNT))) {
            assertThat(take(wrong)).isEqualTo(Verdict.REFUSED);
            assertThat(payments.find(String.valueOf(wrong.paymentId()))).isNull();
        }
        assertThat(payments.notices().notTaken(9))
                .filteredOn(each -> Blame.NO_VERSION.kept().equals(each.result().detail()))
                .hasSize(2);
    }

    /** Its number was given again after the restore. */
    @Test
    void a_version_that_is_newer_than_its_page_was_not_seen() {
        store.commit(new LostTime(2, store.now().minusSeconds(1800), store.now()).row());
        store.setNow(BEGIN.minusSeconds(120));
        assertThat(take(lost("older", pro, 900, ACCOUNT))).isEqualTo(Verdict.REFUSED);
        store.setNow(BEGIN.minusSeconds(30)); // by the payment service's clock
        PaymentNotice seen = lost("seen", pro, 900, ACCOUNT);
        store.setNow(BEGIN);
        assertThat(take(seen)).isEqualTo(Verdict.TAKEN);
    }

    // ---- two servers ----

    @Test
    void two_servers_give_each_payment_one_period() throws Exception {
        if (stores == Stores.SQLITE) {
            return; // has one server
        }
        String url = Postgres.untouched();
        try (CustomersFixture one = CustomersFixture.shared(url);
                CustomersFixture two = CustomersFixture.shared(url);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Version version = new PlanBooks(one).set("day", plan("Day", 100, Period.DAY, null));
            for (int i = 0; i < 20; i++) {
                one.account("acc_" + i, 0);
            }
            List<Future<?>> both = new ArrayList<>();
            CyclicBarrier barrier = new CyclicBarrier(2);
            for (CustomersFixture each : List.of(one, two)) {
                Payments its = payments(each);
                String side = each == one ? "left" : "right";
                both.add(threads.submit(() -> {
                    barrier.await();
                    for (int i = 0; i < 20; i++) {
                        Acting by = new Acting("acc_" + i, "per_1", "192.0.2.1", null);
                        String id = side + i;
                        Payment payment = its.beginPlan(by, Payment.Channel.STRIPE, id, version, i % 4 == 3)
                                .orThrow();
                        its.opened(id, "session_" + id, "https://pay.example.org");
                        PaymentNotice notice = Notices.of(
                                PaymentNotice.Fact.PAID, Payment.Channel.STRIPE, id, payment.netCents(), each.now());
                        its.notices().take(notice, "192.0.2.9");
                        its.notices().take(notice, "192.0.2.9");
                    }
                    return null;
                }));
            }
            for (Future<?> each : both) {
                each.get();
            }
            assertThat(one.number("SELECT COUNT(*) FROM payment WHERE state = 'paid' AND period IS NOT NULL"))
                    .isEqualTo(40);
            assertThat(one.number("SELECT COUNT(*) FROM credit_grant")).isEqualTo(40);
            assertThat(one.number("SELECT SUM(periods) FROM subscription")).isEqualTo(40);
            List<String> found = new ArrayList<>();
            new Audit(one.database).run(found::add, found::add, (subject, rows) -> {});
            assertThat(found).isEmpty();
        }
    }
}
