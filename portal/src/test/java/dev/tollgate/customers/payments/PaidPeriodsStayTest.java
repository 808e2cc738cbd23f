package dev.tollgate.customers.payments;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.PlanSales;
import dev.tollgate.testing.Stores;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Periods that were paid stay whatever follows, and none of their days is lost (K16, K19). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class PaidPeriodsStayTest {

    private static final Instant BEGIN = Instant.parse("2027-01-01T12:00:00Z");

    private static final int TABS = 16;
    private static final int DAYS = Effort.of(30, 400);

    @Parameter
    Stores stores;

    private PlanSales sales;
    private Version pro;
    private String account;

    @BeforeEach
    void start() {
        sales = PlanSales.on(stores);
        sales.at(BEGIN);
        sales.does("PUT", "/groups/gold", "\"factor\":850");
        pro = sales.set("pro", "month", ",\"group\":\"gold\"");
        account = sales.server().customer("10").account();
    }

    @AfterEach
    void stop() {
        sales.server().assertBooksAreClosed();
        sales.server().close();
    }

    /** What happens between the begin of a payment and its end. */
    private enum Before implements Consumer<PaidPeriodsStayTest> {
        CLOSED(test -> test.sales.does("POST", "/plans/pro/close", "\"version\":null")),
        REPLACED(test -> test.sales.set("pro", "month", ",\"models\":[\"gemini-4-*\"]")),
        CANCELLED(PaidPeriodsStayTest::cancel),
        CANCELLED_AND_CLOSED(CANCELLED.andThen(CLOSED)),
        BLOCKED(test -> test.sales.does("POST", "/accounts/" + test.account + "/block", "\"blocked\":true"));

        private final Consumer<PaidPeriodsStayTest> deed;

        Before(Consumer<PaidPeriodsStayTest> deed) {
            this.deed = deed;
        }

        @Override
        public void accept(PaidPeriodsStayTest test) {
            deed.accept(test);
        }
    }

    private Subscription last() {
        return Objects.requireNonNull(sales.server().books().stores().plans().last(account));
    }

    private void cancel() {
        Instant now = sales.server().now();
        sales.server()
                .books()
                .writer()
                .commitAndWait(Unit.of(sales.server()
                        .books()
                        .stores()
                        .plans()
                        .cancel(last(), true, now)
                        .changes()));
    }

    private List<String> given() {
        return sales
                .server()
                .books()
                .database()
                .read(sql -> CreditGrant.all(sql, account, Long.MAX_VALUE, 1_000))
                .reversed()
                .stream()
                .map(grant -> grant.startsAt().toString().substring(0, 10) + " "
                        + String.valueOf(grant.expiresAt()).substring(0, 10))
                .toList();
    }

    private String group() {
        return sales.server()
                .books()
                .stores()
                .sold()
                .terms()
                .groupAt(account, sales.server().now());
    }

    @ParameterizedTest
    @EnumSource
    void a_period_is_bought_as_seen_behind_two_ahead(Before before) {
        Instant begin = Instant.parse("2027-12-31T12:00:00Z");
        sales.at(begin);
        for (String id : List.of("one", "two", "three")) {
            sales.buy(account, id, pro, false);
        }
        sales.begin(account, "four", pro, false).orThrow();
        sales.at(begin.plus(Duration.ofHours(1)));
        before.accept(this);
        sales.tell("four", Fact.PAID, PlanSales.CENTS);
        assertThat(given())
                .containsExactly(
                        "2027-12-31 2028-01-31",
                        "2028-01-31 2028-02-29",
                        "2028-02-29 2028-03-31",
                        "2028-03-31 2028-04-30");
        for (String turn : List.of("2028-01-31", "2028-02-29", "2028-03-31")) {
            sales.at(Instant.parse(turn + "T12:00:00Z"));
            assertThat(last().isRunning()).as(turn).isTrue();
            assertThat(group()).as(turn).isEqualTo("gold");
        }
        sales.at(Instant.parse("2028-04-30T12:00:00Z"));
        assertThat(last().isRunning()).isFalse();
        assertThat(group()).isEqualTo("standard");
        assertThat(given()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2027-01-29", "2027-01-30", "2027-01-31", "2028-02-29", "2027-08-31"})
    void months_keep_the_day_of_the_first(String day) {
        Instant begin = Instant.parse(day + "T23:59:59.999Z");
        sales.at(begin);
        for (String id : List.of("one", "two", "three", "four")) {
            sales.buy(account, id, pro, false);
        }
        Instant anew = begin.plus(Duration.ofDays(10));
        sales.at(anew);
        sales.buy(account, "anew", pro, true);
        sales.buy(account, "more", pro, false);
        List<String> months = IntStream.range(0, 6)
                .mapToObj(i -> i < 4 ? month(begin, i) : month(anew, i - 4))
                .toList();
        assertThat(given()).isEqualTo(months);
        sales.at(begin.plus(Duration.ofDays(200))); // no server over all ends
        assertThat(last().isRunning()).isFalse();
        assertThat(given()).isEqualTo(months);
    }

    private static String month(Instant anchor, int number) {
        return after(anchor, number) + " " + after(anchor, number + 1);
    }

    private static String after(Instant anchor, int months) {
        return LocalDateTime.ofInstant(anchor, ZoneOffset.UTC)
                .plusMonths(months)
                .toLocalDate()
                .toString();
    }

    @Test
    void a_day_is_prolonged_for_many_days() {
        Version day = sales.set("day", "day", "");
        sales.buy(account, "day0", day, false);
        for (int i = 1; i <= DAYS; i++) {
            sales.at(BEGIN.plus(Duration.ofDays(i)).minusSeconds(60));
            sales.buy(account, "day" + i, day, false);
        }
        assertThat(given()).hasSize(DAYS + 1).doesNotHaveDuplicates();
        assertThat(last().until()).isEqualTo(BEGIN.plus(Duration.ofDays(DAYS + 1)));
        assertThat(last().number()).isEqualTo(1);
    }

    @Test
    void late_money_and_a_fourth_period_ahead_are_not_lost() {
        for (int i = 0; i < 4; i++) {
            sales.begin(account, "tab" + i, pro, false).orThrow();
        }
        sales.buy(account, "first", pro, false);
        IntStream.range(0, 4).forEach(i -> sales.tell("tab" + i, Fact.PAID, PlanSales.CENTS));
        assertThat(given()).hasSize(5);
        assertThat(sales.begin(account, "more", pro, false).isDone()).isFalse();
        sales.at(BEGIN.plus(Duration.ofDays(152)));
        assertThat(last().isRunning()).isFalse();
    }

    @Test
    void what_a_bought_period_kept_ends_once_its_money_goes_back() {
        sales.does("POST", "/accounts/" + account + "/plan", "\"plan\":\"pro\",\"periods\":3");
        sales.buy(account, "four", pro, false);
        sales.does("POST", "/plans/pro/close", "\"version\":null");
        sales.at(Instant.parse("2027-02-01T12:00:00Z"));
        assertThat(last().remaining()).isEqualTo(2);
        sales.at(Instant.parse("2027-02-10T12:00:00Z"));
        sales.tell("four", Fact.REFUNDED, PlanSales.CENTS);
        assertThat(last().remaining()).isZero();
        sales.at(Instant.parse("2027-03-01T12:00:00Z"));
        assertThat(last().isRunning()).isFalse();
    }

    @Test
    void tabs_that_are_paid_at_the_same_time_buy_a_period_each() {
        IntStream.range(0, TABS)
                .forEach(i -> sales.begin(account, "tab" + i, pro, false).orThrow());
        List<CompletableFuture<Void>> all = IntStream.range(0, TABS)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> sales.tell("tab" + i, Fact.PAID, PlanSales.CENTS),
                        task -> Thread.ofVirtual().start(task)))
                .toList();
        all.forEach(CompletableFuture::join);
        assertThat(given()).hasSize(TABS).doesNotHaveDuplicates();
        assertThat(last().remaining()).isEqualTo(TABS - 1);
    }

    @Test
    void money_for_a_deleted_account_is_credits() {
        sales.buy(account, "one", pro, false);
        sales.buy(account, "two", pro, false);
        sales.begin(account, "three", pro, false).orThrow();
        sales.does("POST", "/accounts/" + account + "/delete", "");
        sales.tell("three", Fact.PAID, PlanSales.CENTS);
        assertThat(last().isRunning()).isFalse();
        assertThat(sales.server().number("SELECT balance_micros FROM account WHERE id = '" + account + "'"))
                .isEqualTo(1_000_000_000);
        assertThat(group()).isEqualTo("standard");
    }
}
