package dev.tollgate.calls.jobs;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.RunningServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a job by the error of its try (J17, J19, J33). A door of the test makes the calls. */
@Timeout(120)
class JobRunnerTest {

    private static final KeyOwner OWNER = KeyOwner.account("key_1");
    private static final String ID = "chatcmpl-00000000000000000000001";
    private static final Instant NOON = BooksFixture.NOON;

    @TempDir
    Path data;

    private final Queue<String> tried = new ConcurrentLinkedQueue<>();
    private CallsFixture store;
    private Jobs jobs;
    private JobRunner runner;
    private volatile @Nullable ApiError error;
    private volatile Runnable whileTried = () -> {};
    private final CountDownLatch goesOn = new CountDownLatch(1);
    private String nodeId = "";

    @BeforeEach
    void open() {
        store = new CallsFixture(data);
        store.account("acc_1", 1_000_000);
        store.key("key_1", "acc_1", KeySettings.named("one"));
        jobs = new Jobs(store.database, store.writer, BooksFixture.SECRETS, store::now);
        runner = runner();
    }

    @AfterEach
    void close() {
        runner.stop();
        store.close();
    }

    private JobRunner runner() {
        return new JobRunner(
                jobs,
                store.keys,
                new JobRunner.Server(() -> nodeId, () -> true, () -> 0),
                Map.of(Job.Kind.RESPONSE, this::tryOnce),
                store::now);
    }

    private void tryOnce(Job job, byte[] request, KeyCaller caller, JobTrial trial) {
        tried.add(job.id() + " " + caller.key().id());
        whileTried.run();
        ApiError its = error;
        if (its != null) {
            throw its.asException();
        }
    }

    private void accept(String id) {
        byte[] request = new JobRequest(Map.of(), new byte[10], new byte[10]).packed();
        jobs.accept(id, "acc_1", OWNER, Job.Kind.RESPONSE, null, "", request);
    }

    private Job job() {
        return Objects.requireNonNull(jobs.find("acc_1", OWNER, ID));
    }

    /** Lets a round and its tries go by. */
    private Job afterRound() {
        runner.round();
        RunningServer.await("the end of tries", () -> runner.size() == 0);
        return job();
    }

    private @Nullable String trouble() {
        byte[] sealed = job().line().trouble();
        return sealed == null
                ? null
                : JobTrouble.of(Objects.requireNonNull(jobs.open(ID, 1, sealed)))
                        .message();
    }

    // ---- errors ----

    private static ApiError of(ErrorCode code) {
        return ApiError.of(code, "It is so.");
    }

    private static ApiError limit(@Nullable Duration frees, long held) {
        OfLimit.Spender spender = new OfLimit.Spender(OfLimit.Owner.KEY, "key_1", "");
        Instant at = frees == null ? null : NOON.plus(frees);
        return of(ErrorCode.SPEND_LIMIT_EXCEEDED)
                .lacking(new OfLimit(spender, OfLimit.Window.MONTH, null, 10, 10, held, held, 1, at));
    }

    /** As a budget without room says it. */
    private static ApiError busy() {
        MemoryBudget budget = new MemoryBudget(1_000);
        List<Lease> leases = IntStream.range(0, 9)
                .mapToObj(i -> budget.lease("acc_" + i, null, false))
                .toList();
        ApiException refused = assertThrows(ApiException.class, () -> leases.forEach(each -> each.take(240)));
        return refused.error();
    }

