package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.PlanBooks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans over years: the periods that accounts get follow a calendar kept by hand, and the books prove them. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class PlanHistoriesTest {

    private static final List<Instant> BEGINS = List.of(
            Instant.parse("2027-01-29T23:59:59.999Z"),
            Instant.parse("2027-01-30T00:00:00Z"),
            Instant.parse("2027-01-31T12:00:00Z"),
            Instant.parse("2028-02-29T06:30:00.001Z"),
            Instant.parse("2028-03-31T00:00:00Z"),
            Instant.parse("2027-08-31T10:00:00Z"));
    private static final int STEPS = 60;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;
    private PlanBooks plans;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        plans = new PlanBooks(store);
    }

    @AfterEach
    void the_books_prove_it() {
        try (BooksFixture closing = store) {
            List<String> found = new ArrayList<>();
            new Audit(closing.database).run(found::add, found::add, (subject, rows) -> {});
            assertThat(found).isEmpty();
        }
    }

    private static Plan plan(Period period, @Nullable String group) {
        return new Plan("Pro", 900, period, 1_000_000, ModelPatterns.EVERY, group, GrantLimits.NONE);
    }

    private void sweep() {
        new PlanSweep(store.plans, store.writer, () -> false, store::now).sweep();
        new Lapse(store.database, store.writer, store::now).sweep();
    }

    private List<String> given(String account) {
        return store.database.read(sql -> CreditGrant.all(sql, account, Long.MAX_VALUE, 1_000)).stream()
                .map(grant -> grant.startsAt() + " " + grant.expiresAt())
                .sorted()
                .toList();
    }

    /** An account's plan as kept on paper: where it began, how many months it has, and which were given. */
    private static final class Paper {

        private final String account;
        private final List<String> given = new ArrayList<>();
        private Instant anchor = Instant.EPOCH;
        private int periods;
        private int period;
        private boolean runs;
        private boolean isCancelled;

        Paper(String account) {
            this.account = account;
        }

        private Instant end(int number) {
            LocalDateTime first = LocalDateTime.ofInstant(anchor, ZoneOffset.UTC);
            YearMonth month = YearMonth.from(first);
            for (int i = 0; i < number; i++) {
                month = month.getMonthValue() == 12
                        ? YearMonth.of(month.getYear() + 1, 1)
                        : YearMonth.of(month.getYear(), month.getMonthValue() + 1);
            }
            int day = first.getDayOfMonth();
            while (!month.isValidDay(day)) {
                day--;
            }
            return month.atDay(day).atTime(first.toLocalTime()).toInstant(ZoneOffset.UTC);
        }

        private int left() {
            return runs && !isCancelled ? periods - period : 0;
        }

        private void give(int number) {
            given.add(end(number - 1) + " " + end(number));
        }

        void begin(Instant now, int count) {
            int rest = left();
            for (int i = 1; i <= rest; i++) {
                give(period + i);
            }
            anchor = now;
            periods = count;
            period = 1;
            runs = true;
            isCancelled = false;
            give(1);
        }

        void pass(Instant now) {
            int before = period;
            while (runs && !end(period).isAfter(now)) {
                runs = left() > 0;
                period += runs ? 1 : 0;
            }
            if (runs && period > before) {
                give(period);
            }
        }
    }

    private void step(Paper paper, Version version, Random random) {
        Instant now = store.now();
        int count = 1 + random.nextInt(3);
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                if (!paper.runs) {
                    plans.assign(paper.account, version, count);
                    paper.begin(now, count);
                }
            }
            case 2, 3 -> {
                if (paper.runs && !paper.isCancelled) {
                    plans.assign(paper.account, version, count, Kind.AFTER);
                    paper.periods += count;
                }
            }
            case 4 -> {
                if (paper.left() <= Subscription.DUE_MAX) {
                    plans.assign(paper.account, version, count, Kind.NOW);
                    paper.begin(now, count);
                }
            }
            case 5 -> {
                if (paper.runs) {
                    paper.isCancelled = !paper.isCancelled;
                    plans.commit(store.plans.cancel(plans.last(paper.account), paper.isCancelled, now));
                }
            }
            case 6 -> {
                if (paper.runs && random.nextInt(4) == 0) {
                    plans.end(paper.account);
                    paper.runs = false;
                }
            }
            default -> {}
        }
    }

    @Test
    void months_are_those_of_a_calendar_kept_by_hand() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        store.setNow(Instant.parse("2027-01-01T00:00:00Z"));
        plans.group("gold");
        Version version = plans.set("pro", plan(Period.MONTH, "gold"));
        for (int i = 0; i < BEGINS.size(); i++) {
            store.setNow(BEGINS.get(i));
            store.account("acc_" + i, 0);
            Paper paper = new Paper("acc_" + i);
            plans.assign(paper.account, version, 1);
            paper.begin(store.now(), 1);
            for (int step = 0; step < STEPS; step++) {
                store.advance(Duration.ofMinutes(random.nextInt(step % 10 == 9 ? 100_000 : 30_000)));
                sweep();
                paper.pass(store.now());
                step(paper, version, random);
            }
            assertThat(given(paper.account))
                    .as("seed %d, %s", seed, paper.account)
                    .isEqualTo(paper.given.stream().sorted().toList());
        }
    }

    @Test
    void a_month_from_the_31st_keeps_its_day() {
        store.setNow(Instant.parse("2027-01-31T12:00:00Z"));
        Version version = plans.set("pro", plan(Period.MONTH, null));
        store.account("acc_1", 0);
        plans.assign("acc_1", version, 1);
        for (int i = 0; i < 3; i++) {
            store.advance(Duration.ofDays(27));
            sweep();
            plans.assign("acc_1", version, 1, Kind.AFTER);
        }
        assertThat(plans.last("acc_1").until()).isEqualTo(Instant.parse("2027-05-31T12:00:00Z"));
        store.setNow(Instant.parse("2027-04-30T12:00:00Z"));
        sweep();
        assertThat(given("acc_1"))
                .containsExactly(
                        "2027-01-31T12:00:00Z 2027-02-28T12:00:00Z",
                        "2027-02-28T12:00:00Z 2027-03-31T12:00:00Z",
                        "2027-03-31T12:00:00Z 2027-04-30T12:00:00Z",
                        "2027-04-30T12:00:00Z 2027-05-31T12:00:00Z");
    }

    /** Three accounts restart with two months left, on the tenth day. */
    private void beginAnew() {
        store.setNow(Instant.parse("2027-01-31T12:00:00Z"));
        plans.group("gold");
        Version version = plans.set("pro", plan(Period.MONTH, "gold"));
        for (int i = 1; i <= 3; i++) {
            store.account("acc_" + i, 0);
            plans.assign("acc_" + i, version, 3);
        }
        store.advance(Duration.ofDays(10));
        for (int i = 1; i <= 3; i++) {
            plans.assign("acc_" + i, version, 1, Kind.NOW);
        }
        store.advance(Duration.ofDays(1));
    }

    private long left(String account) {
        return store.number(
                "SELECT COALESCE(SUM(left_micros), 0) FROM credit_grant WHERE account_id = '" + account + "'");
    }

    @Test
    void what_lies_ahead_ends_with_its_account_or_by_hand_alone() {
        beginAnew();
        plans.end("acc_1");
        assertThat(left("acc_1")).as("three periods of the plan before").isEqualTo(3_000_000);
        assertThat(store.decide(new Grant.End("acc_2", 3, "by mistake", null, store.now()))
                        .isDone())
                .isTrue();
        assertThat(left("acc_2")).isEqualTo(3_000_000);
        CloseAccount close = new CloseAccount("acc_3", store.now());
        List<Change> changes = new ArrayList<>(List.of(close));
        changes.addAll(store.plans.endWith("acc_3", close::isClosed, store.now()));
        changes.add(store.statement("UPDATE account SET deleted_at = ? WHERE id = 'acc_3'", store.now()));
        store.writer.commitAndWait(Unit.of(changes));
        assertThat(left("acc_3")).isZero();
        for (String turn : List.of("2027-02-28", "2027-03-31", "2027-04-30")) {
            store.setNow(Instant.parse(turn + "T12:00:01Z"));
            sweep();
        }
        assertThat(left("acc_1") + left("acc_2")).isZero();
    }

    @Test
    void a_version_that_is_closed_cuts_nothing_that_lies_ahead() {
        beginAnew();
        plans.close("pro");
        assertThat(left("acc_1")).isEqualTo(4_000_000);
        store.setNow(Instant.parse("2027-03-10T12:00:01Z"));
        sweep();
        assertThat(plans.last("acc_1").isRunning()).isFalse();
        assertThat(left("acc_1")).as("the two months that were left").isEqualTo(2_000_000);
    }

    @Test
    void a_plan_by_the_day_is_prolonged_400_times() {
        Instant begin = Instant.parse("2027-02-27T22:00:00Z");
        store.setNow(begin);
        Version version = plans.set("day", plan(Period.DAY, null));
        store.account("acc_1", 0);
        plans.assign("acc_1", version, 1);
        for (int day = 1; day <= 400; day++) {
            store.setNow(begin.plus(Duration.ofDays(day)).minusSeconds(60));
            plans.assign("acc_1", version, 1, Kind.AFTER);
            store.setNow(begin.plus(Duration.ofDays(day)));
            sweep();
        }
        assertThat(given("acc_1")).hasSize(401).doesNotHaveDuplicates();
        assertThat(plans.last("acc_1").until()).isEqualTo(begin.plus(Duration.ofDays(401)));
    }
}
