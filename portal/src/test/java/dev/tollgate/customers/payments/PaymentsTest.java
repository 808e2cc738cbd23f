package dev.tollgate.customers.payments;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.TakeBack;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Payments over the real databases, without a page or a payment service. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class PaymentsTest {

    private static final String ACCOUNT = "acc_1";
    private static final Acting OWNER = new Acting(ACCOUNT, "per_1", "192.0.2.1", null);
    private static final Acting STRANGER = new Acting("acc_2", "per_2", "192.0.2.2", null);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private Payments payments;
    private int notices;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.account(ACCOUNT, 0);
        store.account("acc_2", 0);
        payments = new Payments(store.database, store.writer, () -> Party.NOBODY, true, store.purchases(), store::now);
    }

    @AfterEach
    void close() {
        LedgerChecks.assertCoherent(store);
        store.close();
    }

    private Payment begun(String id, long dollars) {
        return payments.begin(OWNER, Payment.Channel.STRIPE, id, dollars).orThrow();
    }

    private PaymentNotice notice(PaymentNotice.Fact fact, String paymentId, long cents) {
        return new PaymentNotice(
                "evt_" + ++notices,
                "test",
                fact,
                store.now(),
                Payment.Channel.STRIPE,
                paymentId,
                "session_" + paymentId,
                "intent_" + paymentId,
                fact.isOfTheWay() ? null : "object_of_" + paymentId,
                cents,
                0,
                null);
    }

    private Verdict took(PaymentNotice.Fact fact, String paymentId, long cents) {
        return payments.notices().take(notice(fact, paymentId, cents), "192.0.2.9");
    }

    private void paid(String id, long dollars) {
        begun(id, dollars);
        payments.opened(id, "session_" + id, "https://pay.example.org/" + id);
        assertThat(took(PaymentNotice.Fact.PAID, id, dollars * 100)).isEqualTo(Verdict.TAKEN);
    }

    private long balance() {
        return store.balance(ACCOUNT).balanceMicros();
    }

    @Test
    void an_id_begins_one_payment_of_one_account() {
        Payment first = begun("one", 10);
        assertThat(begun("one", 10)).isEqualTo(first);
        assertThat(payments.begin(OWNER, Payment.Channel.STRIPE, "one", 25))
                .as("another amount")
                .isEqualTo(Outcome.refused(409, Payments.OPEN_AGAIN));
        assertThat(payments.begin(OWNER, Payment.Channel.TEST, "one", 10))
                .as("another way to pay")
                .isEqualTo(Outcome.refused(409, Payments.OPEN_AGAIN));
        assertThat(payments.begin(STRANGER, Payment.Channel.STRIPE, "one", 10))
                .isEqualTo(Outcome.refused(409, Payments.OPEN_AGAIN));
        assertThat(payments.find("acc_2", "one")).isNull();
        assertThat(new AccountLog(store.database).page(ACCOUNT, Long.MAX_VALUE, 10))
                .hasSize(1);
        assertThat(balance()).isZero();
    }

    @Test
    void the_twenty_first_unpaid_payment_of_a_day_is_refused() {
        IntStream.range(0, 20).forEach(i -> begun("p" + i, 10));
        Assertions.assertThatThrownBy(() -> begun("more", 10))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("many payments today");
        assertThat(begun("p3", 10).id()).as("a known one").isEqualTo("p3");
        store.advance(Duration.ofDays(1).plusMillis(1));
        assertThat(begun("more", 10).state()).isEqualTo(Payment.State.OPEN);
    }

    @Test
    void a_notice_credits_once_however_often_it_comes() {
        begun("one", 10);
        payments.opened("one", "session_one", "https://pay.example.org/one");
        PaymentNotice notice = notice(PaymentNotice.Fact.PAID, "one", 1_000);
        assertThat(payments.notices().take(notice, "192.0.2.9")).isEqualTo(Verdict.TAKEN);
        assertThat(payments.notices().take(notice, "192.0.2.9")).isEqualTo(Verdict.REPLAYED);
        took(PaymentNotice.Fact.PAID, "one", 1_000); // under another id

        assertThat(balance()).isEqualTo(Payment.micros(10));
        assertThat(payments.find(ACCOUNT, "one").isPaid()).isTrue();
        assertThat(payments.paid(ACCOUNT, store.now(), store.now().plusMillis(1)))
                .hasSize(1);
    }

    @Test
    void a_notice_of_another_amount_credits_nothing() {
        begun("one", 10);
        payments.opened("one", "session_one", "https://pay.example.org/one");
        assertThat(took(PaymentNotice.Fact.PAID, "one", 999)).isEqualTo(Verdict.REFUSED);
        assertThat(balance()).isZero();
        assertThat(payments.notices().notTaken(10)).hasSize(1);
        assertThat(payments.find("one").isPaid()).isFalse();
    }

    /** Pays ten dollars for credits that expire after a day. */
    private void paidForADay(String id) {
        begun(id, 10);
        store.execute("UPDATE payment SET state = 'paid', session_id = 's_" + id + "', intent_id = 'intent_" + id
                + "', ended_at = created_at WHERE id = '" + id + "'");
        Origin origin = Origin.of(Origin.Kind.PAYMENT, id);
        RequestId request = new RequestId("payment-" + id);
        Instant expiresAt = store.now().plus(Duration.ofDays(1));
        store.commit(Grant.paid(ACCOUNT, Payment.micros(10), "Day", origin, () -> true, request, store.now())
                .under(GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, expiresAt)));
    }

    private TakeBack.Taken taken(String id) {
        return payments.find(ACCOUNT, id).progress().taken();
    }

    @Test
    void a_refund_takes_the_payments_own_grant_before_all_else() {
        paid("general", 10);
        paidForADay("day");
        took(PaymentNotice.Fact.REFUNDED, "day", 500);
        assertThat(store.number("SELECT left_micros FROM credit_grant")).isEqualTo(Payment.micros(5));
        assertThat(balance()).isEqualTo(Payment.micros(15));
        took(PaymentNotice.Fact.REFUNDED, "general", 1_000);
        assertThat(balance()).as("the grant of another payment stays").isEqualTo(Payment.micros(5));
        assertThat(taken("day")).isEqualTo(new TakeBack.Taken(Payment.micros(5), 0, 0));
    }

    @Test
    void what_had_expired_counts_as_returned_and_expires_again() {
        paid("general", 10);
        paidForADay("day");
        store.advance(Duration.ofDays(2));
        new Lapse(store.database, store.writer, store::now).sweep();
        took(PaymentNotice.Fact.DISPUTED, "day", 1_000);
        assertThat(taken("day")).isEqualTo(new TakeBack.Taken(Payment.micros(10), 0, Payment.micros(10)));
        assertThat(balance()).isEqualTo(Payment.micros(10));
        assertThat(store.ledger.account(ACCOUNT).orElseThrow().blocked()).isFalse();
        took(PaymentNotice.Fact.DISPUTE_WON, "day", 1_000);
        assertThat(taken("day")).isEqualTo(TakeBack.Taken.NOTHING);
        assertThat(balance()).isEqualTo(Payment.micros(10));
        assertThat(store.number("SELECT COUNT(*) FROM entry WHERE origin = 'dispute'"))
                .isEqualTo(1);
    }

    @Test
    void what_a_running_call_kept_and_left_later_lowers_the_loss() {
        paidForADay("day");
        store.reserve("call_1", ACCOUNT, Payment.micros(4), Payment.micros(4));
        store.advance(Duration.ofDays(2));
        new Lapse(store.database, store.writer, store::now).sweep();
        took(PaymentNotice.Fact.REFUNDED, "day", 1_000);
        assertThat(taken("day"))
                .isEqualTo(new TakeBack.Taken(Payment.micros(10), Payment.micros(4), Payment.micros(6)));
        // the books hear of a grant's end later than its time says
        LateReturns late =
                new LateReturns(store.database, store.writer, () -> store.now().plus(Duration.ofMinutes(9)));
        late.sweep();
        assertThat(taken("day").missingMicros()).as("the call runs").isEqualTo(Payment.micros(4));
        store.settle("call_1", Payment.micros(1));
        late.sweep();
        assertThat(taken("day"))
                .isEqualTo(new TakeBack.Taken(Payment.micros(10), Payment.micros(1), Payment.micros(9)));
        late.sweep();
        assertThat(store.number("SELECT COUNT(*) FROM entry WHERE request_id LIKE 'late-%'"))
                .isEqualTo(1);
        assertThat(balance()).isZero();
        took(PaymentNotice.Fact.DISPUTED, "day", 1_000);
        assertThat(taken("day").missingMicros()).as("all of it is back").isEqualTo(Payment.micros(1));
    }

    @Test
    void losses_of_many_payments_are_lowered_at_once() {
        List<String> days =
                IntStream.range(0, 21).mapToObj(i -> "day" + (100 + i)).toList();
        days.forEach(this::paidForADay);
        store.reserve("call_1", ACCOUNT, Payment.micros(210), Payment.micros(210));
        store.advance(Duration.ofDays(2));
        days.forEach(day -> took(PaymentNotice.Fact.REFUNDED, day, 1_000));
        assertThat(taken("day120").missingMicros()).isEqualTo(Payment.micros(10));
        store.settle("call_1", 0);
        new LateReturns(store.database, store.writer, store::now).sweep();
        assertThat(store.number("SELECT SUM(missing_micros) FROM payment")).isZero();
    }

    @Test
    void a_refund_and_a_lost_dispute_take_back_no_more_than_was_paid() {
        paid("one", 10);
        assertThat(took(PaymentNotice.Fact.REFUNDED, "one", 400)).isEqualTo(Verdict.TAKEN);
        assertThat(balance()).isEqualTo(Payment.micros(6));
        took(PaymentNotice.Fact.REFUNDED, "one", 400); // the same total
        assertThat(balance()).isEqualTo(Payment.micros(6));
        took(PaymentNotice.Fact.DISPUTED, "one", 1_000);
        took(PaymentNotice.Fact.DISPUTE_LOST, "one", 1_000);
        assertThat(balance()).isZero();
        assertThat(payments.find("one").reversedMicros()).isEqualTo(Payment.micros(10));
        assertThat(payments.find("one").progress().taken().missingMicros()).isZero();
    }

    @Test
    void papers_are_numbered_without_gaps_and_belong_to_the_payer() {
        paid("one", 10);
        begun("open", 10);
        paid("two", 25);
        assertThat(payments.invoice(ACCOUNT, "one").sequence()).isEqualTo(1);
        assertThat(payments.invoice(ACCOUNT, "two").sequence()).isEqualTo(2);
        assertThat(payments.invoice(ACCOUNT, "open")).isNull();
        assertThat(payments.invoice("acc_2", "one")).isNull();
    }

    @Test
    void pages_go_from_the_newest_payment_to_the_oldest() {
        for (String id : List.of("a", "b", "c", "d", "e")) {
            begun(id, 10);
            store.advance(Duration.ofMillis(id.equals("b") ? 0 : 1)); // two of one instant
        }
        payments.begin(STRANGER, Payment.Channel.TEST, "theirs", 10).orThrow();
        List<String> ids = new ArrayList<>();
        PaymentCursor cursor = PaymentCursor.NEWEST;
        for (List<Payment> page = payments.page(ACCOUNT, cursor, 2);
                !page.isEmpty();
                page = payments.page(ACCOUNT, cursor, 2)) {
            page.forEach(payment -> ids.add(payment.id()));
            cursor = PaymentCursor.parse(PaymentCursor.after(page.getLast()).text());
        }
        assertThat(ids).containsExactly("e", "d", "c", "b", "a");
        assertThat(payments.page(PaymentCursor.NEWEST, 10)).hasSize(6);
    }

    // ---- after a restore (C32) ----

    private void lose(Duration before, Duration after) {
        store.writer.commitAndWait(
                Unit.of(new LostTime(2, store.now().minus(before), store.now().plus(after)).row()));
    }

    private PaymentNotice paidNotice(String paymentId, long cents, PaymentNotice.Begun begun) {
        return new PaymentNotice(
                "evt_" + ++notices,
                "test",
                PaymentNotice.Fact.PAID,
                store.now(),
                Payment.Channel.STRIPE,
                paymentId,
                "session_" + paymentId,
                "intent_" + paymentId,
                null,
                cents,
                0,
                null,
                begun);
    }

    private static PaymentNotice.Begun of(CustomersFixture store, String account, long credits) {
        return new PaymentNotice.Begun(store.now(), account, credits * 1_000_000, "DE", null);
    }

    @Test
    void a_payment_of_the_lost_time_is_made_from_its_event_once() {
        lose(Duration.ofMinutes(30), Duration.ofMinutes(30));
        PaymentNotice event = paidNotice("lost", 5_000, of(store, ACCOUNT, 10_000));
        assertThat(payments.notices().take(event, "192.0.2.9")).isEqualTo(Verdict.TAKEN);
        assertThat(payments.notices().take(event, "192.0.2.9")).isEqualTo(Verdict.REPLAYED);
        assertThat(balance()).isEqualTo(10_000_000_000L);
        Payment made = payments.find(ACCOUNT, "lost");
        assertThat(made.state()).isEqualTo(Payment.State.PAID);
        assertThat(made.createdAt()).isEqualTo(store.now());
        Invoice paper = payments.invoice(ACCOUNT, "lost");
        assertThat(paper.series()).isEqualTo("of  #2");
        assertThat(paper.number()).isEqualTo("R-2026-2-00001");
        assertThat(payments.notices().take(paidNotice("lost", 5_000, of(store, ACCOUNT, 10_000)), "192.0.2.9"))
                .as("another event about it")
                .isEqualTo(Verdict.TAKEN);
        assertThat(balance()).isEqualTo(10_000_000_000L);
    }

    @Test
    void a_refund_of_a_lost_payment_counts_in_any_order() {
        lose(Duration.ofMinutes(30), Duration.ofMinutes(30));
        assertThat(took(PaymentNotice.Fact.REFUNDED, "lost", 5_000)).isEqualTo(Verdict.KEPT);
        assertThat(payments.notices().take(paidNotice("lost", 5_000, of(store, ACCOUNT, 10_000)), "192.0.2.9"))
                .isEqualTo(Verdict.TAKEN);
        assertThat(balance()).isZero();
        assertThat(payments.find("lost").reversedMicros()).isEqualTo(10_000_000_000L);
    }

    @Test
    void a_payment_whose_page_is_lost_is_completed_from_its_event() {
        begun("lost", 50);
        lose(Duration.ofMinutes(30), Duration.ofMinutes(30));
        assertThat(payments.notices().take(paidNotice("lost", 5_000, of(store, ACCOUNT, 10_000)), "192.0.2.9"))
                .isEqualTo(Verdict.TAKEN);
        assertThat(payments.find("lost").sessionId()).isEqualTo("session_lost");
        assertThat(balance()).isEqualTo(10_000_000_000L);
    }

    @Test
    void an_event_makes_no_payment_unless_its_page_fits_and_began_in_the_lost_time() {
        assertRefused(paidNotice("early", 5_000, of(store, ACCOUNT, 10_000)));
        lose(Duration.ofMinutes(30), Duration.ofMinutes(30));
        assertRefused(paidNotice("other sum", 5_000, of(store, ACCOUNT, 10_001)));
        assertRefused(paidNotice("no account", 5_000, of(store, "acc_gone", 10_000)));
        assertRefused(paidNotice("before this build", 5_000, new PaymentNotice.Begun(store.now(), null, 0, "", null)));
        begun("others", 50);
        assertThat(payments.notices().take(paidNotice("others", 5_000, of(store, "acc_2", 10_000)), "192.0.2.9"))
                .isEqualTo(Verdict.TOO_EARLY);
        store.advance(Duration.ofMinutes(91));
        assertRefused(paidNotice("late", 5_000, of(store, ACCOUNT, 10_000)));
        assertThat(balance()).isZero();
    }

    private void assertRefused(PaymentNotice event) {
        assertThat(payments.notices().take(event, "192.0.2.9"))
                .as(event.paymentId())
                .isEqualTo(Verdict.REFUSED);
        assertThat(payments.find(String.valueOf(event.paymentId()))).isNull();
    }

    @Test
    void a_page_that_was_stored_in_the_lost_time_is_known_however_old_the_payment_is() {
        begun("early", 50);
        PaymentNotice.Begun page = of(store, ACCOUNT, 10_000);
        store.setNow(store.now().plus(Duration.ofHours(9)));
        PaymentNotice event = paidNotice("early", 5_000, page);
        assertThat(payments.notices().take(event, "192.0.2.9")).isEqualTo(Verdict.TOO_EARLY);
        lose(Duration.ofMinutes(30), Duration.ZERO);
        assertThat(payments.notices().take(event, "192.0.2.9")).isEqualTo(Verdict.TAKEN);
        assertThat(balance()).isEqualTo(10_000_000_000L);
        PaymentNotice without = paidNotice("none", 5_000, page);
        assertThat(payments.notices().take(without, "192.0.2.9")).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void each_restore_begins_another_series_of_numbers() {
        paid("first", 5);
        lose(Duration.ofMinutes(30), Duration.ZERO);
        paid("second", 5);
        paid("third", 5);
        store.writer.commitAndWait(Unit.of(new LostTime(3, store.now(), store.now()).row()));
        paid("fourth", 5);
        assertThat(List.of("first", "second", "third", "fourth"))
                .extracting(id -> payments.invoice(ACCOUNT, id).number())
                .containsExactly("R-2026-00001", "R-2026-2-00001", "R-2026-2-00002", "R-2026-3-00001");
    }
}
