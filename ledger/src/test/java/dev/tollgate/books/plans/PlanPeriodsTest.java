package dev.tollgate.books.plans;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.Plans.Changed;
import dev.tollgate.books.plans.Subscription.State;
import dev.tollgate.books.plans.Subscription.Why;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.ExportFile.Form;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

/** Plans by hand: their periods follow the calendar, each gives its credits once, and credits and group end with it (Z40 to Z50). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class PlanPeriodsTest {

    private static final Instant BEGIN = Instant.parse("2026-11-28T09:30:00.123Z");
    private static final Instant SECOND = Instant.parse("2026-12-28T09:30:00.123Z");
    private static final Instant THIRD = Instant.parse("2027-01-28T09:30:00.123Z");
    private static final Instant LAST = Instant.parse("2027-02-28T09:30:00.123Z");
    private static final long MICROS = 1_000_000_000;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.setNow(BEGIN);
        store.account("acc_1", 500);
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
            a_row_says_the_state_that_its_plan_has();
        }
    }

    private void a_row_says_the_state_that_its_plan_has() {
        for (Subscription plan : store.plans.of("acc_1", Long.MAX_VALUE, Plans.PAGE_MAX)) {
            String state = store.database.read(sql -> sql.one(
                    "SELECT " + State.SQL + " FROM subscription WHERE account_id = 'acc_1' AND number = ?",
                    row -> row.getString(1),
                    plan.number()));
            assertThat(state).isEqualTo(plan.state().word());
        }
    }

    private static Plan plan(Period period, @Nullable String group) {
        return new Plan(
                "Pro", 900, period, MICROS, ModelPatterns.of("gemini-4-*"), group, GrantLimits.of("5:20000000"));
    }

    private Version version(Period period) {
        Decision<Outcome<Changed>> set = store.plans.set("pro", plan(period, "gold"), null, store.now());
        store.commit(set);
        return set.outcome().orThrow().after();
    }

    private Turn assigned(Version version, int periods) {
        Turn turn = store.plans.assign(
                store.plans.last("acc_1"), "acc_1", version, periods, Kind.ASSIGN, null, store.now());
        commit(turn);
        return turn;
    }

    private Turn step(Version version, int periods, Kind kind) {
        Turn turn = store.plans.assign(last(), "acc_1", version, periods, kind, null, store.now());
        commit(turn);
        return turn;
    }

    private void commit(Turn turn) {
        store.writer.commitAndWait(Unit.of(turn.changes()));
    }

    private Subscription last() {
        return Objects.requireNonNull(store.plans.last("acc_1"));
    }

    private void sweep() {
        new PlanSweep(store.plans, store.writer, () -> false, store::now).sweep();
        new Lapse(store.database, store.writer, store::now).sweep();
    }

    private void sweepAt(Instant at) {
        store.setNow(at);
        sweep();
    }

    private List<CreditGrant> grants() {
        return store.database
                .read(sql -> CreditGrant.all(sql, "acc_1", Long.MAX_VALUE, 100))
                .reversed();
    }

    private List<String> terms() {
        return store.database.read(sql -> sql.list(
                "SELECT COALESCE(plan_group, 'none'), plan_until FROM account_terms WHERE account_id = 'acc_1' ORDER BY sequence",
                row -> row.getString(1)
                        + (row.getLong(2) == 0 ? "" : " until " + Instant.ofEpochMilli(row.getLong(2)))));
    }

    private List<String> given() {
        return store.database.read(sql -> sql.list(
                "SELECT request_id FROM entry WHERE request_id LIKE 'plan-%' ORDER BY number",
                row -> row.getString(1)));
    }

    @Test
    void a_period_brings_credits_models_limits_and_group_until_its_end() {
        Turn turn = assigned(version(Period.MONTH), 3);

        assertThat(turn.isWritten()).isTrue();
        assertThat(last()).isEqualTo(turn.after());
        CreditGrant grant = grants().getFirst();
        assertThat(grant.kind()).isEqualTo(CreditGrant.Kind.PLAN);
        assertThat(grant.creditsMicros()).isEqualTo(MICROS);
        assertThat(grant.startsAt()).isEqualTo(BEGIN);
        assertThat(grant.expiresAt()).isEqualTo(SECOND);
        assertThat(grant.models()).containsExactly("gemini-4-*");
        assertThat(grant.limits()).isEqualTo("5:20000000");
        assertThat(terms()).containsExactly("gold until " + SECOND);
        assertThat(last().remaining()).isEqualTo(2);
        assertThat(last().until()).isEqualTo(LAST);
    }

    @Test
    void each_period_begins_when_the_one_before_ends() {
        assigned(version(Period.MONTH), 3);
        sweepAt(SECOND.minusMillis(1));
        assertThat(grants()).hasSize(1);

        sweepAt(SECOND);
        sweepAt(SECOND);
        assertThat(grants()).hasSize(2);
        assertThat(grants().getFirst().lapsedMicros()).isEqualTo(MICROS);
        assertThat(grants().getLast().startsAt()).isEqualTo(SECOND);
        assertThat(grants().getLast().expiresAt()).isEqualTo(THIRD);

        sweepAt(THIRD.plusSeconds(1));
        sweepAt(LAST);
        assertThat(given()).containsExactly("plan-1-1-1", "plan-1-2-1", "plan-1-3-1");
        assertThat(terms()).containsExactly("gold until " + SECOND, "gold until " + THIRD, "gold until " + LAST);
        assertThat(last().end()).isEqualTo(new Subscription.End(LAST, Why.FINISHED));
        assertThat(store.number("SELECT granted_micros FROM account WHERE id = 'acc_1'"))
                .isZero();
    }

    @Test
    void ten_days_without_a_server_are_not_made_up_for() {
        assigned(version(Period.DAY), 30);

        sweepAt(BEGIN.plus(Duration.ofDays(10)).plusSeconds(3_600));
        assertThat(given()).containsExactly("plan-1-1-1", "plan-1-11-1");
        assertThat(grants().getLast().startsAt()).isEqualTo(BEGIN.plus(Duration.ofDays(10)));
        assertThat(grants().getLast().expiresAt()).isEqualTo(BEGIN.plus(Duration.ofDays(11)));
        assertThat(last().remaining()).isEqualTo(19);

        sweepAt(BEGIN.plus(Duration.ofDays(400)));
        assertThat(given()).hasSize(2);
        assertThat(last().end()).isEqualTo(new Subscription.End(BEGIN.plus(Duration.ofDays(30)), Why.FINISHED));
    }

    @Test
    void a_unit_that_is_lost_gives_nothing_and_is_made_again() {
        assigned(version(Period.MONTH), 3);
        store.setNow(SECOND);
        List<Change> changes = new ArrayList<>(store.plans.next(last(), SECOND).changes());
        changes.add(store.statement("INSERT INTO subscription (account_id) VALUES (NULL)"));
        assertThatThrownBy(() -> store.writer.commitAndWait(Unit.of(changes))).isNotNull();
        assertThat(grants()).hasSize(1);

        store = store.reopened();
        sweep();
        assertThat(given()).containsExactly("plan-1-1-1", "plan-1-2-1");
        assertThat(terms()).hasSize(2);
    }

    @Test
    void a_row_that_has_changed_since_is_not_written_again() {
        assigned(version(Period.MONTH), 3);
        Turn one = store.plans.next(last(), SECOND);
        Turn other = store.plans.next(last(), SECOND);
        List<Change> both = new ArrayList<>(one.changes());
        both.addAll(other.changes());
        store.writer.commitAndWait(Unit.of(both));

        assertThat(List.of(one.isWritten(), other.isWritten())).containsExactly(true, false);
        assertThat(other.refusal()).isNull();
        assertThat(grants()).hasSize(2);
        assertThat(terms()).hasSize(2);
    }

    @Test
    void two_servers_begin_a_period_once() throws Exception {
        if (stores == Stores.SQLITE) {
            return; // has one server
        }
        String url = Postgres.untouched();
        try (BooksFixture one = new BooksFixture(BooksFixture.server(url));
                BooksFixture two = new BooksFixture(BooksFixture.server(url));
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            one.setNow(BEGIN);
            Decision<Outcome<Changed>> set = one.plans.set("pro", plan(Period.DAY, "gold"), null, BEGIN);
            one.commit(set);
            Version version = set.outcome().orThrow().after();
            for (int i = 0; i < 40; i++) {
                one.account("acc_" + i, 0);
                one.writer.commitAndWait(Unit.of(one.plans
                        .assign(null, "acc_" + i, version, 30, Kind.ASSIGN, null, BEGIN)
                        .changes()));
            }
            for (int day = 1; day < 5; day++) {
                Instant at = BEGIN.plus(Duration.ofDays(day));
                CyclicBarrier barrier = new CyclicBarrier(2);
                List<Future<?>> sweeps = new ArrayList<>();
                for (BooksFixture each : List.of(one, two)) {
                    sweeps.add(threads.submit(() -> {
                        barrier.await();
                        new PlanSweep(each.plans, each.writer, () -> false, () -> at).sweep();
                        return null;
                    }));
                }
                for (Future<?> sweep : sweeps) {
                    sweep.get();
                }
                assertThat(one.number("SELECT COUNT(*) FROM credit_grant")).isEqualTo(40 * (day + 1));
                assertThat(one.number("SELECT COUNT(*) FROM account_terms")).isEqualTo(40 * (day + 1));
            }
            LedgerChecks.assertCoherent(one);
        }
    }

    @Test
    void a_deletion_and_a_cancel_in_one_batch_leave_no_plan() {
        assigned(version(Period.MONTH), 3);
        store.advance(Duration.ofHours(1));
        CloseAccount close = new CloseAccount("acc_1", store.now());
        Turn cancel = store.plans.cancel(last(), true, store.now());
        List<Change> both = new ArrayList<>(List.of(close));
        both.addAll(store.plans.endWith("acc_1", close::isClosed, store.now()));
        both.addAll(cancel.changes());
        both.add(store.statement("UPDATE account SET deleted_at = ? WHERE id = 'acc_1'", store.now()));
        store.writer.commitAndWait(Unit.of(both));

        assertThat(cancel.isWritten()).isFalse();
        assertThat(last().end()).isEqualTo(new Subscription.End(store.now(), Why.DELETED));
        assertThat(last().until()).isEqualTo(store.now());
    }

    @Test
    void an_account_counts_once_however_often_it_had_the_plan() {
        Version version = version(Period.DAY);
        for (int i = 0; i < 3; i++) {
            assigned(version, 1);
            store.advance(Duration.ofDays(1));
            sweep();
        }
        assertThat(store.plans.all().getFirst().accounts()).isEqualTo(new Plans.Standings(0, 0, 1));
        assigned(version, 2);
        commit(store.plans.cancel(last(), true, store.now()));
        assertThat(store.plans.all().getFirst().accounts()).isEqualTo(new Plans.Standings(0, 1, 1));
    }

    @Test
    void the_export_has_the_times_of_a_plan_as_times() {
        assertThat(Plans.holding().files().getFirst().columns())
                .filteredOn(column -> column.form() == Form.TIME)
                .extracting(ExportFile.Column::name)
                .containsExactly("anchor", "starts_at", "ends_at", "cancelled_at", "ended_at");
    }

    @Test
    void two_operators_assign_one_plan() {
        Version version = version(Period.MONTH);
        Turn one = store.plans.assign(null, "acc_1", version, 3, Kind.ASSIGN, "one", BEGIN);
        Turn two = store.plans.assign(null, "acc_1", version, 2, Kind.ASSIGN, "two", BEGIN);
        List<Change> both = new ArrayList<>(one.changes());
        both.addAll(two.changes());
        store.writer.commitAndWait(Unit.of(both));

        assertThat(List.of(one.isWritten(), two.isWritten())).containsExactly(true, false);
        assertThat(grants()).hasSize(1);
        assertThat(store.plans.requested("acc_1", "one")).isEqualTo(new PlanStep.Taken(one.step(), one.after()));
        assertThat(store.plans.requested("acc_1", "two")).isNull();
    }

    @Test
    void a_closed_version_is_not_renewed() {
        assigned(version(Period.MONTH), 3);
        store.setNow(BEGIN.plusSeconds(1));
        assertThat(store.decide(store.plans.close("pro", null, store.now())).orThrow())
                .containsExactly(1L);
        assertThat(store.decide(store.plans.close("pro", null, store.now())).orThrow())
                .isEmpty();
        assertThat(last().until()).isEqualTo(SECOND);

        sweepAt(SECOND.plusSeconds(7));
        assertThat(grants()).hasSize(1);
        assertThat(last().end()).isEqualTo(new Subscription.End(SECOND, Why.CLOSED));
    }

    @Test
    void a_version_closed_while_no_server_ran_ends_with_the_period_of_that_time() {
        assigned(version(Period.DAY), 30);
        store.decide(store.plans.close("pro", 1L, BEGIN.plus(Duration.ofHours(60))));

        sweepAt(BEGIN.plus(Duration.ofDays(10)));
        assertThat(last().end()).isEqualTo(new Subscription.End(BEGIN.plus(Duration.ofDays(3)), Why.CLOSED));
        assertThat(grants()).hasSize(1);
    }

    @Test
    void a_cancelled_plan_ends_with_its_period_and_can_be_kept_until_then() {
        assigned(version(Period.MONTH), 3);
        store.setNow(BEGIN.plusSeconds(60));
        commit(store.plans.cancel(last(), true, store.now()));
        assertThat(last().cancelledAt()).isEqualTo(store.now());
        assertThat(last().remaining()).isZero();
        commit(store.plans.cancel(last(), false, store.now()));
        assertThat(last().remaining()).isEqualTo(2);
        commit(store.plans.cancel(last(), true, store.now()));
        assertThat(grants()).hasSize(1);

        sweepAt(SECOND);
        assertThat(last().end()).isEqualTo(new Subscription.End(SECOND, Why.CANCELLED));
        assertThat(grants()).hasSize(1);
    }

    @Test
    void a_call_over_a_turn_is_paid_by_the_period_in_which_it_began() {
        assigned(version(Period.MONTH), 2);
        store.setNow(SECOND.minusSeconds(5));
        hold("old", 5_000);
        sweepAt(SECOND.plusMillis(200));
        hold("new", 19_999_000);
        assertThat(grants().stream().map(CreditGrant::leftMicros).toList()).containsExactly(5_000L, MICROS);
        store.settle("new", 3_000);
        store.settle("old", 4_700);

        List<String> paidBy = store.database.read(
                sql -> sql.list("SELECT paid_by FROM call ORDER BY number", row -> row.getString(1)));
        assertThat(paidBy).containsExactly("2:3000", "1:4700");
        assertThat(grants().getFirst().endedAt()).isNotNull();
        assertThat(grants().getLast().leftMicros()).isEqualTo(MICROS - 3_000);
    }

    private void hold(String id, long micros) {
        Reserve call = new Reserve(
                new OpenHold(id, "acc_1", "key_1", "chat", "gemini-4-argon", store.now()),
                micros,
                micros,
                () -> SpendLimits.NONE,
                () -> true);
        store.commit(call);
        assertThat(call.reserved()).as(id).isTrue();
    }

    @Test
    void an_ended_plan_leaves_running_calls_what_they_hold() {
        assigned(version(Period.MONTH), 3);
        store.advance(Duration.ofHours(1));
        hold("call", 5_000);
        store.advance(Duration.ofHours(1));
        commit(store.plans.end(last(), "not paid", "end", store.now()));

        assertThat(last().end()).isEqualTo(new Subscription.End(store.now(), Why.OPERATOR));
        assertThat(grants().getFirst().leftMicros()).isEqualTo(5_000);
        assertThat(terms()).containsExactly("gold until " + SECOND, "none");
        assertThat(Objects.requireNonNull(store.plans.requested("acc_1", "end")).its())
                .isEqualTo(last());
        store.settle("call", 4_700);
        assertThat(grants().getFirst().endedAt()).isNotNull();
        sweepAt(SECOND);
        assertThat(grants()).hasSize(1);
        assertThat(assigned(version(Period.DAY), 1).after().number()).isEqualTo(2);
        assertThat(given()).containsExactly("plan-1-1-1", "plan-2-1-1");
    }

    @Test
    void a_deleted_account_has_no_plan() {
        assigned(version(Period.MONTH), 3);
        store.advance(Duration.ofHours(1));
        CloseAccount close = new CloseAccount("acc_1", store.now());
        List<Change> changes = new ArrayList<>(List.of(close));
        changes.addAll(store.plans.endWith("acc_1", close::isClosed, store.now()));
        changes.add(store.statement("UPDATE account SET deleted_at = ? WHERE id = 'acc_1'", store.now()));
        store.writer.commitAndWait(Unit.of(changes));

        assertThat(last().end()).isEqualTo(new Subscription.End(store.now(), Why.DELETED));
        assertThat(terms()).containsExactly("gold until " + SECOND, "none");
        sweepAt(SECOND);
        assertThat(grants()).hasSize(1);
        Turn refused = assigned(version(Period.DAY), 1);
        assertThat(refused.isWritten()).isFalse();
        assertThat(refused.refusal()).isNotNull();
        assertThat(last().number()).isEqualTo(1);
    }

    @Test
    void a_period_whose_credits_are_refused_begins_once_there_is_room() {
        assigned(version(Period.MONTH), 3);
        long room = Grant.PURCHASED_MICROS_MAX - MICROS - 500;
        store.setNow(SECOND.minusSeconds(1));
        store.commit(new Grant("acc_1", room, "too much", store.now()));
        store.setNow(SECOND);
        new PlanSweep(store.plans, store.writer, () -> false, store::now).sweep();
        assertThat(given()).hasSize(1); // the first period's credits have not lapsed yet
        assertThat(terms()).hasSize(1);

        sweepAt(SECOND);
        sweepAt(SECOND.plusSeconds(1));
        assertThat(given()).containsExactly("plan-1-1-1", "plan-1-2-1");
        assertThat(terms()).hasSize(2);
    }

    @Test
    void versions_are_numbered_and_equal_terms_make_none() {
        Changed first = store.decide(store.plans.set("pro", plan(Period.MONTH, null), 0L, BEGIN))
                .orThrow();
        assertThat(first.before()).isNull();
        assertThat(store.decide(store.plans.set("pro", plan(Period.MONTH, null), 1L, BEGIN))
                        .orThrow()
                        .isChange())
                .isFalse();
        assertThat(refusal(store.decide(store.plans.set("pro", plan(Period.WEEK, null), 0L, BEGIN))))
                .isEqualTo("409 Another operator has changed the plan pro. Its newest version is 1 now.");
        assertThat(store.decide(store.plans.set("pro", plan(Period.WEEK, null), 1L, BEGIN))
                        .orThrow()
                        .after()
                        .number())
                .isEqualTo(2);
        assertThat(refusal(store.decide(store.plans.close("pro", 3L, BEGIN))))
                .isEqualTo("404 The plan pro has no version 3. Its newest is 2.");
        assertThat(refusal(store.decide(store.plans.close("gold", null, BEGIN))))
                .isEqualTo("404 There is no plan gold.");
        assertThat(store.decide(store.plans.close("pro", 2L, BEGIN)).orThrow()).containsExactly(2L);
        // What is closed can be set again: as another version.
        assertThat(store.decide(store.plans.set("pro", plan(Period.WEEK, null), null, BEGIN))
                        .orThrow()
                        .after()
                        .number())
                .isEqualTo(3);
        assertThat(store.plans.versions("pro", Long.MAX_VALUE, 10))
                .extracting(Version::isClosed)
                .containsExactly(false, true, false);
        assertThat(store.plans.versions("pro", Long.MAX_VALUE, 1).getFirst().terms())
                .isEqualTo(plan(Period.WEEK, null));
        assertThat(store.plans.all()).hasSize(1);
    }

    private static String refusal(Outcome<?> refused) {
        ApiError why = ((Outcome.Refused<?>) refused).why();
        return why.status() + " " + why.message();
    }

    @Test
    void periods_that_are_paid_early_follow_the_running_plan() {
        Version version = version(Period.MONTH);
        assigned(version, 1);
        store.setNow(SECOND.minus(Duration.ofDays(2)));
        Turn turn = step(version, 2, Kind.AFTER);
        assertThat(turn.isWritten()).isTrue();
        assertThat(last()).isEqualTo(turn.after());
        assertThat(last().until()).isEqualTo(LAST);
        assertThat(grants()).hasSize(1);

        sweepAt(SECOND);
        sweepAt(THIRD);
        sweepAt(LAST);
        assertThat(given()).containsExactly("plan-1-1-1", "plan-1-2-1", "plan-1-3-1");
        assertThat(terms()).containsExactly("gold until " + SECOND, "gold until " + THIRD, "gold until " + LAST);
        assertThat(last().end()).isEqualTo(new Subscription.End(LAST, Why.FINISHED));
    }

    @Test
    void a_plan_that_begins_anew_leaves_all_that_was_paid() {
        Version version = version(Period.MONTH);
        assigned(version, 3);
        Instant tenth = BEGIN.plus(Duration.ofDays(10));
        Instant next = Instant.parse("2027-01-08T09:30:00.123Z");
        store.setNow(tenth);
        hold("before", 15_000_000);
        Turn turn = step(version, 1, Kind.NOW);

        assertThat(turn.isWritten()).isTrue();
        assertThat(store.plans.of("acc_1", 2, 1).getFirst().end()).isEqualTo(new Subscription.End(tenth, Why.REPLACED));
        assertThat(last().number()).isEqualTo(2);
        assertThat(last().endsAt()).isEqualTo(next);
        assertThat(grants().stream()
                        .map(grant -> grant.startsAt() + " " + grant.expiresAt() + " " + grant.leftMicros())
                        .toList())
                .containsExactly(
                        BEGIN + " " + SECOND + " " + MICROS,
                        SECOND + " " + THIRD + " " + MICROS,
                        THIRD + " " + LAST + " " + MICROS,
                        tenth + " " + next + " " + MICROS);
        assertThat(terms()).containsExactly("gold until " + SECOND, "gold until " + next);
        hold("after", 19_000_000);
        store.settle("before", 15_000_000);
        store.settle("after", 19_000_000);
        sweepAt(SECOND);
        hold("later", 1_000_000);
        store.settle("later", 1_000_000);
        List<String> paidBy = store.database.read(
                sql -> sql.list("SELECT paid_by FROM call ORDER BY number", row -> row.getString(1)));
        assertThat(paidBy).containsExactly("1:15000000", "1:5000000 4:14000000", "4:1000000");
        sweepAt(LAST);
        assertThat(given()).containsExactly("plan-1-1-1", "plan-1-2-1", "plan-1-3-1", "plan-2-1-1");
        assertThat(store.number("SELECT granted_micros FROM account WHERE id = 'acc_1'"))
                .isZero();
    }

    @Test
    void a_plan_without_a_group_ends_that_of_the_plan_before() {
        assigned(version(Period.MONTH), 2);
        store.advance(Duration.ofHours(1));
        Decision<Outcome<Changed>> set = store.plans.set("plain", plan(Period.DAY, null), null, store.now());
        store.commit(set);
        step(set.outcome().orThrow().after(), 1, Kind.NOW);
        assertThat(terms()).containsExactly("gold until " + SECOND, "none");
    }

    @Test
    void a_plan_whose_rest_finds_no_room_does_not_begin_anew() {
        Version version = version(Period.MONTH);
        assigned(version, 3);
        store.advance(Duration.ofHours(1));
        long room = Grant.PURCHASED_MICROS_MAX - 3 * MICROS - 500; // for two of the three
        store.commit(new Grant("acc_1", room, "too much", store.now()));
        assertThatThrownBy(() -> step(version, 1, Kind.NOW)).hasCauseInstanceOf(Turn.Halved.class);
        assertThat(grants()).hasSize(1);
        assertThat(last().isRunning()).isTrue();
        assertThat(terms()).hasSize(1);
        assertThat(store.number("SELECT COUNT(*) FROM plan_step")).isEqualTo(1);
    }

    @Test
    void periods_of_another_version_follow_no_plan() {
        Version version = version(Period.MONTH);
        assigned(version, 1);
        store.decide(store.plans.close("pro", null, store.now()));
        assertThat(step(version, 1, Kind.AFTER).isWritten()).isFalse();
        assertThat(step(version, 1, Kind.NOW).isWritten()).isFalse();
        assertThat(last().periods()).isEqualTo(1);
    }

    @Test
    void the_credits_of_a_period_cannot_be_extended() {
        assigned(version(Period.MONTH), 3);
        assertThat(store.decide(new Grant.MoveExpiry("acc_1", 1, THIRD, store.now()))
                        .isDone())
                .isFalse();
        assertThat(grants().getFirst().expiresAt()).isEqualTo(SECOND);
    }
}
