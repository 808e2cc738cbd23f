package dev.tollgate.calls.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.RunningServer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a batch by the ends of its lines' tries (J17, J19). A door of the test makes the calls. */
@Timeout(60)
class BatchRunnerTest {

    private static final KeyOwner OWNER = KeyOwner.account("key_1");
    private static final String ID = "chatcmpl-00000000000000000000001";
    private static final byte[] DETAILS = {1};
    private static final ApiError RATE = ApiError.later("Too many.", Duration.ofSeconds(5));

    @TempDir
    Path data;

    private final Queue<Integer> tried = new ConcurrentLinkedQueue<>();
    private final Map<Integer, JobTrial> running = new ConcurrentHashMap<>();
    private CallsFixture store;
    private Jobs jobs;
    private Batches batches;
    private BatchRunner runner;

    /** Returns how the try of a line ends; null for one that runs on. */
    private volatile Behaviour behaviour = _ -> ApiError.invalid("n", "No.");

    private interface Behaviour {
        @Nullable
        ApiError end(int line);
    }

    @BeforeEach
    void open() {
        store = new CallsFixture(data);
        store.account("acc_1", 1_000_000);
        store.key("key_1", "acc_1", KeySettings.named("one"));
        jobs = new Jobs(store.database, store.writer, BooksFixture.SECRETS, store::now);
        batches = new Batches(store.database, jobs, store::now);
        runner = runner();
    }

    @AfterEach
    void close() {
        runner.close();
        store.close();
    }

    private BatchRunner runner() {
        return new BatchRunner(
                jobs,
                batches,
                store.keys,
                new JobRunner.Server(() -> "", () -> true, () -> 0),
                new Inputs(),
                new Door(),
                new AnswerRoom(1 << 20, Runnable::run),
                8,
                new Random(1),
                store::now);
    }

    private final class Inputs implements LineQueue.Inputs {

        @Override
        public @Nullable StoredFile find(Batch batch) {
            return store.files.find("acc_1", FilePurpose.BATCH, batch.inputId());
        }

        @Override
        public InputStream from(StoredFile file, long place) {
            return store.files.pieces().from(file, place);
        }

        @Override
        public boolean hasRoom(String accountId) {
            return true;
        }
    }

    private final class Door implements LineDoor {

        private int lines;

        @Override
        public CheckedLines check(
                String endpoint, KeyCaller caller, byte[] details, InputStream input, BooleanSupplier stopped) {
            lines = (int) store.number("SELECT bytes FROM stored_file") / 2;
            return new CheckedLines(lines, 0, 1_000, details, false);
        }

        @Override
        public Prepared prepare(
                String id, String endpoint, byte[] details, long line, byte[] bytes, KeyCaller caller, JobTrial trial) {
            int number = Math.toIntExact(line);
            tried.add(number);
            ApiError error = behaviour.end(number);
            return new Prepared() {

                @Override
                public String customId() {
                    return "l" + number;
                }

                @Override
                public String modelId() {
                    return "m";
                }

                @Override
                public long mostMicros() {
                    return 1;
                }

                @Override
                public void start() {
                    if (error != null) {
                        trial.refused(error);
                    } else {
                        running.put(number, trial);
                        trial.admitted();
                    }
                }
            };
        }

        @Override
        public String customId(byte[] line) {
            return "x";
        }

        @Override
        public byte[] detailsWith(byte[] details, @Nullable JobTrouble reason) {
            return details;
        }
    }

    /** Begins a batch of lines with one character. */
    private void begin(int lines) {
        byte[] content = "x\n".repeat(lines).getBytes(StandardCharsets.UTF_8);
        StoredFile begun = store.files.begin(
                "acc_1", OWNER, FilePurpose.BATCH, new Announced("in", "application/jsonl", content.length));
        StoredFile file = Objects.requireNonNull(store.files.end(begun, content, "", FilePurpose.BATCH.kept()));
        batches.accept(ID, "acc_1", OWNER, null, "", "/v1/x", file.id(), Duration.ofDays(1), DETAILS);
        runner.round();
    }

    private Batch batch() {
        return Objects.requireNonNull(batches.find("acc_1", OWNER, ID));
    }

    private void await(String what, BooleanSupplier condition) {
        RunningServer.await(what, condition::getAsBoolean);
    }

    private void awaitPause() {
        await("a pause", () -> batch().job().pause() != null);
    }

    /** Moves the clock, and lets a round begin what is due. */
    private void later(Duration time) {
        Instant now = store.now().plus(time);
        store.setNow(now);
        runner.round();
    }

    private long tries(int line) {
        return store.number("SELECT COALESCE(SUM(tries), 0) FROM job_line WHERE line = " + line);
    }

    // ---- rates ----

