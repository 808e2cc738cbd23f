package dev.tollgate.customers.months;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome.Reserved;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.books.rollups.Rollups.CountRefund;
import dev.tollgate.customers.months.Month.Sum;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What paid the calls of a month: as the lists of the calls themselves say it. A seed is repeated with {@code -Dmonths.seed}. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class PaidMonthsTest {

    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
    private static final Instant LATER = Instant.parse("2027-06-01T00:00:00Z");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private final long seed = Effort.seed("months.seed");
    private final Random random = new Random(seed);
    private final Map<String, Long> held = new LinkedHashMap<>();
    private final List<String> ended = new ArrayList<>();
    private final Map<String, String> accounts = new HashMap<>();
    private CustomersFixture store;
    private Months months;
    private int ids;

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

    private void give(String account, Kind kind, long micros, String models, Instant expiresAt, RequestId id) {
        GrantTerms terms = new GrantTerms(kind, ModelPatterns.of(models), null, expiresAt, GrantLimits.NONE);
        assertThat(store.decide(Grant.onCondition(account, micros, "a gift", of(kind), () -> true, id, store.now())
                                .under(terms))
                        .isDone())
                .isTrue();
    }

    private static Origin of(Kind kind) {
        return switch (kind) {
            case VOUCHER -> Origin.of(Origin.Kind.VOUCHER, "1");
            case PLAN -> Origin.of(Origin.Kind.PLAN, "1.1");
            case GIFT, REFUND -> Origin.GIFT;
        };
    }

    private void call(String id, String account, long micros) {
        assertThat(reserve(id, account, "m", micros)).isTrue();
        settle(id, micros);
    }

    private boolean reserve(String id, String account, String model, long micros) {
        OpenHold hold = new OpenHold(id, account, "key_1", "chat", model, store.now());
        Reserve reserve = new Reserve(hold, 1, micros, () -> SpendLimits.NONE, () -> true);
        if (store.decide(reserve) instanceof Reserved reserved) {
            held.put(id, reserved.heldMicros());
            accounts.put(id, account);
            return true;
        }
        return false;
    }

    private void settle(String id, long micros) {
        held.remove(id);
        Settle settle = Ended.settle(id, micros, store.now());
        store.commit(settle, new CountCall(settle));
        ended.add(id);
    }

    private void refund(String id, long micros) {
        Refund refund = new Refund(accounts.getOrDefault(id, ""), id, micros, "slow", null, store.now());
        store.commit(refund, new CountRefund(refund));
    }

    private static Sum used(long micros) {
        return new Sum(0, -micros, 0, 0, 0);
    }

    @Test
    void used_credits_are_divided_by_what_paid() {
        store.account("acc_1", 1_000);
        give("acc_1", Kind.PLAN, 50, "", LATER, new RequestId("plan-1-1-1"));
        give("acc_1", Kind.VOUCHER, 60, "", LATER.plusSeconds(1), new RequestId("voucher-1"));
        give("acc_1", Kind.GIFT, 70, "", LATER.plusSeconds(2), new RequestId("gift", true));
        call("a", "acc_1", 200);
        store.account("acc_2", 0);
        give("acc_2", Kind.GIFT, 70, "", LATER, new RequestId("gift", true));
        call("b", "acc_2", 30);
        Month month = months.month(OCTOBER);
        assertThat(month.sum(MonthLine.PAID_BY_PLANS)).isEqualTo(used(50));
        assertThat(month.sum(MonthLine.PAID_BY_VOUCHERS)).isEqualTo(used(60));
        assertThat(month.sum(MonthLine.PAID_BY_GIFTS)).isEqualTo(used(100));
        assertThat(month.sum(MonthLine.PAID_BY_REFUNDS)).isEqualTo(Sum.NONE);
        assertThat(month.sum(MonthLine.PAID_BY_GENERAL)).isEqualTo(used(20));
        assertThat(month.sum(MonthLine.USED)).isEqualTo(new Sum(2, -230, 0, 0, 0));
        assertThat(months.rows().of(OCTOBER, MonthLine.PAID_BY_GIFTS, "", 10))
                .extracting(row -> row.place() + " " + row.sum().micros())
                .containsExactly("acc_1 -70", "acc_2 -30");
        assertThat(months.rows().of(OCTOBER, MonthLine.PAID_BY_GIFTS, "acc_1", 10))
                .hasSize(1);
        assertThat(months.rows().of(OCTOBER, MonthLine.PAID_BY_GENERAL, "", 10))
                .extracting(row -> row.place() + " " + row.sum().micros())
                .as("acc_2 used no general credits")
                .containsExactly("acc_1 -20");
    }

    @Test
    void a_call_is_paid_in_the_month_of_its_end() {
        store.account("acc_1", 0);
        give("acc_1", Kind.GIFT, 100, "", LATER, new RequestId("gift", true));
        reserve("before", "acc_1", "m", 40);
        reserve("after", "acc_1", "m", 40);
        store.setNow(Instant.parse("2026-10-31T23:59:59.999Z"));
        settle("before", 30);
        store.setNow(Instant.parse("2026-11-01T00:00:00Z"));
        settle("after", 20);
        assertThat(months.month(OCTOBER).sum(MonthLine.PAID_BY_GIFTS)).isEqualTo(used(30));
        assertThat(months.month(NOVEMBER).sum(MonthLine.PAID_BY_GIFTS)).isEqualTo(used(20));
        assertThat(months.all())
                .extracting(it -> it.sum(MonthLine.PAID_BY_GIFTS).micros())
                .containsExactly(-20L, -30L);
    }

    @Test
    void a_refund_lowers_no_part() {
        store.account("acc_1", 0);
        give("acc_1", Kind.GIFT, 100, "", store.now().plusMillis(500), new RequestId("gift", true));
        call("a", "acc_1", 100);
        store.setNow(Instant.parse("2026-11-01T00:00:00Z"));
        refund("a", 80);
        call("b", "acc_1", 50);
        assertThat(months.month(OCTOBER).sum(MonthLine.PAID_BY_GIFTS)).isEqualTo(used(100));
        assertThat(months.month(NOVEMBER).sum(MonthLine.REFUNDED_CALLS)).isEqualTo(new Sum(1, 80, 0, 0, 0));
        assertThat(months.month(NOVEMBER).sum(MonthLine.PAID_BY_REFUNDS)).isEqualTo(used(50));
        assertThat(months.month(NOVEMBER).sum(MonthLine.PAID_BY_GENERAL)).isEqualTo(Sum.NONE);
    }

    @Test
    void credits_of_plans_are_known_by_the_origin_of_their_entries() {
        store.account("acc_1", 0);
        give("acc_1", Kind.PLAN, 50, "", LATER, new RequestId("plan-1-1-1"));
        give("acc_1", Kind.GIFT, 7, "", LATER, new RequestId("plan-1-2-1", true));
        store.commit(new Grant("acc_1", 3, "general", new RequestId("plan-9", true), store.now()));
        store.account("acc_2", 4);
        Month month = months.month(OCTOBER);
        assertThat(month.sum(MonthLine.PLANS)).isEqualTo(new Sum(1, 50, 0, 0, 0));
        assertThat(month.sum(MonthLine.GRANTS)).isEqualTo(new Sum(3, 14, 0, 0, 0));
        assertThat(months.rows().of(OCTOBER, MonthLine.PLANS, "", 10))
                .extracting(row -> row.sum().micros())
                .containsExactly(50L);
    }

    // ---- random months ----

    private final Map<YearMonth, Long> ofPlans = new TreeMap<>();

    @Test
    void random_months_are_paid_as_their_calls_say() {
        store.setNow(Instant.parse("2026-07-05T09:07:00Z"));
        for (int i = 0; i < 5; i++) {
            store.account("acc_" + i, 0);
        }
        int steps = stores == Stores.SQLITE ? 1_500 : Effort.of(400, 1_500);
        Duration step = Duration.ofDays(110).dividedBy(steps);
        for (int i = 0; i < steps; i++) {
            store.advance(step.multipliedBy(random.nextInt(2_000)).dividedBy(1_000));
            step("acc_" + random.nextInt(5));
        }
        store.advance(Duration.ofDays(40));
        new Lapse(store.database, store.writer, store::now).sweep();
        new Rollups(store.writer, store::now).sweep();
        LedgerChecks.assertCoherent(store);
        List<String> differences = new ArrayList<>();
        new Audit(store.database).run(differences::add, (subject, rows) -> {});
        assertThat(differences).filteredOn(it -> it.contains(" in the month ")).isEmpty();
        Map<YearMonth, Map<MonthLine, Map<String, Long>>> paid = ofCalls();
        assertThat(paid).as("seed %d", seed).hasSizeGreaterThan(3);
        for (Month month : months.all()) {
            check(month, paid.getOrDefault(month.month(), Map.of()));
        }
    }

    private void step(String account) {
        switch (random.nextInt(20)) {
            case 0 -> store.commit(new Grant(account, 1 + random.nextInt(900), "more", store.now()));
            case 1 ->
                store.commit(Grant.ofSandbox(
                        account, 1 + random.nextInt(300), "a try", Origin.START, () -> true, null, store.now()));
            case 2, 3, 4 -> give(account);
            case 5 -> new Lapse(store.database, store.writer, store::now).sweep();
            case 6 -> new Rollups(store.writer, store::now).sweep();
            case 7, 8 -> {
                if (!ended.isEmpty()) {
                    refund(ended.get(random.nextInt(ended.size())), 1 + random.nextInt(60));
                }
            }
            case 9, 10, 11, 12, 13 ->
                reserve("task_" + ++ids, account, "m" + random.nextInt(2), 1 + random.nextInt(300));
            default -> {
                if (!held.isEmpty()) {
                    String id = List.copyOf(held.keySet()).get(random.nextInt(held.size()));
                    settle(id, random.nextLong(held.getOrDefault(id, 0L) + 1));
                }
            }
        }
    }

    private void give(String account) {
        Kind kind = List.of(Kind.GIFT, Kind.VOUCHER, Kind.PLAN).get(random.nextInt(3));
        long micros = 1 + random.nextInt(400);
        String id = (kind == Kind.VOUCHER ? "gift-" : "plan-") + ++ids;
        Instant expiresAt = store.now().plus(Duration.ofHours(1 + random.nextInt(900)));
        GrantTerms terms = new GrantTerms(
                kind, ModelPatterns.of(random.nextBoolean() ? "" : "m1"), null, expiresAt, GrantLimits.NONE);
        RequestId request = new RequestId(id, kind == Kind.GIFT);
        Grant grant = Grant.onCondition(account, micros, "a gift", of(kind), () -> true, request, store.now())
                .under(terms);
        if (store.decide(grant).isDone() && kind == Kind.PLAN) {
            ofPlans.merge(YearMonth.from(store.now().atZone(ZoneOffset.UTC)), micros, Long::sum);
        }
    }

    /** Returns what paid the calls of each month, by customer. */
    private Map<YearMonth, Map<MonthLine, Map<String, Long>>> ofCalls() {
        Map<String, MonthLine> lines = new HashMap<>();
        store.database
                .read(sql -> sql.list(
                        "SELECT account_id, number, kind FROM credit_grant",
                        row -> List.of(row.getString(1) + " " + row.getLong(2), row.getString(3))))
                .forEach(grant -> lines.put(
                        grant.getFirst(),
                        switch (grant.getLast()) {
                            case "plan" -> MonthLine.PAID_BY_PLANS;
                            case "voucher" -> MonthLine.PAID_BY_VOUCHERS;
                            case "gift" -> MonthLine.PAID_BY_GIFTS;
                            default -> MonthLine.PAID_BY_REFUNDS;
                        }));
        record Charge(
                String account,
                Instant at,
                long micros,
                @Nullable String paidBy) {}
        List<Charge> calls = store.database.read(sql -> sql.list(
                "SELECT account_id, ended_at, charged_micros, paid_by FROM call",
                row -> new Charge(
                        row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getLong(3), row.getString(4))));
        Map<YearMonth, Map<MonthLine, Map<String, Long>>> paid = new TreeMap<>();
        for (Charge call : calls) {
            Map<MonthLine, Map<String, Long>> month =
                    paid.computeIfAbsent(YearMonth.from(call.at.atZone(ZoneOffset.UTC)), _ -> new HashMap<>());
            PaidBy paidBy = PaidBy.of(call.paidBy);
            paidBy.shares().forEach(share -> month.computeIfAbsent(
                            lines.getOrDefault(call.account + " " + share.grant(), MonthLine.HELD),
                            _ -> new TreeMap<>())
                    .merge(call.account, -share.micros(), Long::sum));
            if (call.micros > paidBy.micros()) {
                month.computeIfAbsent(MonthLine.PAID_BY_GENERAL, _ -> new TreeMap<>())
                        .merge(call.account, paidBy.micros() - call.micros, Long::sum);
            }
        }
        return paid;
    }

    private void check(Month month, Map<MonthLine, Map<String, Long>> paid) {
        assertThat(months.month(month.month())).isEqualTo(month);
        assertThat(month.differenceMicros()).isZero();
        Sum all = Sum.NONE;
        for (MonthLine line : MonthLine.of(MonthLine.Part.PAID)) {
            Map<String, Long> wanted = paid.getOrDefault(line, Map.of());
            Map<String, Long> rows = new TreeMap<>();
            Sum sum = Sum.NONE;
            for (MonthRow row : rows(month.month(), line)) {
                rows.put(row.place(), row.sum().micros());
                sum = sum.plus(row.sum());
            }
            assertThat(rows).as("%s of %s, seed %d", line, month.month(), seed).isEqualTo(wanted);
            assertThat(month.sum(line))
                    .as("%s of %s, seed %d", line, month.month(), seed)
                    .isEqualTo(sum);
            all = all.plus(sum);
        }
        Sum used = month.sum(MonthLine.USED);
        assertThat(all).isEqualTo(new Sum(0, used.micros(), used.sandboxMicros(), 0, 0));
        assertThat(month.sum(MonthLine.PLANS).micros()).isEqualTo(ofPlans.getOrDefault(month.month(), 0L));
    }

    private List<MonthRow> rows(YearMonth month, MonthLine line) {
        List<MonthRow> rows = new ArrayList<>();
        List<MonthRow> page;
        do {
            page = months.rows()
                    .of(month, line, rows.isEmpty() ? "" : rows.getLast().place(), 2);
            rows.addAll(page);
        } while (page.size() == 2);
        return rows;
    }
}