    static Stream<Arguments> errors() {
        ApiError credits = of(ErrorCode.INSUFFICIENT_CREDITS);
        Shortage.Withheld other = new Shortage.Withheld(1, "gemini", List.of("imagen"), 0, 0, null);
        return Stream.of(
                arguments("no credits", credits.lacking(new Shortage.OfCredits(5L, 0, 0)), "credits", 60, 0),
                arguments("held credits", credits.lacking(new Shortage.OfCredits(5L, 0, 9)), "credits", 5, 0),
                arguments(
                        "a grant of another model",
                        credits.lacking(new Shortage.OfCredits(5L, 0, 0, other)),
                        "credits",
                        60,
                        0),
                arguments("not asked again", credits.doNotRetry(), "credits", 60, 0),
                arguments("a limit that begins again soon", limit(Duration.ofSeconds(30), 0), "limit", 30, 0),
                arguments("a limit that may be raised before", limit(Duration.ofHours(3), 0), "limit", 60, 0),
                arguments("a limit of calls that run", limit(Duration.ofHours(3), 4), "limit", 5, 0),
                arguments("a limit for ever", limit(null, 0), "limit", 60, 0),
                arguments("a rate", ApiError.later("Too many.", Duration.ofSeconds(20)), "rates", 20, 0),
                arguments("a rate without a time", of(ErrorCode.RATE_LIMIT_EXCEEDED), "rates", 60, 0),
                arguments("a key", of(ErrorCode.INVALID_API_KEY), "key", 60, 0),
                arguments("a paused team", of(ErrorCode.INVALID_API_KEY).withStatus(403), "key", 60, 0),
                arguments("a busy provider", of(ErrorCode.UPSTREAM_ERROR), "", 10, 1),
                arguments("a slow provider", of(ErrorCode.UPSTREAM_ERROR).withStatus(504), "", 10, 1),
                arguments("a fault", of(ErrorCode.INTERNAL_ERROR), "", 10, 1),
                arguments("short memory", busy(), "", 10, 0),
                arguments("a silent database", of(ErrorCode.INTERNAL_ERROR).withStatus(503), "", 10, 0),
                arguments("a provider's refusal", of(ErrorCode.UPSTREAM_ERROR).doNotRetry(), "failed", 0, 0),
                arguments("a field", of(ErrorCode.INVALID_REQUEST), "failed", 0, 0),
                arguments("a long prompt", of(ErrorCode.CONTEXT_LENGTH_EXCEEDED), "failed", 0, 0),
                arguments("a forgotten response", of(ErrorCode.PREVIOUS_RESPONSE_NOT_FOUND), "failed", 0, 0),
                arguments("a retired model", of(ErrorCode.MODEL_NOT_FOUND), "failed", 0, 0),
                arguments("a ceiling", of(ErrorCode.PRICE_ABOVE_LIMIT), "failed", 0, 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("errors")
    void each_error_lets_it_wait_or_end(String what, ApiError its, String then, int seconds, int tries) {
        error = its;
        accept(ID);
        Job job = afterRound();
        boolean fails = then.equals("failed");
        assertThat(job.state()).isEqualTo(fails ? Job.State.FAILED : Job.State.OPEN);
        assertThat(job.pause() == null ? "" : job.pause().code()).isEqualTo(fails ? "" : then);
        assertThat(job.nodeId()).as("taken").isEmpty();
        assertThat(trouble()).isEqualTo(its.message());
        if (!fails) {
            assertThat(job.line().tries()).isEqualTo(tries);
            assertThat(Duration.between(NOON, job.dueAt()).toSeconds()).isEqualTo(seconds);
        }
    }

    @Test
    void the_fourth_failure_is_the_last() {
        error = of(ErrorCode.UPSTREAM_ERROR);
        accept(ID);
        Instant at = NOON;
        for (long pause : new long[] {10, 60, 300}) {
            store.setNow(at);
            Job job = afterRound();
            assertThat(Duration.between(at, job.dueAt()).toSeconds()).isEqualTo(pause);
            at = job.dueAt();
        }
        store.setNow(at.minusMillis(1));
        assertThat(afterRound().isOpen()).isTrue();
        assertThat(tried).hasSize(3);
        store.setNow(at);
        assertThat(afterRound().state()).isEqualTo(Job.State.FAILED);
        assertThat(tried).hasSize(4);
    }

    @Test
    void a_pause_costs_no_try_and_ends_by_itself() {
        error = of(ErrorCode.UPSTREAM_ERROR);
        accept(ID);
        afterRound();
        Instant at = job().dueAt();
        error = of(ErrorCode.INSUFFICIENT_CREDITS);
        for (int i = 0; i < 10; i++) {
            store.setNow(at);
            Job job = afterRound();
            assertThat(job.pausedAt()).as("since when").isEqualTo(NOON.plusSeconds(10));
            at = job.dueAt();
        }
        error = of(ErrorCode.UPSTREAM_ERROR);
        store.setNow(at);
        Job job = afterRound();
        assertThat(job.pause()).isNull();
        assertThat(job.line().tries()).isEqualTo(2);
    }

    @Test
    void after_a_day_it_fails_with_the_last_reason() {
        error = of(ErrorCode.INSUFFICIENT_CREDITS);
        accept(ID);
        store.setNow(NOON.plus(Job.OPEN_MAX).minusSeconds(30));
        assertThat(afterRound().dueAt()).as("not beyond its day").isEqualTo(NOON.plus(Job.OPEN_MAX));
        store.setNow(NOON.plus(Job.OPEN_MAX));
        assertThat(afterRound().state()).isEqualTo(Job.State.FAILED);
        assertThat(trouble()).isEqualTo("The answer was not begun within 24 hours. It is so. Nothing was charged.");
        assertThat(tried).hasSize(1);
    }

    // ---- keys ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UPDATE api_key SET disabled = 1             | UPDATE api_key SET disabled = 0
            UPDATE api_key SET deleted_at = 1           | UPDATE api_key SET deleted_at = NULL
            UPDATE api_key SET expires_at = 1           | UPDATE api_key SET expires_at = NULL
            UPDATE account SET blocked = 1              | UPDATE account SET blocked = 0
            """)
    void a_key_that_cannot_be_used_lets_it_wait(String change, String back) {
        error = of(ErrorCode.INVALID_REQUEST);
        accept(ID);
        store.execute(change);
        Job job = afterRound();
        assertThat(job.pause()).isEqualTo(Job.Pause.KEY);
        assertThat(tried).isEmpty();
        store.execute(back);
        store.setNow(job.dueAt());
        assertThat(afterRound().isOpen()).isFalse();
        assertThat(tried).hasSize(1);
    }

    @Test
    void a_team_that_is_paused_lets_it_wait() {
        store.execute(
                "INSERT INTO team (id, account_id, name, created_at, paused) VALUES ('team_1', 'acc_1', 'Search', 1, 1)");
        store.execute("UPDATE api_key SET team_id = 'team_1'");
        accept(ID);
        assertThat(afterRound().pause()).isEqualTo(Job.Pause.KEY);
        assertThat(trouble()).contains("Search").contains("paused");
    }

    @Test
    void a_key_that_was_moved_pays_under_its_new_id() {
        error = of(ErrorCode.INVALID_REQUEST);
        accept(ID);
        store.key("key_2", "acc_1", KeySettings.named("two"));
        store.execute("UPDATE api_key SET origin_id = 'key_1' WHERE id = 'key_2'");
        store.execute("UPDATE api_key SET moved_to = 'key_2', deleted_at = 1 WHERE id = 'key_1'");
        afterRound();
        assertThat(tried).containsExactly(ID + " key_2");
    }

    // ---- cancelled, lost, stopped ----

    @Test
    void an_answer_that_is_cancelled_before_its_call_has_one_end() {
        cancelBeforeItsCall();
        assertThat(job().isOpen()).as("its server ends it").isTrue();
        runner.cancel(ID);
        goesOn.countDown();
        RunningServer.await("the end", () -> runner.size() == 0);
        assertThat(job().state()).isEqualTo(Job.State.CANCELLED);
        assertThat(job().line().tries()).isZero();
        assertThat(jobs.cancel("acc_1", OWNER, ID, false)).isEqualTo(Cancelled.ENDED_BEFORE);
    }

    @Test
    void a_try_that_fails_while_another_server_cancels_it_ends_soon() {
        cancelBeforeItsCall();
        error = limit(Duration.ofHours(3), 0);
        goesOn.countDown();
        RunningServer.await("the end of the try", () -> runner.size() == 0);
        store.setNow(NOON.plusSeconds(2));
        assertThat(afterRound().state()).isEqualTo(Job.State.CANCELLED);
        assertThat(tried).hasSize(1);
    }

    private void cancelBeforeItsCall() {
        CountDownLatch begun = new CountDownLatch(1);
        whileTried = () -> {
            begun.countDown();
            await(goesOn);
        };
        error = of(ErrorCode.UPSTREAM_ERROR);
        accept(ID);
        runner.round();
        await(begun);
        assertThat(jobs.cancel("acc_1", OWNER, ID, false)).isEqualTo(Cancelled.RUNNING);
    }

    @Test
    void a_server_that_has_lost_its_jobs_changes_them_no_more() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        whileTried = () -> {
            begun.countDown();
            await(goesOn);
        };
        error = of(ErrorCode.INVALID_REQUEST);
        accept(ID);
        runner.round();
        await(begun);
        store.execute("INSERT INTO node (id, lease_until) VALUES ('another', 1)");
        store.execute("UPDATE job SET node_id = 'another'");
        goesOn.countDown();
        RunningServer.await("the end", () -> runner.size() == 0);
        assertThat(job().state()).isEqualTo(Job.State.OPEN);
        assertThat(job().nodeId()).isEqualTo("another");
    }

    @Test
    void a_server_that_joins_again_takes_what_it_had() {
        nodeId = "first";
        CountDownLatch goesOn = new CountDownLatch(1);
        whileTried = () -> await(goesOn);
        error = of(ErrorCode.INVALID_REQUEST);
        accept(ID);
        runner.round();
        RunningServer.await("the first try", () -> tried.size() == 1);
        nodeId = "second";
        whileTried = () -> {};
        error = of(ErrorCode.INSUFFICIENT_CREDITS);
        runner.round();
        RunningServer.await("the second try", () -> job().pause() != null);
        assertThat(tried).hasSize(2);
        goesOn.countDown();
    }

    @Test
    void a_running_line_without_a_hold_costs_a_try() {
        accept(ID);
        store.execute("INSERT INTO job_line (job_id, line, state, call_id, tries) VALUES ('" + ID
                + "', 1, 'running', 'chatcmpl-1', 0)");
        Job job = afterRound();
        assertThat(tried).isEmpty();
        assertThat(job.line().tries()).isEqualTo(1);
        assertThat(job.line().runs()).isFalse();
        assertThat(job.dueAt()).isEqualTo(NOON.plus(JobRunner.EVERY));
    }

    @Test
    void a_job_fails_after_its_fourth_lost_run() {
        accept(ID);
        store.execute("INSERT INTO job_line (job_id, line, state, call_id, tries) VALUES ('" + ID
                + "', 1, 'running', 'chatcmpl-1', 3)");
        afterRound();
        store.setNow(job().dueAt());
        assertThat(afterRound().state()).isEqualTo(Job.State.FAILED);
        assertThat(trouble()).contains("have stopped before its end");
    }

    @Test
    void a_server_that_stops_gives_back_what_it_had_without_a_try() {
        CountDownLatch goesOn = new CountDownLatch(1);
        whileTried = () -> await(goesOn);
        error = of(ErrorCode.INTERNAL_ERROR).withStatus(503);
        accept(ID);
        runner.round();
        RunningServer.await("a try", () -> tried.size() == 1);
        runner.stop();
        goesOn.countDown();
        RunningServer.await("the end", () -> runner.size() == 0);
        runner.leave();
        assertThat(job().nodeId()).isEmpty();
        assertThat(job().line().tries()).isZero();
        runner.round();
        assertThat(tried).as("a stopped server").hasSize(1);
        runner = runner();
        whileTried = () -> {};
        error = of(ErrorCode.INVALID_REQUEST);
        store.setNow(NOON.plusSeconds(10));
        assertThat(afterRound().isOpen()).isFalse();
    }

    @Test
    void a_fault_of_a_door_lets_it_be_tried_again() {
        whileTried = () -> {
            throw new IllegalStateException("as told");
        };
        accept(ID);
        assertThat(afterRound().line().tries()).isEqualTo(1);
    }

    // ---- turns ----

    @Test
    void what_is_accepted_during_a_round_is_begun_without_a_sweep() {
        error = of(ErrorCode.INVALID_REQUEST);
        whileTried = () -> {
            if (tried.size() < 20) {
                accept("chatcmpl-other" + tried.size());
                runner.wake();
            }
        };
        accept("chatcmpl-other0");
        runner.wake();
        RunningServer.await("all tries", () -> tried.size() == 20);
    }

    @Test
    void a_server_begins_few_at_once_and_all_soon() {
        error = of(ErrorCode.INVALID_REQUEST);
        IntStream.range(0, 30).forEach(i -> accept("chatcmpl-many" + i));
        long began = System.nanoTime();
        runner.wake();
        RunningServer.await("all tries", () -> tried.size() == 30);
        long least = (30 - Pace.AT_ONCE) * 1_000_000_000L / Pace.STARTS_A_SECOND;
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(least);
    }

    @Test
    void an_account_has_its_part_of_a_server() {
        CountDownLatch goesOn = new CountDownLatch(1);
        whileTried = () -> await(goesOn);
        error = of(ErrorCode.INVALID_REQUEST);
        store.account("acc_2", 1_000_000);
        store.key("key_2", "acc_2", KeySettings.named("two"));
        IntStream.range(0, 40).forEach(i -> accept("chatcmpl-many" + i));
        store.setNow(NOON.plusSeconds(1));
        byte[] request = new JobRequest(Map.of(), new byte[10], new byte[10]).packed();
        jobs.accept("chatcmpl-late", "acc_2", KeyOwner.account("key_2"), Job.Kind.RESPONSE, null, "", request);
        runner.wake();
        RunningServer.await("its part", () -> tried.size() == JobRunner.RUNNING_OF_ACCOUNT_MAX + 1);
        assertThat(tried).contains("chatcmpl-late key_2");
        goesOn.countDown();
        RunningServer.await("all", () -> tried.size() == 41 && runner.size() == 0);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