    @Test
    void rates_hold_lines_back_without_a_pause_while_others_run() {
        behaviour = line -> line == 1 ? null : RATE;
        begin(3);
        for (int i = 1; i <= 4; i++) {
            int its = i;
            await("refusal " + i, () -> runner.ended(TryEnd.PAUSED) >= its);
            store.setNow(store.now().plusSeconds(10));
        }
        behaviour = _ -> ApiError.invalid("n", "No.");
        await("the others", () -> {
            store.setNow(store.now().plusSeconds(5));
            return batch().failed() == 2;
        });
        assertThat(batch().job().pause()).isNull();
        running.get(1).refused(ApiError.invalid("n", "No."));
        await("the end", () -> !batch().job().isOpen());
    }

    @Test
    void rates_pause_a_batch_that_starts_nothing_for_15_seconds() {
        behaviour = line -> line == 1 ? null : RATE;
        begin(2);
        await("a refusal", () -> tried.contains(2));
        running.get(1).refused(ApiError.invalid("n", "No."));
        await("the first end", () -> batch().failed() == 1);
        await("a pause", () -> {
            store.setNow(store.now().plusMillis(200));
            return batch().job().pause() != null;
        });
        assertThat(batch().job().pause()).isEqualTo(Job.Pause.RATES);
        assertThat(batch().job().pausedAt()).isAfterOrEqualTo(BooksFixture.NOON.plusSeconds(10));
        behaviour = _ -> ApiError.invalid("n", "No.");
        later(Duration.ofSeconds(5));
        await("the end", () -> !batch().job().isOpen());
    }

    @Test
    void rates_pause_a_batch_that_has_not_begun() {
        behaviour = _ -> RATE;
        begin(2);
        awaitPause();
        assertThat(batch().job().pause()).isEqualTo(Job.Pause.RATES);
        assertThat(batch().job().dueAt()).isEqualTo(store.now().plusSeconds(5));
    }

    @Test
    void a_pause_lasts_until_the_deadline_at_most() {
        behaviour = _ -> RATE;
        begin(1);
        awaitPause();
        Instant deadline = batch().job().deadline();
        later(Duration.between(store.now(), deadline.minusSeconds(2)));
        await("another pause", () -> batch().job().dueAt().equals(deadline));
        later(Duration.ofSeconds(2));
        await("the end", () -> !batch().job().isOpen());
    }

    // ---- faults ----

    @Test
    void a_line_that_a_fault_ends_stops_no_other_and_fails_after_four() {
        behaviour = line -> {
            if (line == 1) {
                throw new IllegalStateException("a fault of the test");
            }
            return ApiError.invalid("n", "No.");
        };
        begin(3);
        await("the others", () -> batch().failed() == 2);
        for (int tries = 1; tries <= 3; tries++) {
            int its = tries;
            await("try " + tries, () -> tries(1) == its);
            store.setNow(store.now().plus(Duration.ofMinutes(10)));
        }
        await("the end", () -> !batch().job().isOpen());
        assertThat(batch().job().state()).isEqualTo(Job.State.COMPLETED);
        assertThat(batch().failed()).isEqualTo(3);
        assertThat(store.number("SELECT status FROM job_line WHERE line = 1")).isEqualTo(500);
    }

    @Test
    void tries_without_a_hold_count_after_a_restart() {
        behaviour = _ -> ApiError.of(ErrorCode.INTERNAL_ERROR, "A fault.");
        begin(1);
        for (int tries = 1; tries <= 3; tries++) {
            int its = tries;
            await("try " + tries, () -> tries(1) == its);
            runner.close();
            runner = runner();
            jobs.leave(Jobs.runner(""));
            later(Duration.ofMinutes(10));
        }
        await("the end", () -> !batch().job().isOpen());
        assertThat(batch().failed()).isEqualTo(1);
        assertThat(tried).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"503, false, false", "503, true, true", "504, false, true"})
    void a_failure_is_a_try_unless_the_provider_was_busy(int status, boolean heard, boolean isTry) {
        ApiError error = ApiError.of(ErrorCode.UPSTREAM_ERROR, "No.").withStatus(status);
        LineVerdict verdict = LineVerdict.of(error, heard, 0, 0, BooksFixture.NOON, new Random(1));
        assertThat(verdict).isInstanceOfSatisfying(LineVerdict.Again.class, again -> assertThat(again.isTry())
                .isEqualTo(isTry));
    }

    /** What the provider refuses is no try: a restart only shortens the next wait. */
    @Test
    void refusals_of_the_provider_fail_no_line() {
        behaviour = _ -> ApiError.of(ErrorCode.UPSTREAM_ERROR, "Busy.").withStatus(503);
        begin(1);
        for (int i = 1; i <= 4; i++) {
            int its = i;
            await("try " + i, () -> runner.ended(TryEnd.RETRIED) >= its);
            store.setNow(store.now().plus(Duration.ofMinutes(80)));
        }
        assertThat(batch().job().isOpen()).isTrue();
        assertThat(tries(1)).isZero();
    }
}
