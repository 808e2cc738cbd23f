package dev.tollgate.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.jobs.BatchChange.LineCharged;
import dev.tollgate.jobs.BatchChange.LineRefused;
import dev.tollgate.jobs.JobChange.Accepted;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class BatchesTest {

    private static final KeyOwner OWNER = KeyOwner.account("key_1");
    private static final String ID = "chatcmpl-1";
    private static final byte[] DETAILS = {1, 2, 3};
    private static final Batch.Tokens TOKENS = new Batch.Tokens(10, 4, 6, 2);

    @TempDir
    Path data;

    private KeysFixture store;
    private Jobs jobs;
    private Batches batches;

    private void open(Stores stores) {
        store = stores == Stores.SQLITE ? new KeysFixture(data) : KeysFixture.shared(Postgres.migrated());
        store.account("acc_1", 1_000_000);
        jobs = new Jobs(store.database, store.writer, BooksFixture.SECRETS, store::now);
        batches = new Batches(store.database, jobs, store::now);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Accepted accept(String id) {
        return batches.accept(
                id, "acc_1", OWNER, null, "body", "/v1/chat/completions", "input", Duration.ofDays(9), DETAILS);
    }

    private Batch batch() {
        return batches.find("acc_1", OWNER, ID);
    }

    private void take(String node) {
        List<Job> taken = jobs.takeBatches(node, 100, new Jobs.Hand() {

            @Override
            public boolean has(String id) {
                return false;
            }

            @Override
            public boolean hasRoom(String accountId, int further) {
                return true;
            }

            @Override
            public boolean mayRetry(String accountId, int further) {
                return true;
            }
        });
        assertThat(taken).isNotEmpty();
    }

    private void check(String node, long lines) {
        jobs.commit(new BatchChange.Checked(ID, node, store.now(), lines, 10, 9_000, jobs.seal(ID, 0, DETAILS)));
    }

    private boolean claim(long line, String callId, String node) {
        JobParts.Claim claim = new JobParts.Claim(ID, line, 7 * line, callId, node);
        store.writer.commitAndWait(Unit.of(claim));
        return claim.outcome();
    }

    private LineCharged answer(long line, String callId, long micros) {
        store.reserve(callId, "acc_1", 300, 300);
        Settle settle = Ended.settle(callId, micros, store.now());
        return new LineCharged(ID, line, settle, jobs.seal(ID, line, new byte[] {9}), 50, TOKENS);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_batch_counts_what_its_lines_end_with(Stores stores) {
        open(stores);
        assertThat(accept(ID)).isInstanceOf(Accepted.Now.class);
        assertThat(batch().isValidating()).isTrue();
        take("node_1");
        check("node_1", 4);
        assertThat(batch().isValidating()).isFalse();
        LineCharged[] answers = new LineCharged[3];
        for (int i = 0; i < 3; i++) {
            assertThat(claim(i + 1, "call_" + i, "node_1")).isTrue();
            answers[i] = answer(i + 1, "call_" + i, 100);
        }
        store.commit(answers[0].settle(), answers[0]);
        store.commit(answers[1].settle(), answers[1]);
        store.commit(answers[2].settle(), answers[2]);
        jobs.commit(new LineRefused(ID, "node_1", 4, 28, 400, jobs.seal(ID, 4, new byte[] {8}), 30));
        jobs.commit(new BatchChange.BatchEnded(ID, "node_1", Job.State.COMPLETED, store.now()));
        Batch batch = batch();
        assertThat(batch.job().state()).isEqualTo(Job.State.COMPLETED);
        assertThat(batch.job().chargedMicros()).isEqualTo(300);
        assertThat(List.of(batch.lines(), batch.completed(), batch.failed(), batch.outputBytes(), batch.errorBytes()))
                .containsExactly(4L, 3L, 1L, 150L, 30L);
        assertThat(batch.tokens()).isEqualTo(new Batch.Tokens(30, 12, 18, 6));
        assertThat(batches.results(batch, 0, false, 1).stream().map(Batches.Result::line))
                .containsExactly(1L);
        assertThat(batches.results(batch, 0, false, 1 << 20).stream().map(Batches.Result::line))
                .containsExactly(1L, 2L, 3L);
        Batches.Result error = batches.results(batch, 0, true, 1).getFirst();
        assertThat(error.packed()).containsExactly(8);
        assertThat(List.of(error.status(), error.place())).containsExactly(400, 28L);
        assertThat(batches.rows(ID).ended().cardinality()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void one_commit_counts_all_ends_of_lines(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        check("node_1", 9);
        List<LineRefused> all = IntStream.rangeClosed(1, 5)
                .mapToObj(line -> new LineRefused(ID, "node_1", line, 0, 400, jobs.seal(ID, line, new byte[] {8}), 30))
                .toList();
        store.writer.commitAndWait(Unit.of(all.toArray(LineRefused[]::new)));
        assertThat(batch().failed()).isEqualTo(5);
        assertThat(batch().errorBytes()).isEqualTo(150);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_server_that_has_lost_a_batch_changes_nothing(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        check("node_2", 4);
        assertThat(batch().isValidating()).isTrue();
        check("node_1", 4);
        assertThat(claim(1, "call_1", "node_2")).isFalse();
        jobs.commit(new LineRefused(ID, "node_2", 1, 0, 400, jobs.seal(ID, 1, new byte[] {8}), 30));
        jobs.commit(new BatchChange.BatchEnded(ID, "node_2", Job.State.COMPLETED, store.now()));
        assertThat(batch().failed()).isZero();
        assertThat(batch().job().isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_batch_with_a_running_line_does_not_end(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        check("node_1", 1);
        claim(1, "call_1", "node_1");
        jobs.commit(new BatchChange.BatchEnded(ID, "node_1", Job.State.COMPLETED, store.now()));
        assertThat(batch().job().isOpen()).isTrue();
        jobs.commit(new JobChange.Lost(ID, 1, "call_1"));
        assertThat(batches.rows(ID).open().getFirst().tries()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_try_without_a_hold_is_counted(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        check("node_1", 2);
        jobs.commit(new BatchChange.LineWaits(ID, "node_2", 1, 7, store.now(), 1));
        assertThat(batches.rows(ID).open()).isEmpty();
        jobs.commit(new BatchChange.LineWaits(ID, "node_1", 1, 7, store.now(), 1));
        jobs.commit(new BatchChange.LineWaits(ID, "node_1", 1, 7, store.now().plusSeconds(9), 1));
        assertThat(batches.rows(ID).open())
                .containsExactly(
                        new Batches.OpenLine(1, 7, false, null, 2, store.now().plusSeconds(9)));
        claim(1, "call_1", "node_1");
        jobs.commit(new BatchChange.LineWaits(ID, "node_1", 1, 7, store.now(), 1));
        assertThat(batches.rows(ID).open().getFirst().tries())
                .as("of a line that runs")
                .isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_projection_never_exceeds_the_most(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        check("node_1", 200);
        String counts = "UPDATE batch SET completed = %d";
        store.execute("UPDATE job SET charged_micros = 4000");
        store.execute(counts.formatted(99));
        assertThat(batch().projectedMicros()).as("too early").isNull();
        store.execute(counts.formatted(100));
        assertThat(batch().projectedMicros()).isEqualTo(8_000);
        store.execute("UPDATE job SET charged_micros = 4501");
        assertThat(batch().projectedMicros()).as("of at most 9,000").isEqualTo(9_000);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void an_account_has_at_most_four_open_batches(Stores stores) {
        open(stores);
        for (int i = 1; i <= 4; i++) {
            assertThat(accept("chatcmpl-" + i)).isInstanceOf(Accepted.Now.class);
        }
        assertThat(accept("chatcmpl-5")).isEqualTo(new Accepted.TooMany(4));
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void batches_are_listed_the_newest_first_in_pages(Stores stores) {
        open(stores);
        for (int i = 1; i <= 3; i++) {
            accept("chatcmpl-" + i);
        }
        List<Batch> first = batches.list("acc_1", OWNER, null, 2);
        assertThat(first.stream().map(Batch::id)).containsExactly("chatcmpl-3", "chatcmpl-2");
        assertThat(batches.list("acc_1", OWNER, first.getLast(), 2).stream().map(Batch::id))
                .containsExactly("chatcmpl-1");
        assertThat(batches.list("acc_1", new KeyOwner("mem_1", "", "key_2"), null, 2))
                .isEmpty();
        assertThat(batches.reads("acc_1", "input")).isTrue();
        assertThat(batches.reads("acc_1", "other")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void results_and_batches_go_in_small_steps(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        check("node_1", 1_200);
        for (int line = 1; line <= 1_200; line++) {
            jobs.commit(new LineRefused(ID, "node_1", line, 0, 400, jobs.seal(ID, line, new byte[] {8}), 30));
        }
        jobs.commit(new BatchChange.BatchEnded(ID, "node_1", Job.State.FAILED, store.now()));
        batches.deleteResults(batch());
        assertThat(batch().hasResults(store.now())).isFalse();
        jobs.sweep();
        assertThat(store.number("SELECT COUNT(*) FROM job_line WHERE line > 0 AND sealed IS NOT NULL"))
                .isZero();
        assertThat(store.number("SELECT sealed_bytes FROM job"))
                .isEqualTo(store.number("SELECT LENGTH(sealed) FROM job_line WHERE line = 0"));
        assertThat(batch().failed()).isEqualTo(1_200);
        store.setNow(BooksFixture.NOON.plus(Job.KEPT_FREE).plusSeconds(1));
        assertThat(batch()).isNull();
        jobs.sweep();
        assertThat(
                        store.number(
                                "SELECT (SELECT COUNT(*) FROM job) + (SELECT COUNT(*) FROM batch) + (SELECT COUNT(*) FROM job_line)"))
                .isZero();
    }

    /** Its time until then was reckoned from its creation. */
    @ParameterizedTest
    @EnumSource(Stores.class)
    void results_of_an_open_batch_stay_however_long_no_server_runs(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        check("node_1", 2);
        jobs.commit(new LineRefused(ID, "node_1", 1, 0, 400, jobs.seal(ID, 1, new byte[] {8}), 30));
        store.setNow(batch().resultsUntil().plusSeconds(1));
        jobs.sweep();
        jobs.commit(new BatchChange.BatchEnded(ID, "node_1", Job.State.EXPIRED, store.now()));
        assertThat(batches.results(batch(), 0, true, 1)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_restore_ends_open_batches_and_keeps_results(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        check("node_1", 3);
        claim(1, "call_1", "node_1");
        LineCharged answer = answer(1, "call_1", 100);
        store.commit(answer.settle(), answer);
        claim(2, "call_2", "node_1");
        jobs.commit(new JobChange.Restored(store.now()));
        Batch batch = batch();
        assertThat(batch.job().state()).isEqualTo(Job.State.FAILED);
        assertThat(batches.results(batch, 0, false, 1 << 20)).hasSize(1);
        assertThat(batch.resultsUntil()).isEqualTo(store.now().plus(Duration.ofDays(9)));
        assertThat(batches.rows(ID).open().getFirst().runs()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void three_servers_may_be_lost_while_lines_are_checked(Stores stores) {
        open(stores);
        accept(ID);
        take("node_1");
        take("node_2");
        take("node_3");
        assertThat(batch().lost()).isEqualTo(2);
        check("node_3", 1);
        take("node_4");
        assertThat(batch().lost()).isEqualTo(2);
    }
}
