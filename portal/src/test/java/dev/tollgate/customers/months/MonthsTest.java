package dev.tollgate.customers.months;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.books.ledger.Correction.Adjustment;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.customers.months.Month.State;
import dev.tollgate.customers.months.Month.Sum;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single months over the real databases; months of all movements are in {@link RandomMonthsTest}. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class MonthsTest {

    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private Months months;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        months = new Months(store.database, store::now);
        store.setNow(Instant.parse("2026-10-31T23:59:59.500Z"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void call(String id, String account, long held, long charged) {
        store.reserve(id, account, held, held);
        Settle settle = Ended.settle(id, charged, store.now());
        store.commit(settle, new CountCall(settle));
    }

    @Test
    void a_row_counts_in_the_month_in_which_it_was_booked() {
        store.account("acc_1", 10_000_000);
        store.reserve("over", "acc_1", 5_000_000, 5_000_000);
        call("before", "acc_1", 1_000_000, 700_000);
        store.setNow(Instant.parse("2026-11-01T00:00:00Z"));
        Settle after = Ended.settle("over", 4_000_000, store.now());
        store.commit(after, new CountCall(after));
        assertThat(months.month(OCTOBER).sum(MonthLine.USED)).isEqualTo(new Sum(1, -700_000, 0, 0, 0));
        assertThat(months.month(OCTOBER).owedMicros()).as("with what is held").isEqualTo(9_300_000);
        assertThat(months.month(NOVEMBER).sum(MonthLine.USED)).isEqualTo(new Sum(1, -4_000_000, 0, 0, 0));
        assertThat(months.all()).extracting(Month::month).containsExactly(NOVEMBER, OCTOBER);
    }

    @Test
    void a_month_says_when_it_is_final() {
        assertThat(months.month(OCTOBER).state()).isEqualTo(State.RUNNING);
        store.setNow(Instant.parse("2026-11-01T00:00:00Z"));
        assertThat(months.month(OCTOBER).state()).isEqualTo(State.ENDING);
        store.setNow(Instant.parse("2026-11-01T02:00:00Z"));
        assertThat(months.month(OCTOBER).state()).isEqualTo(State.OVER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-13", "2026-1", "", "October", "2026-10-01", "12026-10", "2026-11", "9999-12"})
    void no_month_and_a_month_ahead_are_refused(String text) {
        assertThatThrownBy(() -> months.parse(text))
                .isInstanceOf(ApiException.class)
                .hasMessageStartingWith("'month' must be ")
                .extracting(it -> ((ApiException) it).error().status())
                .isEqualTo(400);
    }

    @Test
    void a_month_before_all_bookings_is_empty() {
        store.account("acc_1", 10_000_000);
        Month early = months.month(months.parse("1999-01"));
        assertThat(early.closing()).isEqualTo(Sum.NONE);
        assertThat(early.differenceMicros()).isZero();
    }

    @Test
    void an_invoice_has_its_money_and_the_part_that_went_back() {
        store.account("acc_1", 0);
        pay("DE", 119, 19);
        back(Fact.DISPUTED, "dp_1", 40);
        back(Fact.REFUNDED, "ch_1", 79);
        Month month = months.month(OCTOBER);
        assertThat(month.sum(MonthLine.PAYMENTS)).isEqualTo(new Sum(1, 200_000_000, 0, 100, 19));
        assertThat(month.sum(MonthLine.TAKEN_BACK)).isEqualTo(new Sum(2, -200_000_000, 0, -100, -19));
        assertThat(month.owedMicros()).isZero();
        List<MonthRow> rows = months.rows().of(OCTOBER, MonthLine.TAKEN_BACK, "", 10);
        assertThat(rows).extracting(row -> row.sum().grossCents()).containsExactly(-40L, -79L);
        assertThat(rows)
                .extracting(row -> ((MonthRow.OfEntry) row).paper())
                .extracting(MonthRow.Paper::number)
                .containsOnly("2026-00001");
        assertThat(paper().country()).isEqualTo("DE");
    }

    private void pay(String country, long cents, long tax) {
        Payments payments = payments();
        payments.begin(
                        new Acting("acc_1", "per_1", "192.0.2.1", null),
                        Payment.Channel.STRIPE,
                        "one",
                        (cents - tax) / 100)
                .orThrow();
        payments.opened("one", "session_one", "https://pay.example.org/one");
        payments.notices()
                .take(
                        new PaymentNotice(
                                "evt_paid",
                                "test",
                                Fact.PAID,
                                store.now(),
                                Payment.Channel.STRIPE,
                                "one",
                                "session_one",
                                "intent_one",
                                null,
                                cents,
                                tax,
                                null,
                                new PaymentNotice.Begun(store.now(), null, 0, country, null)),
                        "192.0.2.9");
    }

    private void back(Fact fact, String object, long cents) {
        payments()
                .notices()
                .take(
                        new PaymentNotice(
                                "evt_" + object,
                                "test",
                                fact,
                                store.now(),
                                Payment.Channel.STRIPE,
                                null,
                                null,
                                "intent_one",
                                object,
                                cents,
                                0,
                                null),
                        "192.0.2.9");
    }

    private Payments payments() {
        return new Payments(
                store.database, store.writer, () -> new Party("Seller", "", ""), true, store.purchases(), store::now);
    }

    private MonthRow.Paper paper() {
        return ((MonthRow.OfEntry)
                        months.rows().of(OCTOBER, MonthLine.PAYMENTS, "", 10).getFirst())
                .paper();
    }

    @ParameterizedTest
    @CsvSource({"FR,DE123,FR", "'',de123,DE", "'',EL123,GR", "'',XI123,GB", "'',12-345,''", "'',VAT 5,''", "'','',''"})
    void a_country_is_the_providers_or_the_vat_ids(String stored, String vatId, String country) {
        assertThat(MonthRow.country(stored, vatId)).isEqualTo(country);
    }

    @Test
    void a_deleted_customer_stands_under_its_bare_id() {
        store.account("acc_1", 0);
        store.commit(new Grant("acc_1", 3, "a gift", store.now()));
        store.commit(new CloseAccount("acc_1", store.now()));
        store.execute("UPDATE account SET name = 'deleted account', deleted_at = ? WHERE id = 'acc_1'", store.now());
        assertThat(months.month(OCTOBER).sum(MonthLine.DELETED_ACCOUNTS)).isEqualTo(new Sum(1, -3, 0, 0, 0));
        assertThat(months.rows().of(OCTOBER, MonthLine.GRANTS, "", 10))
                .extracting(row -> ((MonthRow.OfEntry) row).customer().name())
                .containsExactly("acc_1");
    }

    @Test
    void sandbox_credits_stand_apart_until_they_have_left() {
        store.account("acc_1", 1_000);
        store.commit(Grant.ofSandbox("acc_1", 500, "a try", Origin.START, () -> true, null, store.now()));
        call("a", "acc_1", 300, 300);
        store.commit(new Adjustment("acc_1", -1_100, "too much", null, store.now()));
        Month month = months.month(OCTOBER);
        assertThat(month.sum(MonthLine.SANDBOX_CREDITS)).isEqualTo(new Sum(1, 500, 500, 0, 0));
        assertThat(month.sum(MonthLine.USED)).isEqualTo(new Sum(1, -300, -300, 0, 0));
        assertThat(month.sum(MonthLine.LOST)).isEqualTo(new Sum(1, -1_100, -100, 0, 0));
        assertThat(month.closing()).isEqualTo(new Sum(0, 100, 100, 0, 0));
        assertThat(month.owedMicros()).isZero();
    }

    @Test
    void months_that_are_over_are_read_once_until_usage_is_corrected() {
        store.account("acc_1", 1_000);
        call("a", "acc_1", 300, 300);
        store.setNow(Instant.parse("2026-11-02T00:00:00Z"));
        call("b", "acc_1", 300, 200);
        assertThat(months.all())
                .extracting(it -> it.sum(MonthLine.USED).micros())
                .containsExactly(-200L, -300L);
        call("c", "acc_1", 300, 100);
        assertThat(months.all())
                .extracting(it -> it.sum(MonthLine.USED).micros())
                .containsExactly(-300L, -300L);
        store.execute("UPDATE usage_hour SET shortfall_micros = 7");
        assertThat(months.all())
                .extracting(it -> it.sum(MonthLine.SHORTFALLS).micros())
                .containsExactly(7L, 0L);
        store.execute("UPDATE usage_fold SET corrections = corrections + 1");
        store.execute(
                "INSERT INTO usage_fold (id, folded_until, folding_until, account_after, corrections) VALUES (1, 0, 0, '', 1)"
                        + " ON CONFLICT (id) DO NOTHING");
        assertThat(months.all())
                .extracting(it -> it.sum(MonthLine.SHORTFALLS).micros())
                .containsExactly(7L, 7L);
    }

    @Test
    void an_entry_of_an_expired_grant_has_a_line_of_its_own() {
        store.account("acc_1", 1_000);
        GrantTerms terms =
                GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, store.now().plusMillis(100));
        store.commit(new Grant("acc_1", 400, "a gift", store.now()).under(terms));
        store.commit(new Adjustment("acc_1", -5, "Grant 1 expired", null, store.now()));
        store.advance(Duration.ofMillis(100));
        new Lapse(store.database, store.writer, store::now).sweep();
        assertThat(months.month(OCTOBER).sum(MonthLine.EXPIRED)).isEqualTo(new Sum(1, -400, 0, 0, 0));
        assertThat(months.month(OCTOBER).sum(MonthLine.LOST)).isEqualTo(new Sum(1, -5, 0, 0, 0));
    }

    @Test
    void a_difference_to_the_accounts_is_told() {
        store.account("acc_1", 1_000);
        store.execute("UPDATE account SET balance_micros = 1007, purchased_micros = 1007");
        assertThat(months.month(OCTOBER).differenceMicros()).isEqualTo(7);
    }
}
