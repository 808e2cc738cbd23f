package dev.tollgate.books.rollups;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.CacheUsed;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallDetails.Tried;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups.CountAbandoned;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.books.rollups.Rollups.CountRefund;
import dev.tollgate.books.rollups.Rollups.FoldUsage;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the writer adds up, and the fold. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class RollupsTest {

    private static final Instant MIDNIGHT = Instant.parse("2026-11-21T00:00:00Z");
    private static final long DAY = Duration.ofDays(1).toMillis();

    private static final Usage USAGE = new Usage(ServiceTier.STANDARD, 100, 0, 30, 40, 10, 0, 0, 0, 30, 3);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void calls_that_end_in_one_quarter_are_one_row_of_their_key_and_model() {
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        call("t2", 0, figures(CallEnd.CANCELLED, 20_000));
        store.reserve("t3", "acc_1", 1_000, 1_000);
        close(new Release("t3", Ended.released(CallEnd.FAILED, Ended.course("main", "up", List.of())), store.now()));

        assertThat(
                        store.number(
                                "SELECT COUNT(*) FROM usage_quarter WHERE key_id = 'key_1' AND model = 'm' AND starts_at % 900000 = 0"))
                .isEqualTo(1);
        assertThat(quarters("calls")).isEqualTo(3);
        assertThat(quarters("failed")).isEqualTo(1);
        assertThat(quarters("cancelled")).isEqualTo(1);
        assertThat(quarters("charged_micros")).isEqualTo(700);
        assertThat(quarters("prompt_tokens")).isEqualTo(200);
        assertThat(quarters("cached_tokens")).isEqualTo(20);
        assertThat(quarters("completion_tokens")).isEqualTo(60);
        assertThat(quarters("thoughts_tokens")).isEqualTo(80);
        assertThat(quarters("searches")).isEqualTo(6);
        assertThat(quarters("saved_micros")).isEqualTo(12);
        assertThat(quarters("missed_micros")).isEqualTo(14);
        assertThat(quarters("first_0")).isEqualTo(1);
        assertThat(quarters("first_9")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resp_1", "batch_1/1"})
    void a_call_of_a_job_counts_and_gives_no_times(String requestId) {
        CallDetails ordinary = figures(CallEnd.COMPLETED, 90);
        call("t1", 700, ordinary);
        Course its = ordinary.course();
        Course ofJob = new Course(
                requestId,
                its.channel(),
                its.upstreamModel(),
                null,
                null,
                List.of(),
                its.costs(),
                null,
                null,
                null,
                null);
        call("t2", 700, new CallDetails(ordinary.end(), null, null, 0, null, ordinary.times(), ordinary.bill(), ofJob));
        assertThat(quarters("calls")).isEqualTo(2);
        assertThat(quarters("charged_micros")).isEqualTo(1_400);
        assertThat(quarters("first_0")).isEqualTo(1);
        assertThat(hours("first_0", "ending = 'completed'")).isEqualTo(1);
        long timed = ordinary.timedMillis();
        assertThat(timed).isPositive();
        assertThat(hours("timed_millis", "ending = 'completed'")).isEqualTo(timed);
    }

    @Test
    void the_operators_rows_have_channel_end_cost_and_shortfall() {
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        call("t2", 0, figures(CallEnd.CANCELLED, 90));

        assertThat(hours("cost_micros", "channel = 'main' AND upstream_model = 'up' AND ending = 'completed'"))
                .isEqualTo(11);
        assertThat(hours("shortfall_micros", "ending = 'completed'")).isEqualTo(5);
        assertThat(hours("calls", "ending = 'cancelled'")).isEqualTo(1);
        assertThat(hours("searches", "ending = 'completed'")).isEqualTo(3);
        assertThat(hours("charged_micros", "model = 'm'")).isEqualTo(700);
    }

    @Test
    void each_attempt_costs_in_the_row_of_its_own_channel() {
        List<AttemptCost> costs = List.of(
                new AttemptCost("main", "up", 11),
                new AttemptCost("other", "up", 7),
                new AttemptCost("other", "up", 5),
                new AttemptCost("other", "new", AttemptCost.UNKNOWN));
        call("t1", 700, details(CallEnd.COMPLETED, 90, costs, 700, 0));

        assertThat(hours("cost_micros", "channel = 'main'")).isEqualTo(11);
        assertThat(hours("cost_micros", "channel = 'other' AND upstream_model = 'up' AND ending = 'completed'"))
                .isEqualTo(12);
        assertThat(hours("calls", "channel = 'other'")).isZero();
        assertThat(hours("uncosted", "upstream_model = 'new'")).isEqualTo(1);
        assertThat(hours("uncosted", "upstream_model = 'up'")).isZero();
    }

    @Test
    void each_attempt_counts_in_the_row_of_its_own_channel() {
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        store.reserve("t2", "acc_1", 1_000, 1_000);
        List<Tried> tried = List.of(
                new Tried("other", "up", true), new Tried("other", "up", true), new Tried("main", "new", false));
        Course failed = new Course("", "other", "up", null, null, List.of(), List.of(), null, null, "{}", null, tried);
        close(new Release("t2", Ended.released(CallEnd.FAILED, failed), store.now()));
        store.reserve("t3", "acc_1", 1_000, 1_000);
        close(new Release("t3", Ended.released(CallEnd.FAILED, Ended.course("main", "up", List.of())), store.now()));

        assertThat(hours("attempts", "channel = 'main' AND upstream_model = 'up' AND ending = 'completed'"))
                .as("an ordinary call")
                .isEqualTo(1);
        assertThat(hours("attempts", "channel = 'other' AND ending = 'failed'")).isEqualTo(2);
        assertThat(hours("failed_attempts", "channel = 'other' AND ending = 'failed'"))
                .isEqualTo(2);
        assertThat(hours("attempts", "upstream_model = 'new' AND ending = 'failed'"))
                .isEqualTo(1);
        assertThat(hours("attempts", "1 = 1"))
                .as("none of a call without an attempt")
                .isEqualTo(4);
        assertThat(hours("failed_attempts", "channel = 'main'")).isZero();
    }

    @Test
    void an_account_has_the_cost_of_all_attempts_of_its_calls() {
        List<AttemptCost> costs = List.of(new AttemptCost("main", "up", 11), new AttemptCost("other", "up", 7));
        call("t1", 700, details(CallEnd.COMPLETED, 90, costs, 700, 0));

        assertThat(quarters("cost_micros")).isEqualTo(18);
        assertThat(quarters("costed")).isEqualTo(1);
    }

    @Test
    void a_call_with_an_attempt_of_unknown_cost_is_not_costed() {
        List<AttemptCost> costs =
                List.of(new AttemptCost("main", "up", 11), new AttemptCost("other", "new", AttemptCost.UNKNOWN));
        call("t1", 700, details(CallEnd.COMPLETED, 90, costs, 700, 0));

        assertThat(quarters("cost_micros")).isEqualTo(11);
        assertThat(quarters("costed")).isZero();
    }

    @Test
    void a_channel_counts_first_bytes_and_the_time_of_completed_output() {
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        call("t2", 0, figures(CallEnd.CANCELLED, 90));

        assertThat(hours("first_0", "channel = 'main'")).isEqualTo(2);
        assertThat(hours("timed_millis", "ending = 'completed'")).isEqualTo(40);
        assertThat(hours("timed_tokens", "ending = 'completed'"))
                .isEqualTo(USAGE.candidatesTokens() + USAGE.thoughtsTokens());
        assertThat(hours("timed_tokens + timed_millis", "ending = 'cancelled'")).isZero();
    }

    @Test
    void a_call_that_is_settled_twice_counts_once() {
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        close(new Settle("t1", 700, figures(CallEnd.COMPLETED, 90), store.now()));

        assertThat(quarters("calls")).isEqualTo(1);
        assertThat(quarters("charged_micros")).isEqualTo(700);
    }

    @Test
    void a_call_counts_at_the_time_of_its_entry() {
        store.setNow(MIDNIGHT.plusSeconds(1));
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        store.setNow(MIDNIGHT.minusSeconds(3_600));
        call("t2", 300, figures(CallEnd.COMPLETED, 90));

        assertThat(store.number("SELECT ended_at FROM call WHERE id = 't2'"))
                .isEqualTo(MIDNIGHT.plusSeconds(1).toEpochMilli());
        assertThat(store.number(
                        "SELECT charged_micros FROM usage_quarter WHERE starts_at = " + MIDNIGHT.toEpochMilli()))
                .isEqualTo(1_000);
    }

    @Test
    void what_was_entered_last_is_known_after_a_restart() {
        store.setNow(MIDNIGHT.plusSeconds(1));
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        store = store.reopened();
        store.setNow(MIDNIGHT.minusSeconds(3_600));
        call("t2", 300, figures(CallEnd.COMPLETED, 90));

        assertThat(store.number("SELECT ended_at FROM call WHERE id = 't2'"))
                .isEqualTo(MIDNIGHT.plusSeconds(1).toEpochMilli());
    }

    @Test
    void a_call_whose_server_died_counts_as_failed_when_that_is_found() {
        store.setNow(MIDNIGHT.minusSeconds(601));
        store.reserve("t1", "acc_1", 1_000, 1_000);
        store.setNow(MIDNIGHT.plusSeconds(86_400));
        ReleaseAbandoned expired = new ReleaseAbandoned(store.now());
        store.commit(expired, new CountAbandoned(expired));

        long end = MIDNIGHT.plusSeconds(86_400).toEpochMilli();
        assertThat(store.number("SELECT ended_at FROM call WHERE id = 't1'")).isEqualTo(end);
        assertThat(store.number("SELECT failed FROM usage_quarter WHERE starts_at = " + (end - end % 900_000)))
                .isEqualTo(1);
        assertThat(hours("calls", "ending = 'abandoned'")).isEqualTo(1);
    }

    @Test
    void a_refund_counts_in_its_own_time_for_the_calls_key_model_and_channel() {
        store.setNow(MIDNIGHT.minusSeconds(5));
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        store.setNow(MIDNIGHT);
        refund("t1", 300);
        refund("t1", 401);

        assertThat(store.number(
                        "SELECT refunded_micros FROM usage_quarter WHERE key_id = 'key_1' AND model = 'm' AND starts_at = "
                                + MIDNIGHT.toEpochMilli()))
                .isEqualTo(300);
        assertThat(quarters("calls")).isEqualTo(1);
        assertThat(hours("refunded_micros", "channel = 'main' AND starts_at = " + MIDNIGHT.toEpochMilli()))
                .isEqualTo(300);
    }

    @Test
    void closed_days_are_folded_and_old_quarters_go_then() {
        store.setNow(MIDNIGHT.plusMillis(-2 * DAY));
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        store.advance(Duration.ofHours(3));
        call("t2", 100, figures(CallEnd.COMPLETED, 90));
        store.setNow(MIDNIGHT.plusSeconds(10));
        call("t3", 50, figures(CallEnd.COMPLETED, 90));

        sweep(MIDNIGHT.plusSeconds(7_300));
        assertThat(store.number("SELECT charged_micros FROM usage_day")).isEqualTo(800);
        assertThat(store.number("SELECT calls FROM usage_day")).isEqualTo(2);
        assertThat(store.number("SELECT searches FROM usage_day")).isEqualTo(6);
        assertThat(quarters("charged_micros")).isEqualTo(850);

        sweep(MIDNIGHT.plusMillis(99 * DAY));
        assertThat(store.number("SELECT SUM(charged_micros) FROM usage_day")).isEqualTo(850);
        assertThat(quarters("charged_micros")).isEqualTo(850);

        for (int day = 1; day <= 99; day++) {
            store.setNow(MIDNIGHT.plusMillis(day * DAY));
            call("later" + day, 1, figures(CallEnd.COMPLETED, 90));
        }
        sweep(MIDNIGHT.plusMillis(103 * DAY));
        assertThat(store.number("SELECT SUM(charged_micros) FROM usage_day")).isEqualTo(850 + 99);
        assertThat(store.number("SELECT MIN(starts_at) FROM usage_quarter"))
                .isEqualTo(MIDNIGHT.plusMillis(DAY).toEpochMilli());
    }

    @Test
    void a_clock_that_was_wrong_for_minutes_erases_no_usage() {
        store.account("acc_2", 1_000_000);
        Instant noon = MIDNIGHT.plusSeconds(43_200);
        store.setNow(noon);
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        callOf("acc_2", "t2", 200);
        sweep(noon.plusSeconds(600));

        store.setNow(noon.plusMillis(120 * DAY));
        call("t3", 10, figures(CallEnd.COMPLETED, 90));
        sweep(noon.plusMillis(120 * DAY));
        store.setNow(noon.plusSeconds(1_200));
        callOf("acc_2", "t4", 30);

        for (Instant now : List.of(noon.plusSeconds(1_300), noon.plusMillis(DAY), noon.plusMillis(2 * DAY))) {
            sweep(now);
            assertThat(shown("acc_1", MIDNIGHT)).as("%s", now).isEqualTo(700);
            assertThat(shown("acc_2", MIDNIGHT)).as("%s", now).isEqualTo(230);
            assertThat(shown("acc_1", MIDNIGHT.plusMillis(120 * DAY))).isEqualTo(10);
        }
    }

    @Test
    void a_call_of_long_ago_is_shown_where_others_have_no_quarters() {
        for (int day = 0; day <= 100; day++) {
            store.setNow(MIDNIGHT.plusMillis(day * DAY));
            call("t" + day, 10, figures(CallEnd.COMPLETED, 90));
        }
        sweep(MIDNIGHT.plusMillis(110 * DAY));
        long folded = store.number("SELECT folded_until FROM usage_fold");
        assertThat(store.number("SELECT MIN(starts_at) FROM usage_quarter")).isGreaterThan(MIDNIGHT.toEpochMilli());

        store.setNow(MIDNIGHT.plusSeconds(5));
        store.account("acc_2", 1_000_000);
        callOf("acc_2", "late", 30);

        assertThat(shown("acc_1", MIDNIGHT)).isEqualTo(10);
        assertThat(shown("acc_2", MIDNIGHT)).isEqualTo(30);
        assertThat(store.number("SELECT folded_until FROM usage_fold")).isEqualTo(folded);
    }

    @Test
    void a_day_is_never_replaced_by_a_part_of_its_calls() throws SQLException {
        store.close();
        String url = stores == Stores.SQLITE ? "jdbc:sqlite:" + folder.resolve("tollgate.db") : Postgres.migrated();
        store = stores == Stores.SQLITE
                ? new BooksFixture(BooksFixture.tampered(folder))
                : new BooksFixture(BooksFixture.server(url));
        store.setNow(MIDNIGHT.minusSeconds(60));
        if (stores == Stores.POSTGRESQL) {
            store.account("acc_1", 1_000_000);
        }
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        callOf("acc_1", "t2", 100);
        sweep(MIDNIGHT.plusSeconds(9_000));
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM usage_quarter")).isPositive();
        }

        store.setNow(MIDNIGHT.minusSeconds(30));
        callOf("acc_1", "t3", 5);
        sweep(MIDNIGHT.plusSeconds(9_000));

        assertThat(shown("acc_1", MIDNIGHT.minusMillis(DAY))).isEqualTo(800);
    }

    @Test
    void a_day_is_folded_when_it_has_been_over_for_a_while() {
        store.setNow(MIDNIGHT.minusSeconds(5));
        call("t1", 700, figures(CallEnd.COMPLETED, 90));

        sweep(MIDNIGHT.plusSeconds(7_100));

        assertThat(store.number("SELECT COUNT(*) FROM usage_day")).isZero();
    }

    @Test
    void what_is_counted_into_a_day_that_was_folded_is_folded_too() {
        store.setNow(MIDNIGHT.minusSeconds(5));
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        sweep(MIDNIGHT.plusSeconds(9_000));
        store.account("acc_2", 1_000);
        store.setNow(MIDNIGHT.minusSeconds(3));
        store.reserve("t2", "acc_1", 1_000, 1_000);
        ReleaseAbandoned expired = new ReleaseAbandoned(store.now());
        store.commit(expired, new CountAbandoned(expired));
        assertThat(store.number("SELECT folded_until FROM usage_fold")).isEqualTo(MIDNIGHT.toEpochMilli() - DAY);

        sweep(MIDNIGHT.plusSeconds(9_000));

        assertThat(store.number("SELECT calls FROM usage_day")).isEqualTo(2);
        assertThat(store.number("SELECT charged_micros FROM usage_day")).isEqualTo(700);
        assertThat(store.number("SELECT folded_until FROM usage_fold")).isEqualTo(MIDNIGHT.toEpochMilli());
    }

    @Test
    void a_correction_is_added_unless_days_were_folded_since() {
        store.setNow(MIDNIGHT.minusSeconds(5));
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        sweep(MIDNIGHT.plusSeconds(9_000));
        List<Long> missing = new ArrayList<>(Collections.nCopies(UsageColumn.OF_ACCOUNTS.size(), 0L));
        missing.set(UsageColumn.OF_ACCOUNTS.indexOf(UsageColumn.CHARGED_MICROS), 50L);
        CorrectUsage.Row day = new CorrectUsage.Row(
                CorrectUsage.Of.DAY, MIDNIGHT.toEpochMilli() - DAY, List.of("acc_1", "key_1", "m"), missing);

        for (long foldedUntil : new long[] {MIDNIGHT.toEpochMilli() - DAY, MIDNIGHT.toEpochMilli()}) {
            CorrectUsage correction = new CorrectUsage(foldedUntil, List.of(day));
            store.commit(correction);
            boolean isNow = foldedUntil == MIDNIGHT.toEpochMilli();
            assertThat(correction.isDone()).isEqualTo(isNow);
            assertThat(store.number("SELECT charged_micros FROM usage_day")).isEqualTo(isNow ? 750 : 700);
        }
    }

    @Test
    void a_correction_of_a_labels_day_is_added() {
        long day = MIDNIGHT.toEpochMilli();
        store.execute(
                "INSERT INTO usage_label (account_id, day, number, model, calls, charged_micros) VALUES ('acc_1', "
                        + day + ", 7, 'm', 2, 50), ('acc_1', " + day + ", 8, 'm', 1, 20)");
        List<Long> missing = new ArrayList<>(Collections.nCopies(UsageColumn.OF_LABELS.size(), 0L));
        missing.set(UsageColumn.OF_LABELS.indexOf(UsageColumn.CHARGED_MICROS), -9L);
        store.commit(new CorrectUsage(
                0, List.of(new CorrectUsage.Row(CorrectUsage.Of.LABEL, day, List.of("acc_1", "7", "m"), missing))));
        assertThat(store.number("SELECT charged_micros FROM usage_label WHERE number = 7 AND calls = 2"))
                .isEqualTo(41);
        assertThat(store.number("SELECT charged_micros FROM usage_label WHERE number = 8"))
                .isEqualTo(20);
    }

    @Test
    void many_accounts_and_months_are_folded_in_small_steps() {
        store.setNow(MIDNIGHT.plusMillis(-70 * DAY));
        for (int i = 0; i < 45; i++) {
            store.account("acc_of" + i, 1_000);
            store.reserve("of" + i, "acc_of" + i, 1_000, 1_000);
            close(new Settle("of" + i, 10, figures(CallEnd.COMPLETED, 90), store.now()));
        }
        store.setNow(MIDNIGHT.minusSeconds(5));
        call("t1", 700, figures(CallEnd.COMPLETED, 90));
        store.setNow(MIDNIGHT.plusSeconds(9_000));

        FoldUsage first = new FoldUsage(store.now());
        store.commit(first);

        assertThat(first.isMore()).isTrue();
        assertThat(store.number("SELECT COUNT(*) FROM usage_day")).isLessThan(45);
        new Rollups(store.writer, store::now).sweep();
        assertThat(store.number("SELECT SUM(charged_micros) FROM usage_day")).isEqualTo(45 * 10 + 700);
    }

    private void sweep(Instant now) {
        store.setNow(now);
        new Rollups(store.writer, store::now).sweep();
    }

    private void refund(String id, long micros) {
        Refund refund = new Refund("acc_1", id, micros, "test", null, store.now());
        store.commit(refund, new CountRefund(refund));
    }

    /** What readers show of a day. */
    private long shown(String accountId, Instant day) {
        long from = day.toEpochMilli();
        return store.number("""
                SELECT COALESCE(SUM(charged_micros), 0) FROM (
                    SELECT account_id, starts_at, charged_micros FROM usage_day
                    WHERE starts_at < (SELECT folded_until FROM usage_fold)
                    UNION ALL
                    SELECT account_id, starts_at, charged_micros FROM usage_quarter
                    WHERE starts_at >= (SELECT folded_until FROM usage_fold)) AS counted
                WHERE account_id = '%s' AND starts_at >= %d AND starts_at < %d""".formatted(accountId, from, from + DAY));
    }

    private void callOf(String accountId, String id, long chargeMicros) {
        store.reserve(id, accountId, 1_000, 1_000);
        close(new Settle(id, chargeMicros, figures(CallEnd.COMPLETED, 90), store.now()));
    }

    /** @param details whose price of the counts is more than the charge by its shortfall */
    private void call(String id, long chargeMicros, CallDetails details) {
        store.reserve(id, "acc_1", 1_000, 1_000);
        close(new Settle(id, chargeMicros, details, store.now()));
    }

    private void close(Resolution resolution) {
        store.commit(resolution, new CountCall(resolution));
    }

    private static CallDetails figures(CallEnd end, long firstByteMillis) {
        return details(
                end,
                firstByteMillis,
                List.of(new AttemptCost("main", "up", 11)),
                end == CallEnd.COMPLETED ? 705 : 0,
                6);
    }

    private static CallDetails details(
            CallEnd end, long firstByteMillis, List<AttemptCost> costs, long dueMicros, long savedMicros) {
        CacheUsed cache = new CacheUsed("user", 0, null, null, null, savedMicros, savedMicros + 1);
        Course of = new Course("", "main", "up", null, null, List.of(), costs, null, cache, null, null);
        Times times = new Times(1, 2, firstByteMillis * 1_000, (firstByteMillis + 40) * 1_000, Times.NEVER);
        return Ended.charged(end, "answered", USAGE, dueMicros, times, of, BooksFixture.NOON);
    }

    private long quarters(String column) {
        return store.number("SELECT SUM(" + column + ") FROM usage_quarter");
    }

    private long hours(String column, String where) {
        return store.number("SELECT SUM(" + column + ") FROM usage_hour WHERE " + where);
    }
}
