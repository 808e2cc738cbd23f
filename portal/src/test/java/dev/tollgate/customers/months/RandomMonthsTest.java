package dev.tollgate.customers.months;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.books.ledger.Correction.Adjustment;
import dev.tollgate.books.ledger.Correction.Reversal;
import dev.tollgate.books.ledger.FreeCredits;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome.Reserved;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.books.rollups.Rollups.CountRefund;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.months.Month.Sum;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.Verdict;
import dev.tollgate.customers.payments.Voucher.Lot;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.models.Usage;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.AccountStatement;
import dev.tollgate.verification.Audit;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Months of movements made up by chance, kept by a second program that knows what was done and no table: both agree to the micro-credit and to the
 * cent. A seed is repeated with {@code -Dmonths.seed}.
 */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class RandomMonthsTest {

    private static final int ACCOUNTS = 9;
    private static final YearMonth FIRST = YearMonth.of(2026, 7);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private final long seed = Effort.seed("months.seed");
    private final Random random = new Random(seed);
    private CustomersFixture store;
    private Payments payments;

    // ---- the second program ----

    /** What an account holds: credits that it can spend, holds, and the sandbox credits among both. */
    private static final class Purse {
        private long free;
        private long held;
        private long sandbox;
        private boolean isDeleted;

        long all() {
            return free + held;
        }
    }

    private static final class Paid {
        private String id = "";
        private String account = "";
        private boolean isTest;
        private long net;
        private long tax;
        private long credits;
        private long taken;
        private long missing;
        private long back;
        private final Map<String, Long> refunds = new HashMap<>();
        private final Map<String, Long> lost = new HashMap<>();
    }

    private static final class Called {
        private String id = "";
        private String account = "";
        private long hold;
        private long charged;
        private long ofSandbox;
        private long refunded;
    }

    private final Map<String, Purse> purses = new TreeMap<>();
    private final Map<YearMonth, Map<MonthLine, Sum>> sums = new TreeMap<>();
    private final Map<YearMonth, Map<String, Sum>> held = new TreeMap<>();
    private final List<Paid> paid = new ArrayList<>();
    private final List<Called> running = new ArrayList<>();
    private final List<Called> ended = new ArrayList<>();
    private int ids;

    private YearMonth month() {
        return YearMonth.from(store.now().atZone(ZoneOffset.UTC));
    }

    private void note(MonthLine line, Sum sum) {
        sums.computeIfAbsent(month(), _ -> new HashMap<>()).merge(line, sum, Sum::plus);
    }

    /** Moves credits of a purse. Other credits than the sandbox's leave first. @param ofSandbox what comes in or is taken of the sandbox's */
    private void move(MonthLine line, String account, long micros, long ofSandbox, long netCents, long taxCents) {
        Purse purse = purses.get(account);
        long before = purse.sandbox;
        purse.sandbox = Math.max(0, purse.sandbox + Math.min(0, ofSandbox));
        purse.free += micros;
        purse.sandbox = Math.min(purse.sandbox, purse.all()) + Math.max(0, ofSandbox);
        note(line, new Sum(1, micros, purse.sandbox - before, netCents, taxCents));
    }

    // ---- movements ----

    @Test
    void a_second_program_computes_the_same_months() {
        System.out.println("months.seed=" + seed);
        int movements = stores == Stores.SQLITE ? 5_000 : Effort.of(600, 5_000);
        try (CustomersFixture opened = stores.open(folder, CustomersFixture::new)) {
            store = opened;
            payments = new Payments(
                    store.database,
                    store.writer,
                    () -> new Party("Seller", "Street 1", "DE123456789"),
                    false,
                    store.purchases(),
                    store::now);
            store.setNow(FIRST.atDay(5).atTime(9, 7).toInstant(ZoneOffset.UTC));
            for (int i = 0; i < ACCOUNTS; i++) {
                store.account("acc_" + i, 0);
                purses.put("acc_" + i, new Purse());
            }
            Duration step = Duration.ofDays(110).dividedBy(movements);
            for (int i = 0; i < movements; i++) {
                moveOn(step);
                move();
            }
            moveOn(Duration.ofDays(40));
            new Rollups(store.writer, store::now).sweep();
            check();
            if (stores == Stores.SQLITE) { // PostgreSQL lets the program change no entry
                checkWords();
            }
        } catch (AssertionError e) {
            throw new AssertionError("months.seed=" + seed, e);
        }
    }

    private void checkWords() {
        List<Object> before = figures("given");
        for (String reason : List.of("account deleted", "Grant 1 expired", "voucher 1")) {
            assertThat(figures(reason)).as("figures do not follow words").isEqualTo(before);
        }
    }

    /** Gives all entries one reason, and returns what months, the operator's totals, statements and {@code ledger verify} say, without it. */
    private List<Object> figures(String reason) {
        store.execute("UPDATE entry SET reason = '" + reason + "'");
        List<Object> figures = new ArrayList<>(new Months(store.database, store::now).all());
        figures.addAll(new PlatformHistory(store.database).totals());
        for (String account : purses.keySet()) {
            new AccountStatement(store.database)
                    .write(account, null, null, line -> figures.add(line.replace(reason, "")));
        }
        new Audit(store.database).run(figures::add, (subject, rows) -> {});
        return figures;
    }

    /** Moves the clock by up to twice a step, and at the end of each month notes what each account holds. */
    private void moveOn(Duration step) {
        YearMonth before = month();
        store.advance(step.multipliedBy(random.nextInt(2_000)).dividedBy(1_000));
        for (YearMonth over = before; over.isBefore(month()); over = over.plusMonths(1)) {
            Map<String, Sum> balances = new TreeMap<>();
            purses.forEach((id, purse) -> balances.put(id, new Sum(0, purse.all(), purse.sandbox, 0, 0)));
            held.put(over, balances);
        }
    }

    private void move() {
        String account = "acc_" + random.nextInt(ACCOUNTS);
        if (purses.get(account).isDeleted) {
            if (random.nextInt(10) == 0) {
                pay(account);
            }
            return;
        }
        switch (random.nextInt(100)) {
            case 0, 1, 2, 3, 4, 5 -> pay(account);
            case 6, 7, 8, 9, 10 -> moneyBack();
            case 11, 12 -> redeem(account);
            case 13 -> grant(account, MonthLine.GRANTS, null, false);
            case 14 -> grant(account, MonthLine.START_CREDITS, new RequestId("start-" + account + "-" + ++ids), false);
            case 15 -> grant(account, MonthLine.SANDBOX_CREDITS, FreeCredits.toStartWith(account + "-" + ++ids), true);
            case 16, 17, 18 -> adjust(account);
            case 19 -> reverse(account);
            case 20, 21, 22, 23, 24, 25 -> refund();
            case 26 -> new Rollups(store.writer, store::now).sweep();
            case 27 -> delete(account);
            case 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48 -> begin(account);
            default -> {
                if (random.nextInt(3) == 0) {
                    begin(account);
                }
                end();
            }
        }
    }

    private void pay(String account) {
        Paid one = new Paid();
        one.id = "pay" + ++ids;
        one.account = account;
        one.isTest = random.nextInt(4) == 0;
        long dollars = 1 + random.nextInt(80);
        one.net = dollars * 100;
        one.tax = one.isTest ? 0 : random.nextInt(3) * one.net * 19 / 200;
        one.credits = one.net * 2_000_000;
        Payment.Channel channel = one.isTest ? Payment.Channel.STRIPE_TEST : Payment.Channel.STRIPE;
        payments.begin(new Acting(account, "per_1", "192.0.2.1", null), channel, one.id, dollars)
                .orThrow();
        payments.opened(one.id, "session_" + one.id, "https://pay.example.org/" + one.id);
        if (purses.get(account).isDeleted && one.isTest) {
            return; // what no money came for is not given to a deleted account
        }
        notice(one, Fact.PAID, null, one.net + one.tax);
        MonthLine line = one.isTest ? MonthLine.TEST_PAYMENTS : MonthLine.PAYMENTS;
        move(line, account, one.credits, one.isTest ? one.credits : 0, one.net, one.tax);
        paid.add(one);
    }

    private void notice(Paid one, Fact fact, String object, long cents) {
        Verdict verdict = payments.notices()
                .take(
                        new PaymentNotice(
                                "evt_" + ++ids,
                                "test",
                                fact,
                                store.now(),
                                one.isTest ? Payment.Channel.STRIPE_TEST : Payment.Channel.STRIPE,
                                one.id,
                                "session_" + one.id,
                                "intent_" + one.id,
                                object,
                                cents,
                                fact == Fact.PAID ? one.tax : 0,
                                null),
                        "192.0.2.9");
        assertThat(verdict).isEqualTo(Verdict.TAKEN);
    }

    /** Refunds a part, or disputes a payment, and decides a dispute. */
    private void moneyBack() {
        if (paid.isEmpty()) {
            return;
        }
        Paid one = paid.get(random.nextInt(paid.size()));
        long gross = one.net + one.tax;
        String dispute = "dp_" + one.id;
        if (one.lost.containsKey(dispute) && random.nextBoolean()) {
            boolean isWon = random.nextBoolean();
            notice(one, isWon ? Fact.DISPUTE_WON : Fact.DISPUTE_LOST, dispute, one.lost.get(dispute));
            if (isWon) {
                one.lost.put(dispute, 0L);
            }
        } else if (!one.lost.containsKey(dispute) && random.nextInt(3) == 0) {
            long cents = 1 + random.nextLong(gross);
            notice(one, Fact.DISPUTED, dispute, cents);
            one.lost.put(dispute, cents);
        } else {
            String charge = "ch_" + one.id;
            long before = one.refunds.getOrDefault(charge, 0L);
            long cents = random.nextInt(4) == 0 ? gross : before + random.nextLong(gross - before + 1);
            if (cents == 0) {
                return;
            }
            notice(one, Fact.REFUNDED, charge, cents);
            one.refunds.merge(charge, cents, Math::max);
        }
        takeBack(one, gross);
    }

    private void takeBack(Paid one, long gross) {
        long back = Math.min(gross, sum(one.refunds) + sum(one.lost));
        long wanted = share(one.credits, back, gross);
        long more = wanted - one.taken;
        if (more == 0) {
            return;
        }
        long cents = back - one.back;
        long tax = share(one.tax, back, gross) - share(one.tax, one.back, gross);
        Purse purse = purses.get(one.account);
        long ofBalance = more > 0 ? Math.min(more, purse.free) : more + Math.min(-more, one.missing);
        long missing = more - ofBalance;
        MonthLine line = one.isTest ? MonthLine.TEST_PAYMENTS : MonthLine.TAKEN_BACK;
        move(line, one.account, -ofBalance, one.isTest ? -ofBalance : 0, -(cents - tax), -tax);
        missing(one.account, missing);
        one.missing += missing;
        one.taken = wanted;
        one.back = back;
    }

    /** Notes what had been spent already, and lets the account go on calling. */
    private void missing(String account, long micros) {
        if (micros != 0) {
            note(MonthLine.MISSING, new Sum(1, micros, 0, 0, 0));
        }
        if (micros > 0 && !purses.get(account).isDeleted) {
            store.commit(new SetBlocked(account, false));
        }
    }

    private static long sum(Map<String, Long> cents) {
        return cents.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long share(long whole, long part, long of) {
        return BigInteger.valueOf(whole)
                .multiply(BigInteger.valueOf(part))
                .divide(BigInteger.valueOf(of))
                .longValueExact();
    }

    private void redeem(String account) {
        Vouchers vouchers =
                new Vouchers(store.database, store.writer, store::now, new SecureRandom(), BooksFixture.SECRETS);
        long micros = 1 + random.nextLong(50_000_000);
        Vouchers.Made made = vouchers.draw(1, new Lot(micros, null, ModelPatterns.EVERY), "for " + account, null, null);
        store.commit(made.change());
        assertThat(vouchers.redeem(
                                new Acting(account, "per_1", "192.0.2.1", null),
                                "192.0.2.1",
                                made.codes().getFirst())
                        .isDone())
                .isTrue();
        move(MonthLine.VOUCHERS, account, micros, 0, 0, 0);
    }

    private void grant(String account, MonthLine line, RequestId id, boolean isOfSandbox) {
        long micros = 1 + random.nextLong(30_000_000);
        store.commit(
                isOfSandbox
                        ? Grant.ofSandbox(account, micros, "given", Origin.START, () -> true, id, store.now())
                        : Grant.onCondition(
                                account,
                                micros,
                                "given",
                                line == MonthLine.START_CREDITS ? Origin.START : Origin.GIFT,
                                () -> true,
                                id,
                                store.now()));
        move(line, account, micros, isOfSandbox ? micros : 0, 0, 0);
    }

    private void adjust(String account) {
        long micros = random.nextInt(4) == 0
                ? -purses.get(account).free
                : random.nextLong(-purses.get(account).free, 9_000_000);
        if (micros != 0) {
            store.commit(new Adjustment(account, micros, "corrected", null, store.now()));
            move(micros > 0 ? MonthLine.GAINED : MonthLine.LOST, account, micros, 0, 0, 0);
        }
    }

    private void reverse(String account) {
        long micros = 1 + random.nextLong(20_000_000);
        long ofBalance = Math.min(micros, purses.get(account).free);
        store.commit(new Reversal(account, micros, "reversed", null, store.now()));
        move(MonthLine.TAKEN_BACK, account, -ofBalance, 0, 0, 0);
        missing(account, micros - ofBalance);
    }

    private void begin(String account) {
        Purse purse = purses.get(account);
        long hold = 1 + random.nextLong(6_000_000);
        if (hold > purse.free) {
            return;
        }
        Called call = new Called();
        call.id = "call" + ++ids;
        call.account = account;
        call.hold = hold;
        Reserve reserve = store.reserveChange(call.id, account, hold, hold);
        assertThat(store.decide(reserve)).isInstanceOf(Reserved.class);
        purse.free -= hold;
        purse.held += hold;
        running.add(call);
    }

    private void end() {
        if (running.isEmpty()) {
            return;
        }
        Called call = running.remove(random.nextInt(running.size()));
        Purse purse = purses.get(call.account);
        call.charged = random.nextInt(5) == 0 ? 0 : random.nextLong(call.hold + 1);
        long shortfall = random.nextInt(20) == 0 ? 1 + random.nextLong(900_000) : 0;
        if (shortfall > 0) {
            call.charged = call.hold;
        }
        long cost = random.nextLong(2_000_000);
        CallDetails details = Ended.charged(
                        CallEnd.COMPLETED,
                        "m",
                        Usage.NONE,
                        call.charged + shortfall,
                        Times.NONE,
                        Ended.course("main", "up", List.of(new AttemptCost("main", "up", cost))),
                        store.now())
                .with(CallFlag.COST_REPORTED);
        Settle settle = new Settle(call.id, call.charged, details, store.now());
        store.commit(settle, new CountCall(settle));
        call.ofSandbox = Math.min(call.charged, purse.sandbox);
        purse.sandbox -= call.ofSandbox;
        purse.held -= call.hold;
        purse.free += call.hold - call.charged;
        note(MonthLine.USED, new Sum(1, -call.charged, -call.ofSandbox, 0, 0));
        note(MonthLine.PAID_BY_GENERAL, new Sum(0, -call.charged, -call.ofSandbox, 0, 0));
        note(MonthLine.UPSTREAM_COST, new Sum(1, cost, 0, 0, 0));
        note(MonthLine.SHORTFALLS, new Sum(0, shortfall, 0, 0, 0));
        ended.add(call);
    }

    /** Refunds a call, often one of an earlier month. */
    private void refund() {
        if (ended.isEmpty()) {
            return;
        }
        Called call = ended.get(random.nextInt(ended.size()));
        long left = call.charged - call.refunded;
        if (left == 0 || purses.get(call.account).isDeleted) {
            return;
        }
        long micros = random.nextBoolean() ? left : 1 + random.nextLong(left);
        Refund refund = new Refund(call.account, call.id, micros, "sorry", null, store.now());
        store.commit(refund, new CountRefund(refund));
        long ofSandbox = Math.min(micros, Math.max(0, call.ofSandbox - call.refunded));
        call.refunded += micros;
        move(MonthLine.REFUNDED_CALLS, call.account, micros, ofSandbox, 0, 0);
    }

    /** Deletes one of three accounts at most, once, if no call of it runs. */
    private void delete(String account) {
        Purse purse = purses.get(account);
        if (random.nextInt(3) > 0
                || purse.held > 0
                || purses.values().stream().filter(it -> it.isDeleted).count() > 2) {
            return;
        }
        store.commit(new CloseAccount(account, store.now()));
        store.execute("UPDATE account SET name = 'deleted account', deleted_at = ? WHERE id = ?", store.now(), account);
        purse.isDeleted = true;
        if (purse.free > 0) {
            move(MonthLine.DELETED_ACCOUNTS, account, -purse.free, 0, 0, 0);
        }
    }

    // ---- both ----

    private void check() {
        LedgerChecks.assertCoherent(store);
        Months months = new Months(store.database, store::now);
        List<Month> all = months.all();
        assertThat(all.getLast().month()).isEqualTo(FIRST);
        assertThat(all.getLast().opening()).isEqualTo(Sum.NONE);
        assertThat(purses.values()).as("an account was deleted").anyMatch(purse -> purse.isDeleted);
        for (Month month : all) {
            assertThat(months.month(month.month())).isEqualTo(month);
            assertThat(month.differenceMicros()).isZero();
            if (month.month().isBefore(month())) {
                check(months, month);
            }
        }
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i).closing()).isEqualTo(all.get(i - 1).opening());
        }
        List<String> differences = new ArrayList<>();
        new Audit(store.database).run(differences::add, (subject, rows) -> {});
        assertThat(differences)
                .filteredOn(line -> !line.contains("test@1") && !line.startsWith("key key_1 "))
                .isEmpty();
        assertThat(all.getFirst().closing().micros())
                .as("what ledger verify adds up")
                .isEqualTo(store.number("SELECT SUM(balance_micros + reserved_micros) FROM account"));
    }

    private void check(Months months, Month month) {
        for (MonthLine line : MonthLine.values()) {
            Sum wanted = line == MonthLine.HELD
                    ? held.get(month.month()).values().stream().reduce(Sum.NONE, Sum::plus)
                    : sums.getOrDefault(month.month(), Map.of()).getOrDefault(line, Sum.NONE);
            assertThat(month.sum(line)).as("%s of %s", line, month.month()).isEqualTo(wanted);
            List<MonthRow> rows = rows(months, month.month(), line);
            Sum added = rows.stream().map(MonthRow::sum).reduce(Sum.NONE, Sum::plus);
            assertThat(added).as("rows: %s of %s", line, month.month()).isEqualTo(wanted);
        }
        Map<String, Sum> customers = new TreeMap<>();
        rows(months, month.month(), MonthLine.HELD).forEach(row -> customers.put(row.place(), row.sum()));
        held.get(month.month()).forEach((id, sum) -> assertThat(customers.getOrDefault(id, Sum.NONE))
                .isEqualTo(sum));
        BigDecimal statements = BigDecimal.ZERO;
        for (String account : purses.keySet()) {
            List<String> lines = new ArrayList<>();
            new AccountStatement(store.database).write(account, month.from(), month.until(), lines::add);
            statements = statements.add(new BigDecimal(lines.getLast().split(",")[6]));
        }
        assertThat(statements.movePointRight(6).longValueExact())
                .as("all statements of %s", month.month())
                .isEqualTo(month.closing().micros());
    }

    private List<MonthRow> rows(Months months, YearMonth month, MonthLine line) {
        List<MonthRow> rows = new ArrayList<>();
        List<MonthRow> page;
        int limit = 1 + random.nextInt(60);
        do {
            page = months.rows()
                    .of(month, line, rows.isEmpty() ? "" : rows.getLast().place(), limit);
            rows.addAll(page);
        } while (page.size() == limit && line.rows() != MonthLine.Of.CHANNELS);
        assertThat(rows.stream().map(MonthRow::place).distinct().count())
                .isEqualTo(line.rows() == MonthLine.Of.CHANNELS ? Math.min(1, rows.size()) : rows.size());
        return rows;
    }
}
