package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.grants.WithheldGrant;
import dev.tollgate.books.ledger.ReserveOutcome.InsufficientCredits;
import dev.tollgate.books.ledger.ReserveOutcome.Reserved;
import dev.tollgate.books.receipts.OneReceipt;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Grants in the ledger: what calls may hold, who pays, what expires, ends and returns (Z10 to Z23). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class GrantsTest {

    private static final String PRO = "gemini-3-pro";
    private static final String ARGON = "gemini-4-argon";
    private static final Instant MIDNIGHT = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant LATER = Instant.parse("2026-12-28T00:00:00Z");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;
    private int requests;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.setNow(MIDNIGHT.minusSeconds(3_600));
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
            each_grant_is_what_its_lists_say();
            each_month_is_what_its_calls_say();
        }
    }

    private void each_month_is_what_its_calls_say() {
        Map<String, Long> ofCalls = new TreeMap<>();
        store.database
                .read(sql -> sql.list(
                        "SELECT account_id, ended_at, paid_by FROM call WHERE paid_by IS NOT NULL",
                        row -> List.of(row.getString(1), row.getString(2), row.getString(3))))
                .forEach(call -> PaidBy.of(call.get(2))
                        .shares()
                        .forEach(share -> ofCalls.merge(
                                month(Long.parseLong(call.get(1))) + " " + call.get(0) + " " + share.grant(),
                                share.micros(),
                                Long::sum)));
        Map<String, Long> rows = new TreeMap<>();
        store.database
                .read(sql -> sql.list(
                        "SELECT starts_at, account_id, number, paid_micros FROM grant_month",
                        row -> Map.entry(
                                month(row.getLong(1)) + " " + row.getString(2) + " " + row.getLong(3), row.getLong(4))))
                .forEach(row -> rows.put(row.getKey(), row.getValue()));
        assertThat(rows).isEqualTo(ofCalls);
    }

    private static String month(long atMillis) {
        return Instant.ofEpochMilli(atMillis).toString().substring(0, "2026-11".length());
    }

    /** Given and refunded less shares and what has left is what is left. */
    private void each_grant_is_what_its_lists_say() {
        for (CreditGrant grant : all()) {
            long left = 0;
            for (String shares : texts("SELECT grants FROM entry WHERE grants IS NOT NULL AND amount_micros > 0")) {
                left += share(shares, grant.number());
            }
            for (String shares : texts("SELECT grants FROM entry WHERE grants IS NOT NULL AND amount_micros < 0")) {
                left -= share(shares, grant.number());
            }
            for (String shares : texts("SELECT paid_by FROM call WHERE paid_by IS NOT NULL")) {
                left -= share(shares, grant.number());
            }
            assertThat(grant.leftMicros()).as("grant %d", grant.number()).isEqualTo(left);
        }
    }

    private static long share(String shares, long number) {
        return PaidBy.of(shares).shares().stream()
                .filter(it -> it.grant() == number)
                .mapToLong(PaidBy.Share::micros)
                .sum();
    }

    private List<String> texts(String sql) {
        return store.database.read(reads -> reads.list(sql, row -> row.getString(1)));
    }

    private List<CreditGrant> all() {
        return store.database.read(sql -> CreditGrant.all(sql, "acc_1", Long.MAX_VALUE, 100));
    }

    private CreditGrant grant(long number) {
        return all().stream().filter(it -> it.number() == number).findFirst().orElseThrow();
    }

    private long left(long number) {
        return grant(number).leftMicros();
    }

    private boolean hasEnded(long number) {
        return grant(number).endedAt() != null;
    }

    private long general() {
        return store.number("SELECT balance_micros + reserved_micros - granted_micros FROM account WHERE id = 'acc_1'");
    }

    private Grant giving(long micros, GrantTerms terms) {
        return new Grant("acc_1", micros, "a gift", RequestId.ofOperator("gift-" + ++requests), store.now())
                .under(terms);
    }

    private long give(long micros, GrantTerms terms) {
        Grant grant = giving(micros, terms);
        assertThat(store.decide(grant).isDone()).isTrue();
        return Objects.requireNonNull(grant.grantNumber());
    }

    private static GrantTerms until(Instant expiresAt, String models) {
        return GrantTerms.of(Kind.GIFT, ModelPatterns.of(models), expiresAt);
    }

    private static GrantTerms limited(Instant expiresAt, String models, Limit... limits) {
        return new GrantTerms(Kind.GIFT, ModelPatterns.of(models), null, expiresAt, new GrantLimits(List.of(limits)));
    }

    private Reserve reserving(String id, String model, long least, long wanted) {
        OpenHold hold = new OpenHold(id, "acc_1", "key_1", "chat", model, store.now());
        return new Reserve(hold, least, wanted, () -> SpendLimits.NONE, () -> true);
    }

    private ReserveOutcome reserve(String id, String model, long least, long wanted) {
        return store.decide(reserving(id, model, least, wanted));
    }

    private void holds(String id, String model, long micros) {
        assertThat(reserve(id, model, micros, micros)).isEqualTo(new Reserved(micros));
    }

    private Extend extending(String id, long micros) {
        return new Extend(id, 1, micros, () -> SpendLimits.NONE, () -> true, store.now());
    }

    private Refund refunding(String id, long micros) {
        return new Refund("acc_1", id, micros, "slow", RequestId.ofOperator("refund-" + ++requests), store.now());
    }

    private void refund(String id, long micros) {
        assertThat(store.decide(refunding(id, micros)).isDone()).isTrue();
    }

    private void end(long number) {
        assertThat(store.decide(ending(number)).isDone()).isTrue();
    }

    private Grant.End ending(long number) {
        return new Grant.End("acc_1", number, "by mistake", RequestId.ofOperator("end-" + ++requests), store.now());
    }

    private void sweep() {
        new Lapse(store.database, store.writer, store::now).sweep();
    }

    private @Nullable String paidBy(String id) {
        return texts("SELECT paid_by FROM call WHERE id = '" + id + "'").getFirst();
    }

    private static String refusal(Outcome<?> outcome) {
        return ((Outcome.Refused<?>) outcome).why().message();
    }

    /** The account of Z17: 2 general credits; grant 1 until midnight, 0.3; grant 2 for gemini-4-*, 1, of which 0.6 in 24 hours. */
    private void example() {
        store.account("acc_1", 2_000_000);
        give(300_000, until(MIDNIGHT, ""));
        give(1_000_000, limited(LATER, "gemini-4-*", new Limit(24, 600_000)));
        assertThat(reserve("a", PRO, 1, 2_500_000)).isEqualTo(new Reserved(2_300_000));
        store.decide(Ended.release("a", store.now()));
        holds("A", PRO, 2_200_000);
        assertThat(reserve("B", ARGON, 1, 1_000_000)).isEqualTo(new Reserved(700_000));
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(400_000);
    }

    private ReserveOutcome leavingAsMuch(String id, String model, long micros) {
        return leavingAsMuch(reserving(id, model, micros, micros), true);
    }

    private ReserveOutcome leavingAsMuch(Reserve reserve, boolean asked) {
        reserve.leaveAsMuch(() -> asked);
        return store.decide(reserve);
    }

    @Test
    void a_call_leaves_as_much_of_a_limit_if_it_has_to() {
        store.account("acc_1", 1_000);
        SpendLimits limits = new SpendLimits(null, 100L, null);
        OpenHold hold = new OpenHold("a", "acc_1", "key_1", "chat", PRO, store.now());
        assertThat(leavingAsMuch(new Reserve(hold, 51, 51, () -> limits, () -> true), true))
                .isEqualTo(new ReserveOutcome.LeavesTooLittle(51, 0));
        assertThat(leavingAsMuch(new Reserve(hold, 51, 51, () -> limits, () -> true), false))
                .isEqualTo(new Reserved(51));
        store.settle("a", 0);
    }

    @Test
    void a_call_leaves_as_much_of_what_its_model_may_use() {
        store.account("acc_1", 100_000);
        give(1_000_000, until(LATER, "gemini-4-*"));
        assertThat(leavingAsMuch("a", PRO, 50_001)).isEqualTo(new ReserveOutcome.LeavesTooLittle(50_001, 0));
        assertThat(leavingAsMuch("b", PRO, 50_000)).isEqualTo(new Reserved(50_000));
        assertThat(leavingAsMuch("c", PRO, 25_001)).isEqualTo(new ReserveOutcome.LeavesTooLittle(25_001, 50_000));
        assertThat(leavingAsMuch("d", PRO, 50_001)).isInstanceOf(ReserveOutcome.InsufficientCredits.class);
        assertThat(leavingAsMuch("e", ARGON, 525_001)).isEqualTo(new ReserveOutcome.LeavesTooLittle(525_001, 50_000));
        assertThat(leavingAsMuch("f", ARGON, 525_000)).isEqualTo(new Reserved(525_000));
        store.settle("b", 0);
        store.settle("f", 0);
    }

    @Test
    void what_a_call_leaves_may_be_in_a_grant() {
        store.account("acc_1", 100_000);
        give(1_000_000, until(LATER, "gemini-4-*"));
        assertThat(leavingAsMuch("a", ARGON, 60_000)).isEqualTo(new Reserved(60_000));
        store.settle("a", 0);
    }

    @Test
    void the_example_is_paid_as_it_is_printed() {
        example();
        store.settle("B", 412_345);
        assertThat(paidBy("B")).isEqualTo("1:100000 2:312345");
        assertThat(List.of(left(1), left(2), general())).containsExactly(200_000L, 687_655L, 2_000_000L);

        store.setNow(MIDNIGHT);
        sweep();
        assertThat(left(1)).as("the running call holds more").isEqualTo(200_000);
        assertThat(store.number("SELECT COUNT(*) FROM entry WHERE kind = 'adjustment'"))
                .isZero();

        store.settle("A", 1_750_001);
        assertThat(paidBy("A")).isEqualTo("1:200000");
        assertThat(general()).isEqualTo(449_999);
        assertThat(hasEnded(1)).isTrue();

        refund("A", 300_000);
        assertThat(all()).hasSize(3);
        assertThat(grant(3))
                .extracting(CreditGrant::kind, CreditGrant::leftMicros, CreditGrant::models, CreditGrant::expiresAt)
                .containsExactly(Kind.REFUND, 200_000L, List.of(), MIDNIGHT.plus(Duration.ofDays(30)));
        assertThat(general()).isEqualTo(549_999);
        refund("A", 1_450_001);
        assertThat(general()).isEqualTo(2_000_000);
    }

    @Test
    void what_a_cheap_call_did_not_use_of_an_expired_grant_lapses_in_its_commit() {
        example();
        store.settle("B", 412_345);
        store.setNow(MIDNIGHT);
        store.settle("A", 50_000);
        assertThat(paidBy("A")).isEqualTo("1:50000");
        assertThat(hasEnded(1)).isTrue();
        assertThat(grant(1).lapsedMicros()).isEqualTo(150_000);
        assertThat(texts("SELECT reason FROM entry WHERE request_id = 'lapse-1-1' AND amount_micros = -150000"
                        + " AND grants = '1:150000'"))
                .containsExactly("Grant 1 expired");
    }

    @Test
    void the_calls_of_the_example_may_end_in_the_other_order() {
        example();
        store.settle("A", 1_750_001);
        assertThat(paidBy("A")).isEqualTo("1:300000");
        assertThat(general()).isEqualTo(549_999);
        store.settle("B", 412_345);
        assertThat(paidBy("B")).isEqualTo("2:412345");
        store.setNow(MIDNIGHT);
        sweep();
        assertThat(hasEnded(1)).as("a used-up grant ends with its expiry").isTrue();
        assertThat(store.number("SELECT COUNT(*) FROM entry WHERE kind = 'adjustment'"))
                .isZero();
    }

    @Test
    void a_released_and_an_abandoned_call_pay_nothing() {
        example();
        store.decide(Ended.release("B", store.now()));
        assertThat(paidBy("B")).isNull();
        assertThat(left(1)).isEqualTo(300_000);
        store.setNow(MIDNIGHT);
        store.decide(new ReleaseAbandoned(store.now()));
        assertThat(paidBy("A")).isNull();
        assertThat(List.of(left(1), left(2), general())).containsExactly(0L, 1_000_000L, 2_000_000L);
        assertThat(grant(1).lapsedMicros()).isEqualTo(300_000);
    }

    @Test
    void a_withdrawn_hold_keeps_an_expired_grant_until_then_and_pays_nothing() {
        example();
        store.setNow(MIDNIGHT);
        store.decide(withdrawal("B"));
        store.decide(withdrawal("A"));
        assertThat(store.number("SELECT COUNT(*) FROM call WHERE id IN ('A', 'B')"))
                .isZero();
        assertThat(List.of(left(1), left(2), general())).containsExactly(0L, 1_000_000L, 2_000_000L);
        assertThat(grant(1).lapsedMicros()).isEqualTo(300_000);
    }

    private Resolution withdrawal(String id) {
        return new Resolution.Withdrawal(
                id, Ended.released(CallEnd.FAILED, Ended.course("main", "up", List.of())), store.now());
    }

    @Test
    void a_call_that_is_cut_pays_its_whole_hold() {
        example();
        store.settle("B", 700_000);
        assertThat(paidBy("B")).isEqualTo("1:100000 2:600000");
        store.settle("A", 2_200_000);
        assertThat(paidBy("A")).isEqualTo("1:200000");
        assertThat(general()).isZero();
    }

    @Test
    void the_part_of_an_expired_grant_that_no_call_holds_lapses_once() {
        store.account("acc_1", 10);
        give(150, until(MIDNIGHT, ""));
        holds("A", PRO, 120);
        store.setNow(MIDNIGHT);
        sweep();
        sweep();
        assertThat(left(1)).isEqualTo(120);
        assertThat(grant(1).lapsedMicros()).isEqualTo(30);
        assertThat(store.decide(extending("A", 20)))
                .as("an extension after it")
                .isEqualTo(new Extend.Extended(10, 130));
        assertThat(reserve("B", PRO, 1, 10)).isInstanceOf(InsufficientCredits.class);
        store.commit(new Grant("acc_1", 15, "more", store.now()));
        sweep();
        assertThat(left(1)).as("credits that come let nothing lapse").isEqualTo(120);
        store.settle("A", 125);
        assertThat(paidBy("A")).isEqualTo("1:120");
        assertThat(general()).isEqualTo(20);
        assertThat(texts("SELECT request_id FROM entry WHERE request_id LIKE 'lapse%' ORDER BY number"))
                .containsExactly("lapse-1-1");
    }

    @Test
    void an_expired_grant_pays_running_calls_first_though_general_credits_suffice() {
        store.account("acc_1", 1_000);
        give(400, until(MIDNIGHT, "gemini-3-*"));
        give(400, until(LATER, ""));
        holds("A", PRO, 100);
        holds("B", PRO, 90);
        holds("C", ARGON, 80);
        store.setNow(MIDNIGHT.plusMillis(1));
        holds("D", PRO, 1_320); // what A and B hold of the expired grant takes no room from it
        sweep();
        assertThat(List.of(left(1), left(2), general())).containsExactly(190L, 400L, 1_000L);
        assertThat(reserve("E", PRO, 1, 1)).isInstanceOf(InsufficientCredits.class);
        store.settle("A", 60);
        assertThat(paidBy("A")).isEqualTo("1:60");
        assertThat(left(1)).as("what A held and did not use has lapsed").isEqualTo(90);
        store.settle("D", 30);
        assertThat(paidBy("D")).isEqualTo("2:30");
        store.settle("B", 90);
        assertThat(paidBy("B")).isEqualTo("1:90");
        assertThat(hasEnded(1)).isTrue();
        store.settle("C", 80);
        assertThat(general()).isEqualTo(1_000);
    }

    @Test
    void what_a_call_holds_after_an_expiry_is_not_of_the_grant() {
        store.account("acc_1", 600);
        give(400, until(MIDNIGHT, ""));
        give(250, until(MIDNIGHT.plusSeconds(60), ""));
        holds("A", PRO, 100);
        holds("B", PRO, 100);
        store.setNow(MIDNIGHT);
        assertThat(store.decide(extending("A", 50))).isEqualTo(new Extend.Extended(50, 150));
        assertThat(left(1)).as("not yet").isEqualTo(400);
        store.setNow(MIDNIGHT.plusSeconds(60));
        assertThat(store.decide(extending("A", 25))).isEqualTo(new Extend.Extended(25, 175));
        sweep();
        assertThat(List.of(left(1), left(2))).containsExactly(200L, 250L);
        store.settle("B", 40);
        assertThat(paidBy("B")).isEqualTo("1:40");
        assertThat(List.of(left(1), left(2))).containsExactly(100L, 150L);
        store.settle("A", 175);
        assertThat(paidBy("A")).isEqualTo("1:100 2:50");
        assertThat(general()).isEqualTo(575);
    }

    @Test
    void of_an_expired_grant_no_more_stays_than_its_limits_give() {
        store.account("acc_1", 100);
        give(400, limited(MIDNIGHT, "", new Limit(24, 70)));
        holds("A", PRO, 100);
        store.setNow(MIDNIGHT);
        sweep();
        assertThat(left(1)).isEqualTo(70);
        store.settle("A", 100);
        assertThat(paidBy("A")).isEqualTo("1:70");
    }

    @Test
    void an_expiry_can_be_moved_later_until_it_has_passed() {
        store.account("acc_1", 0);
        give(50, until(MIDNIGHT, ""));
        store.setNow(MIDNIGHT.minusMillis(1));
        assertThat(store.decide(new Grant.MoveExpiry("acc_1", 1, LATER, store.now()))
                        .isDone())
                .isTrue();
        store.setNow(MIDNIGHT);
        sweep();
        assertThat(left(1)).isEqualTo(50);
        assertThat(refusal(store.decide(new Grant.MoveExpiry("acc_1", 1, MIDNIGHT, store.now()))))
                .isEqualTo("Grant 1 expires at 2026-12-28T00:00:00Z, and only a later time can be set.");
        assertThat(refusal(store.decide(new Grant.MoveExpiry("acc_1", 2, LATER, store.now()))))
                .isEqualTo("The account has no grant 2.");
        store.setNow(LATER);
        assertThat(refusal(store.decide(new Grant.MoveExpiry("acc_1", 1, LATER.plusSeconds(1), store.now()))))
                .isEqualTo("Grant 1 has expired at 2026-12-28T00:00:00Z.");
        sweep();
        assertThat(refusal(store.decide(new Grant.MoveExpiry("acc_1", 1, LATER.plusSeconds(1), store.now()))))
                .isEqualTo("Grant 1 has ended.");
    }

    @Test
    void a_call_that_began_before_the_first_grant_is_paid_by_general_credits_alone() {
        store.account("acc_1", 100);
        holds("A", PRO, 100);
        give(50, until(MIDNIGHT, ""));
        assertThat(store.decide(extending("A", 50))).isEqualTo(new Extend.BalanceExhausted());
        holds("B", PRO, 50);
        store.settle("A", 70);
        assertThat(paidBy("A")).isNull();
        store.settle("B", 40);
        assertThat(paidBy("B")).isEqualTo("1:40");
    }

    @Test
    void models_are_compared_by_the_id_in_the_catalogue() {
        store.account("acc_1", 0);
        give(100, until(LATER, "gemini-4-* gemini-3-pro"));
        assertThat(reserve("A", "google/gemini-4-argon", 1, 10)).isInstanceOf(InsufficientCredits.class);
        assertThat(reserve("A", "gemini-3-pro-preview", 1, 10)).isInstanceOf(InsufficientCredits.class);
        holds("A", "gemini-4-", 10);
        holds("B", PRO, 10);
        store.settle("A", 10);
        store.settle("B", 9);
        assertThat(left(1)).isEqualTo(81);
    }

    @Test
    void changes_of_one_batch_see_each_other() {
        store.account("acc_1", 100);
        holds("A", PRO, 60);
        Grant grant = giving(50, until(LATER, ""));
        Reserve reserve = reserving("B", PRO, 1, 200);
        Settle settle = Ended.settle("B", 70, store.now());
        Refund refund = refunding("B", 65);
        Grant.End end = ending(1);
        Refund later = refunding("B", 5);
        store.commit(grant, reserve, settle, refund, end, later);
        assertThat(reserve.outcome()).isEqualTo(new Reserved(90));
        assertThat(paidBy("B")).isEqualTo("1:50");
        assertThat(end.moved()).isNotNull();
        assertThat(hasEnded(1)).isTrue();
        assertThat(general()).isEqualTo(100);
        store.settle("A", 60);
    }

    @Test
    void a_grant_that_ends_leaves_what_running_calls_hold() {
        store.account("acc_1", 10);
        give(50, until(LATER, ""));
        holds("A", PRO, 40);
        end(1);
        assertThat(left(1)).isEqualTo(40);
        assertThat(refusal(store.decide(new Refund("acc_1", "none", 1, "x", null, store.now()))))
                .contains("There is no call");
        store.advance(Duration.ofMillis(5));
        assertThat(reserve("B", PRO, 1, 20)).isEqualTo(new Reserved(10));
        store.settle("A", 35);
        assertThat(paidBy("A")).isEqualTo("1:35");
        store.settle("B", 4);
        assertThat(paidBy("B")).isNull();
        assertThat(general()).isEqualTo(6);
        assertThat(hasEnded(1)).isTrue();
        assertThat(refusal(store.decide(ending(1)))).isEqualTo("Grant 1 has ended.");
    }

    @Test
    void a_limit_gives_its_credits_once_in_each_window() {
        store.account("acc_1", 0);
        give(100, limited(LATER, "", new Limit(1, 30), new Limit(744, 45)));
        assertThat(reserve("A", PRO, 1, 40)).isEqualTo(new Reserved(30));
        store.settle("A", 30);
        assertThat(reserve("B", PRO, 1, 1)).isInstanceOf(InsufficientCredits.class);
        store.advance(Duration.ofHours(1));
        holds("C", PRO, 15);
        assertThat(reserve("D", PRO, 1, 1)).as("the longer window").isInstanceOf(InsufficientCredits.class);
        store.advance(Duration.ofHours(1));
        store.settle("C", 15);
        assertThat(left(1)).isEqualTo(55);
        assertThat(grant(1).used()).isEqualTo("2:15 0:45");
    }

    @Test
    void a_window_that_turns_while_a_call_runs_counts_its_charge_in_the_new_one() {
        store.account("acc_1", 0);
        give(100, limited(LATER, "", new Limit(1, 30)));
        holds("A", PRO, 30);
        store.advance(Duration.ofHours(1));
        assertThat(reserve("B", PRO, 1, 30))
                .as("the new window pays the running call")
                .isInstanceOf(InsufficientCredits.class);
        store.settle("A", 20);
        holds("B", PRO, 10);
        store.settle("B", 10);
        assertThat(grant(1).used()).isEqualTo("1:30");
    }

    @Test
    void refunds_return_in_the_order_of_payment_and_go_on_where_the_last_stopped() {
        store.account("acc_1", 7);
        give(3, until(LATER, "gemini-4-*"));
        holds("A", ARGON, 10);
        store.settle("A", 10);
        assertThat(paidBy("A")).isEqualTo("1:3");
        refund("A", 2);
        assertThat(left(1)).isEqualTo(2);
        end(1);
        refund("A", 2);
        assertThat(List.of(left(2), general())).containsExactly(1L, 1L);
        refund("A", 6);
        assertThat(general()).isEqualTo(7);
        assertThat(grant(2).models()).containsExactly("gemini-4-*");
        assertThat(texts("SELECT grants FROM entry WHERE kind = 'refund' ORDER BY number"))
                .containsExactly("1:2", "2:1", null);
    }

    @Test
    void many_refunds_to_ended_grants_fill_one_grant() {
        store.account("acc_1", 0);
        for (int i = 1; i <= 10; i++) {
            give(20, until(LATER, ""));
            holds("t" + i, PRO, 20);
            store.settle("t" + i, 20);
            end(i);
        }
        for (int i = 0; i < 200; i++) {
            refund("t" + (1 + i % 10), 1);
        }
        assertThat(all()).hasSize(11);
        assertThat(grant(11))
                .extracting(CreditGrant::creditsMicros, CreditGrant::leftMicros)
                .containsExactly(200L, 200L);
    }

    @Test
    void money_taken_back_takes_no_credits_of_grants_and_none_that_calls_need() {
        store.account("acc_1", 100);
        give(50, until(LATER, "gemini-4-*"));
        holds("A", PRO, 60);
        assertThat(store.decide(new Correction.Reversal("acc_1", 70, "a dispute", null, store.now())))
                .isInstanceOfSatisfying(
                        Outcome.Done.class, it -> assertThat(((LedgerChange.Moved) it.value()).missingMicros())
                                .isEqualTo(30));
        assertThat(List.of(left(1), general())).containsExactly(50L, 60L);
        assertThat(refusal(store.decide(new Correction.Adjustment("acc_1", -1, "x", null, store.now()))))
                .isEqualTo(
                        "You can remove at most 0 credits, those of no grant that running calls do not need: of the account's credits,"
                                + " 0.00005 in grant 1. The credits of a grant leave if you end it.");
        store.settle("A", 60);
    }

    @Test
    void a_payment_taken_back_and_given_again_leaves_what_was_not_spent() {
        store.account("acc_1", 1_000);
        give(100, until(LATER, "gemini-4-*"));
        holds("A", PRO, 400);
        store.settle("A", 400);
        holds("B", PRO, 300);
        holds("C", ARGON, 80);
        bringTo(1_000, "refunded");
        assertThat(taken).isEqualTo(new TakeBack.Taken(1_000, 700));
        assertThat(List.of(left(1), general())).containsExactly(100L, 300L);
        store.settle("B", 200);
        store.settle("C", 80);
        bringTo(0, "won");
        assertThat(List.of(left(1), general())).containsExactly(20L, 400L);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(420, 0, 1_100, 680));
    }

    @Test
    void a_payment_taken_back_after_a_grant_has_expired_is_given_again_whole() {
        store.account("acc_1", 1_000);
        give(100, until(MIDNIGHT, "gemini-4-*"));
        holds("A", PRO, 400);
        store.settle("A", 400);
        holds("B", PRO, 300);
        holds("C", ARGON, 80);
        store.setNow(MIDNIGHT.plusSeconds(1));
        bringTo(1_000, "refunded");
        assertThat(left(1)).as("what C holds of it stays").isEqualTo(80);
        assertThat(taken).isEqualTo(new TakeBack.Taken(1_000, 700));
        assertThat(general()).isEqualTo(300);
        store.settle("B", 200);
        store.settle("C", 50);
        assertThat(general()).isEqualTo(100);
        bringTo(0, "won");
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(400, 0, 1_050, 650));
    }

    private TakeBack.Taken taken = TakeBack.Taken.NOTHING;

    private void bringTo(long wanted, String id) {
        store.commit(new TakeBack(
                "acc_1",
                () -> new TakeBack.Wanted(taken, wanted),
                now -> taken = now,
                "a dispute",
                new RequestId(id),
                Origin.of(Origin.Kind.CARD_REFUND, "pay_1"),
                false,
                store.now()));
    }

    @Test
    void a_call_of_a_sandbox_that_became_real_is_paid_by_what_is_there() {
        store.account("acc_1", 10);
        store.commit(Grant.ofSandbox("acc_1", 50, "test", Origin.START, () -> true, null, store.now())
                .under(until(LATER, "")));
        holds("A", PRO, 60);
        store = store.reopened(true);
        assertThat(reserve("B", PRO, 1, 1)).isInstanceOf(InsufficientCredits.class);
        store.settle("A", 55);
        assertThat(paidBy("A")).isEqualTo("1:50");
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(5, 0, 60, 55));
    }

    private void giveOfSandbox(long micros, GrantTerms terms) {
        store.commit(Grant.ofSandbox("acc_1", micros, "test", Origin.START, () -> true, null, store.now())
                .under(terms));
    }

    @Test
    void a_call_of_a_sandbox_that_became_real_takes_nothing_of_grants_that_do_not_serve_it() {
        store.account("acc_1", 10);
        give(100, until(MIDNIGHT, "gemini-4-*"));
        giveOfSandbox(50, until(LATER, ""));
        giveOfSandbox(7, until(LATER, "gemini-4-*"));
        holds("A", PRO, 60);
        store = store.reopened(true);
        assertThat(reserve("B", ARGON, 1, 1)).isInstanceOf(InsufficientCredits.class);
        store.settle("A", 55);
        assertThat(paidBy("A")).isEqualTo("2:50");
        assertThat(List.of(left(1), left(2), left(3), general())).containsExactly(100L, 0L, 7L, 5L);
        holds("B", ARGON, 105);
        store.settle("B", 105);
        assertThat(paidBy("B")).isEqualTo("1:100");
    }

    @Test
    void calls_of_a_sandbox_that_became_real_leave_each_other_what_they_hold() {
        store.account("acc_1", 10);
        giveOfSandbox(50, until(LATER, "gemini-4-*"));
        holds("A", ARGON, 50);
        holds("B", PRO, 10);
        store = store.reopened(true);
        store.settle("A", 20);
        assertThat(paidBy("A")).isEqualTo("1:20");
        store.settle("B", 10);
        assertThat(paidBy("B")).isNull();
    }

    @Test
    void a_correction_leaves_sandbox_credits_that_a_running_call_holds() {
        store.account("acc_1", 0);
        store.commit(Grant.ofSandbox("acc_1", 50, "test", Origin.START, () -> true, null, store.now()));
        give(50, until(LATER, "gemini-4-*"));
        holds("A", PRO, 40);
        store = store.reopened(true);
        assertThat(refusal(store.decide(new Correction.Adjustment("acc_1", -50, "a mistake", null, store.now()))))
                .startsWith("You can remove at most 0.00001 credits");
        store.settle("A", 40);
        assertThat(paidBy("A")).isNull();
        assertThat(List.of(left(1), general())).containsExactly(50L, 10L);
    }

    @Test
    void a_receipt_signs_the_shares_of_grants() {
        store.account("acc_1", 10);
        give(50, until(LATER, ""));
        holds("A", PRO, 60);
        store.settle("A", 55);
        OneReceipt receipt = OneReceipt.find(store.receipts, "acc_1", "A").orElseThrow();
        assertThat(receipt.text()).contains("\"form\":3,\"grants\":\"1:50\",\"held_micros\":60,");
        assertThat(receipt.check(store.receipts, "acc_1", 55)).isEqualTo(new OneReceipt.Checked(true, true, true));
    }

    @Test
    void a_deleted_account_has_no_grant_left() {
        store.account("acc_1", 10);
        give(50, until(LATER, "gemini-4-*"));
        give(5, until(MIDNIGHT, ""));
        assertThat(store.decide(new CloseAccount("acc_1", store.now())).isDone())
                .isTrue();
        assertThat(all()).allSatisfy(it -> assertThat(it.endedAt()).isNotNull());
        assertThat(texts("SELECT grants FROM entry WHERE kind = 'adjustment'")).containsExactly("2:5 1:50");
    }

    @Test
    void grants_of_a_blocked_account_pay_its_running_call_and_expire() {
        store.account("acc_1", 10);
        give(50, until(MIDNIGHT, ""));
        give(5, until(LATER, "gemini-4-*"));
        holds("A", PRO, 40);
        assertThat(store.decide(new SetBlocked("acc_1", true)).isDone()).isTrue();
        store.setNow(MIDNIGHT);
        sweep();
        assertThat(left(1)).as("what the call holds").isEqualTo(40);
        store.settle("A", 20);
        assertThat(paidBy("A")).isEqualTo("1:20");
        assertThat(hasEnded(1)).isTrue();
        assertThat(store.decide(giving(3, until(LATER, "gemini-4-*"))).isDone()).isTrue();
        end(2);
        assertThat(List.of(left(2), left(3), general())).containsExactly(0L, 3L, 10L);
    }

    @Test
    void sixty_grants_pay_one_call_and_get_it_back() {
        store.account("acc_1", 0);
        for (int i = 0; i < 60; i++) {
            give(1_000_000 + i, new GrantTerms(Kind.PLAN, ModelPatterns.EVERY, null, LATER, GrantLimits.NONE));
        }
        holds("A", PRO, 60_001_770);
        store.settle("A", 60_001_770);
        PaidBy paid = PaidBy.of(paidBy("A"));
        assertThat(paid.shares()).hasSize(60);
        assertThat(paid.shares().getLast()).isEqualTo(new PaidBy.Share(60, 1_000_059));
        OneReceipt receipt = OneReceipt.find(store.receipts, "acc_1", "A").orElseThrow();
        assertThat(receipt.check(store.receipts, "acc_1", 60_001_770))
                .isEqualTo(new OneReceipt.Checked(true, true, true));
        refund("A", 60_001_770);
        assertThat(all()).allSatisfy(it -> assertThat(it.leftMicros()).isEqualTo(it.creditsMicros()));
        assertThat(texts("SELECT grants FROM entry WHERE task_id = 'A'"))
                .containsExactly(Objects.requireNonNull(paid.text()));
    }

    @Test
    void a_thirty_third_gift_is_refused() {
        store.account("acc_1", 0);
        for (int i = 0; i < 32; i++) {
            give(10, until(LATER, "gemini-4-*"));
        }
        assertThat(refusal(store.decide(giving(1, until(LATER, "")))))
                .isEqualTo(
                        "The account has 32 grants with credits left, which is the most. End one of them, or wait until"
                                + " one is used up or expires.");
        Grant plan = giving(1, new GrantTerms(Kind.PLAN, ModelPatterns.EVERY, null, LATER, GrantLimits.NONE));
        assertThat(store.decide(plan).isDone()).isTrue();
    }

    @Test
    void a_repeated_request_gives_nothing_more() {
        store.account("acc_1", 0);
        Grant grant = giving(10, until(LATER, ""));
        store.commit(grant);
        requests--;
        Grant again = giving(10, until(LATER, ""));
        store.commit(again);
        assertThat(again.outcome().isDone()).isTrue();
        assertThat(again.moved()).isNull();
        assertThat(again.grantNumber()).isEqualTo(1);
        assertThat(all()).hasSize(1);
        assertThat(refusal(store.decide(giving(1, until(store.now(), ""))))).contains("which has passed");
    }

    @Test
    void a_repeated_id_with_other_terms_is_refused() {
        store.account("acc_1", 0);
        GrantTerms terms = limited(LATER, "gemini-4-*", new Limit(24, 5));
        give(10, terms);
        Instant moved = LATER.plusSeconds(1);
        assertThat(store.decide(new Grant.MoveExpiry("acc_1", 1, moved, store.now()))
                        .isDone())
                .isTrue();
        List<GrantTerms> others = List.of(
                until(LATER, "gemini-4-*"),
                limited(LATER, "gemini-4-*", new Limit(24, 6)),
                limited(LATER, "gemini-3-*", new Limit(24, 5)),
                limited(LATER, "", new Limit(24, 5)),
                limited(moved, "gemini-4-*", new Limit(24, 5)),
                limited(null, "gemini-4-*", new Limit(24, 5)),
                new GrantTerms(Kind.PLAN, terms.models(), null, LATER, terms.limits()),
                new GrantTerms(Kind.GIFT, terms.models(), store.now().plusMillis(1), LATER, terms.limits()),
                until(null, ""));
        for (GrantTerms other : others) {
            requests = 0;
            assertThat(refusal(store.decide(giving(10, other))))
                    .as("%s", other)
                    .isEqualTo("The id gift-1 was used for another action on this account.");
        }
        store.advance(Duration.ofMinutes(1));
        repeats(1, terms);
        end(1);
        repeats(1, terms);
        assertThat(store.decide(giving(10, until(null, ""))).isDone()).isTrue();
        int general = requests;
        repeats(general, until(null, ""));
        requests = general - 1;
        assertThat(refusal(store.decide(giving(10, terms)))).contains("was used for another action");
        assertThat(all()).hasSize(1);
    }

    /** Sends the request of 10 micro-credits with a number once more. */
    private void repeats(int request, GrantTerms terms) {
        requests = request - 1;
        Grant again = giving(10, terms);
        assertThat(store.decide(again).isDone()).isTrue();
        assertThat(again.moved()).isNull();
    }

    @Test
    void a_repeated_id_of_an_end_is_refused_for_another_grant() {
        store.account("acc_1", 0);
        give(10, until(LATER, "gemini-4-*"));
        give(10, until(LATER, "gemini-4-*"));
        end(1);
        requests--;
        assertThat(refusal(store.decide(ending(2))))
                .isEqualTo("The id end-3 was used for another action on this account.");
        requests--;
        end(1);
        assertThat(left(2)).isEqualTo(10);
    }

    @Test
    void what_a_refusal_names_is_the_grant_that_does_not_serve() {
        store.account("acc_1", 40);
        give(300, until(LATER, "gemini-4-*"));
        holds("A", PRO, 10);
        InsufficientCredits refused = (InsufficientCredits) reserve("B", PRO, 120, 120);
        assertThat(refused.availableMicros()).isEqualTo(30);
        assertThat(refused.becauseOfRunningCalls()).isFalse();
        assertThat(Objects.requireNonNull(refused.grants()).withheld())
                .hasToString("WithheldGrant[number=1, creditsMicros=300, expiresAt=2026-12-28T00:00:00Z,"
                        + " reason=OtherModels[models=ModelPatterns[all=[gemini-4-*]]]]");
        assertThat(((InsufficientCredits) reserve("B", PRO, 35, 35)).becauseOfRunningCalls())
                .isTrue();
        store.settle("A", 10);
    }

    private WithheldGrant.@Nullable ByLimits byLimits(String id, String model, long micros) {
        InsufficientCredits refused = (InsufficientCredits) reserve(id, model, micros, micros);
        return refused.byLimits();
    }

    private Instant freesAt(String id, long micros) {
        return Objects.requireNonNull(
                Objects.requireNonNull(byLimits(id, PRO, micros)).freesAt());
    }

    @Test
    void a_refusal_by_limits_names_the_reset_after_which_enough_is_free() {
        Instant start = store.now();
        store.account("acc_1", 5);
        give(1_000, limited(LATER, "", new Limit(1, 60), new Limit(24, 100)));
        holds("A", PRO, 50);
        store.settle("A", 50);
        assertThat(freesAt("B", 30)).as("the shorter window").isEqualTo(start.plus(Duration.ofHours(1)));
        store.advance(Duration.ofHours(1));
        holds("C", PRO, 50);
        assertThat(byLimits("B", PRO, 30)).as("C holds it").isNull();
        store.settle("C", 50);
        assertThat(freesAt("B", 30)).as("the later of two").isEqualTo(start.plus(Duration.ofHours(24)));
        assertThat(Objects.requireNonNull(byLimits("B", PRO, 80)).freesAt())
                .as("more than an hour gives")
                .isNull();
        assertThat(byLimits("B", PRO, 2_000)).as("more than there is").isNull();
        give(100, until(LATER, "gemini-4-*"));
        assertThat(freesAt("B", 30)).isEqualTo(start.plus(Duration.ofHours(24)));
        store.setNow(LATER.minusSeconds(60));
        holds("D", PRO, 60);
        store.settle("D", 60);
        assertThat(Objects.requireNonNull(byLimits("B", PRO, 30)).freesAt())
                .as("it expires before the reset")
                .isNull();
    }

    @Test
    void grants_of_the_sandbox_serve_its_servers_alone() {
        store.account("acc_1", 10);
        Grant grant = Grant.ofSandbox("acc_1", 50, "test", Origin.START, () -> true, null, store.now())
                .under(until(LATER, ""));
        store.commit(grant);
        holds("A", PRO, 60);
        store.settle("A", 5);
        assertThat(paidBy("A")).isEqualTo("1:5");
        store = store.reopened(true);
        assertThat(reserve("B", PRO, 1, 60)).isEqualTo(new Reserved(10));
        store.settle("B", 10);
        assertThat(paidBy("B")).isNull();
        assertThat(((InsufficientCredits) reserve("C", PRO, 1, 1)).sandboxMicros())
                .isEqualTo(45);
        Account shown = store.ledger.account("acc_1").orElseThrow();
        assertThat(shown.sandboxMicros()).isEqualTo(45);
        assertThat(store.ledger.spendableMicros(shown)).isZero();
        assertThat(store.ledger.accounts(null, 1)).containsExactly(shown);
        assertThat(store.decide(new Grant.UnmarkSandboxCredits("acc_1"))).isEqualTo(45);
        assertThat(store.ledger.account("acc_1").orElseThrow().sandboxMicros()).isZero();
        holds("C", PRO, 45);
        store.settle("C", 45);
    }

    @Test
    void many_calls_of_one_account_in_a_batch_are_covered_together() {
        store.account("acc_1", 1_000);
        for (int i = 0; i < 32; i++) {
            give(100, until(LATER.plusSeconds(i), i % 2 == 0 ? "gemini-4-*" : "gemini-3-*"));
        }
        List<Change> batch = new ArrayList<>();
        List<Reserve> reserves = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Reserve reserve = reserving("t" + i, i % 2 == 0 ? ARGON : PRO, 1, 9);
            reserves.add(reserve);
            batch.add(reserve);
        }
        commitTogether(batch);
        long held = reserves.stream()
                .filter(Reserve::reserved)
                .mapToLong(it -> ((Reserved) it.outcome()).heldMicros())
                .sum();
        assertThat(held).isEqualTo(4_200);
        batch.clear();
        reserves.stream()
                .filter(Reserve::reserved)
                .forEach(it -> batch.add(
                        Ended.settle(it.reservationId(), ((Reserved) it.outcome()).heldMicros(), store.now())));
        commitTogether(batch);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(0, 0, 4_200, 4_200));
    }

    /** Offers changes at the same time, so that batches have many of them. */
    private void commitTogether(List<Change> changes) {
        List<CompletableFuture<Unit>> units = new ArrayList<>();
        for (int i = 0; i < changes.size(); i += 50) {
            units.add(store.writer.commit(Unit.of(changes.subList(i, Math.min(changes.size(), i + 50)))));
        }
        units.forEach(CompletableFuture::join);
    }
}
