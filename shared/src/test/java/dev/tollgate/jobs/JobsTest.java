package dev.tollgate.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.jobs.JobChange.Accepted;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an account may have of jobs, and who takes them (J11, J23, J31). */
@Timeout(120)
class JobsTest {

    private static final KeyOwner OWNER = KeyOwner.account("key_1");
    private static final byte[] REQUEST = new byte[1_000];

    @TempDir
    Path data;

    private KeysFixture store;
    private Jobs jobs;
    private final Set<String> inHand = new HashSet<>();
    private int roomOfAccount = 100;
    private int retriesOfAccount = 100;

    private void open(Stores stores, Jobs.Bounds bounds) {
        store = stores == Stores.SQLITE ? new KeysFixture(data) : KeysFixture.shared(Postgres.migrated());
        store.account("acc_1", 1_000_000);
        store.account("acc_2", 1_000_000);
        jobs = jobs(bounds);
    }

    private Jobs jobs(Jobs.Bounds bounds) {
        return new Jobs(store.database, store.writer, BooksFixture.SECRETS, store::now, bounds);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Accepted accept(String id) {
        return accept("acc_1", id);
    }

    private Accepted accept(String account, String id) {
        Job.Kind kind = id.hashCode() % 2 == 0 ? Job.Kind.RESPONSE : Job.Kind.INTERACTION; // both count as one
        return jobs.accept(id, account, OWNER, kind, null, "", REQUEST);
    }

    private void fail(String id) {
        taken("node_1", 100);
        jobs.commit(new JobChange.Ended(id, "node_1", Job.State.FAILED, store.now(), new byte[1]));
    }

    private static Jobs.Bounds bounds(int open, int ended, long bytes) {
        return new Jobs.Bounds(open, 4, ended, bytes);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void an_account_has_a_maximum_of_open_jobs(Stores stores) {
        open(stores, bounds(3, 3, 1 << 20));
        IntStream.range(0, 3).forEach(i -> assertThat(accept("job_" + i)).isEqualTo(new Accepted.Now()));
        assertThat(accept("job_3")).isEqualTo(new Accepted.TooMany(3));
        assertThat(accept("acc_2", "job_4")).isEqualTo(new Accepted.Now());
        jobs.cancel("acc_1", OWNER, "job_0", false);
        assertThat(accept("job_5")).isEqualTo(new Accepted.Now());
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void failed_jobs_of_an_account_are_kept_up_to_a_number(Stores stores) {
        open(stores, bounds(3, 4, 1 << 20));
        for (int i = 0; i < 20; i++) {
            store.setNow(BooksFixture.NOON.plusSeconds(i));
            assertThat(accept("job_" + i)).isEqualTo(new Accepted.Now());
            if (i % 2 == 0) {
                fail("job_" + i);
            } else {
                jobs.cancel("acc_1", OWNER, "job_" + i, false);
            }
        }
        assertThat(jobs.find("acc_1", OWNER, "job_19")).isNotNull();
        assertThat(jobs.find("acc_1", OWNER, "job_15")).isNull();
        assertThat(store.number("SELECT COUNT(*) FROM job_line WHERE line = 0")).isEqualTo(4);
        jobs.sweep();
        assertThat(store.number("SELECT COUNT(*) FROM job")).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void requests_of_ended_jobs_make_room_and_open_ones_stay(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("acc_2", "job_x");
        long bytes = store.number("SELECT sealed_bytes FROM job");
        jobs = jobs(bounds(100, 100, 5 * bytes));
        for (int i = 0; i < 20; i++) {
            store.setNow(BooksFixture.NOON.plusSeconds(i));
            assertThat(accept("job_" + i)).isEqualTo(new Accepted.Now());
            if (i < 17) {
                jobs.cancel("acc_1", OWNER, "job_" + i, false);
            }
        }
        assertThat(store.number("SELECT SUM(sealed_bytes) FROM job WHERE account_id = 'acc_1'"))
                .isEqualTo(5 * bytes);
        IntStream.range(20, 22).forEach(i -> assertThat(accept("job_" + i)).isEqualTo(new Accepted.Now()));
        assertThat(accept("job_22")).isEqualTo(new Accepted.TooLarge(5 * bytes));
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_server_takes_of_each_account_in_turn_and_none_twice(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        for (int i = 0; i < 10; i++) {
            store.setNow(BooksFixture.NOON.plusSeconds(i));
            accept("job_" + i);
        }
        store.setNow(BooksFixture.NOON.plusSeconds(20));
        accept("acc_2", "job_x");
        assertThat(taken("own", 3)).containsExactly("job_0", "job_x", "job_1");
        assertThat(taken("own", 3)).containsExactly("job_2", "job_3", "job_4");
        roomOfAccount = 2;
        assertThat(taken("own", 100)).containsExactly("job_5", "job_6");
    }

    private List<String> taken(String node, int most) {
        List<String> ids = jobs.takeAnswers(node, most, new InHand(node)).stream()
                .map(Job::id)
                .toList();
        ids.forEach(id -> inHand.add(node + " " + id));
        return ids;
    }

    private final class InHand implements Jobs.Hand {

        private final String node;

        InHand(String node) {
            this.node = node;
        }

        @Override
        public boolean has(String id) {
            return inHand.contains(node + " " + id);
        }

        @Override
        public boolean hasRoom(String accountId, int further) {
            return further <= roomOfAccount;
        }

        @Override
        public boolean mayRetry(String accountId, int further) {
            return further <= retriesOfAccount;
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void an_account_with_many_running_jobs_lets_others_go_first(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        IntStream.range(0, 10).forEach(i -> accept("job_" + i));
        assertThat(taken("own", 3)).containsExactly("job_0", "job_1", "job_2");
        store.setNow(BooksFixture.NOON.plusSeconds(20));
        IntStream.range(0, 4).forEach(i -> accept("acc_2", "other_" + i));
        assertThat(taken("own", 4)).containsExactly("other_0", "other_1", "other_2", "job_3");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void few_paused_jobs_of_an_account_are_tried_and_all_others(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        Instant now = BooksFixture.NOON;
        IntStream.range(0, 8).forEach(i -> accept("job_" + i));
        for (String id : taken("own", 5)) {
            jobs.commit(new JobChange.Wait(id, "own", Job.Pause.CREDITS, now, now, 0, new byte[1]));
        }
        inHand.clear();
        retriesOfAccount = 2;
        assertThat(taken("own", 100)).containsExactly("job_0", "job_1", "job_5", "job_6", "job_7");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_job_that_its_server_does_not_know_of_is_taken_again(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        store.execute("INSERT INTO node (id, lease_until) VALUES ('alive', 1)");
        accept("job_1");
        accept("job_2");
        assertThat(taken("alive", 1)).containsExactly("job_1");
        inHand.clear();
        assertThat(taken("alive", 1)).containsExactly("job_1");
        assertThat(taken("another", 9)).containsExactly("job_2");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_new_job_is_taken_also_if_the_clock_is_set_back(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        store.setNow(BooksFixture.NOON.minusSeconds(600));
        assertThat(taken("node_1", 9)).containsExactly("job_1");
        Instant now = store.now();
        jobs.commit(new JobChange.Wait("job_1", "node_1", null, now, now.plusSeconds(10), 1, null));
        inHand.clear();
        assertThat(taken("node_1", 9)).as("before its retry").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void jobs_of_a_server_without_a_row_are_free(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        store.execute("INSERT INTO node (id, lease_until) VALUES ('alive', 1)");
        accept("job_1");
        accept("job_2");
        assertThat(taken("alive", 1)).containsExactly("job_1");
        assertThat(taken("dead", 1)).containsExactly("job_2");
        assertThat(taken("third", 9)).containsExactly("job_2");
        Instant now = store.now();
        jobs.commit(new JobChange.Wait("job_2", "dead", null, now, now.plusSeconds(60), 1, new byte[1]));
        assertThat(jobs.find("acc_1", OWNER, "job_2").nodeId()).isEqualTo("third");
        assertThat(jobs.find("acc_1", OWNER, "job_2").line().tries()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_job_has_one_end(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        assertThat(jobs.cancel("acc_1", OWNER, "job_1", false)).isEqualTo(Cancelled.NOW);
        jobs.commit(new JobChange.Ended("job_1", "node_1", Job.State.FAILED, store.now(), new byte[1]));
        assertThat(jobs.cancel("acc_1", OWNER, "job_1", false)).isEqualTo(Cancelled.ENDED_BEFORE);
        assertThat(jobs.find("acc_1", OWNER, "job_1").state()).isEqualTo(Job.State.CANCELLED);
        assertThat(jobs.cancel("acc_1", OWNER, "job_1", true)).isEqualTo(Cancelled.ENDED_BEFORE);
        assertThat(jobs.find("acc_1", OWNER, "job_1")).isNull();
        assertThat(jobs.cancel("acc_1", OWNER, "job_1", true)).as("deleted").isEqualTo(Cancelled.UNKNOWN);
        assertThat(jobs.cancel("acc_1", OWNER, "job_2", true)).isEqualTo(Cancelled.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_job_that_a_server_has_taken_is_ended_by_it_alone(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        taken("node_1", 1);
        assertThat(jobs.cancel("acc_1", OWNER, "job_1", false)).isEqualTo(Cancelled.RUNNING);
        assertThat(jobs.find("acc_1", OWNER, "job_1").isOpen()).isTrue();
        assertThat(jobs.cancelled("node_1")).containsExactly("job_1");
        jobs.commit(new JobChange.Ended("job_1", "node_1", Job.State.CANCELLED, store.now(), null));
        assertThat(jobs.find("acc_1", OWNER, "job_1").state()).isEqualTo(Job.State.CANCELLED);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_deleted_job_stays_until_its_server_has_ended_it(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        taken("node_1", 1);
        assertThat(jobs.cancel("acc_1", OWNER, "job_1", true)).isEqualTo(Cancelled.RUNNING);
        jobs.sweep();
        assertThat(store.number("SELECT COUNT(*) FROM job")).isEqualTo(1);
        jobs.commit(new JobChange.Ended("job_1", "node_1", Job.State.CANCELLED, store.now(), null));
        jobs.sweep();
        assertThat(store.number("SELECT COUNT(*) FROM job")).isZero();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_job_that_was_cancelled_does_not_wait_for_its_retry(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        Instant now = BooksFixture.NOON;
        for (Job.Pause pause : new Job.Pause[] {null, Job.Pause.LIMIT}) {
            String id = "job_" + pause;
            accept(id);
            taken("node_1", 1);
            jobs.cancel("acc_1", OWNER, id, false);
            jobs.commit(new JobChange.Wait(id, "node_1", pause, now, now.plusSeconds(3_600), 1, new byte[1]));
            assertThat(jobs.find("acc_1", OWNER, id).dueAt()).isEqualTo(now.plusSeconds(2));
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void only_keys_of_its_owner_read_and_cancel_a_job(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        KeyOwner ofMember = new KeyOwner("mem_1", "", "key_1");
        jobs.accept("job_1", "acc_1", ofMember, Job.Kind.RESPONSE, null, "", REQUEST);
        List<KeyOwner> others = List.of(
                new KeyOwner("mem_2", "", "key_2"), new KeyOwner("", "team_1", "key_3"), KeyOwner.account("key_4"));
        for (KeyOwner other : others) {
            assertThat(jobs.find("acc_1", other, "job_1")).isNull();
            assertThat(jobs.cancel("acc_1", other, "job_1", true)).isEqualTo(Cancelled.UNKNOWN);
        }
        assertThat(jobs.find("acc_1", new KeyOwner("mem_1", "", "key_5"), "job_1"))
                .isNotNull();
        assertThat(jobs.find("acc_1", new KeyOwner("mem_2", "", "key_1"), "job_1"))
                .as("moved")
                .isNotNull();
        assertThat(jobs.find("acc_2", ofMember, "job_1")).isNull();
        assertThat(jobs.cancel("acc_2", ofMember, "job_1", true)).isEqualTo(Cancelled.UNKNOWN);
    }

    // ---- the calls of jobs ----

    private boolean claim(String id, String callId, String node) {
        JobParts.Claim claim = new JobParts.Claim(id, callId, node);
        store.writer.commitAndWait(Unit.of(claim));
        return claim.outcome();
    }

    private Job job() {
        return jobs.find("acc_1", OWNER, "job_1");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_server_has_one_claim_for_a_job_that_it_has_taken(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        assertThat(claim("job_1", "call_0", "node_1")).as("taken by none").isFalse();
        taken("node_1", 1);
        assertThat(claim("job_1", "call_1", "node_2")).as("of another server").isFalse();
        assertThat(claim("job_1", "call_2", "node_1")).isTrue();
        assertThat(claim("job_1", "call_3", "node_1")).as("while it runs").isFalse();
        assertThat(job().line().callId()).isEqualTo("call_2");
        assertThat(job().isRunning()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_job_that_runs_again_waits_for_nothing(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        taken("node_1", 1);
        Instant now = store.now();
        jobs.commit(new JobChange.Wait("job_1", "node_1", Job.Pause.LIMIT, now, now, 0, null));
        assertThat(job().pause()).isEqualTo(Job.Pause.LIMIT);
        inHand.clear();
        taken("node_1", 1);
        assertThat(claim("job_1", "call_1", "node_1")).isTrue();
        assertThat(job().pause()).isNull();
        assertThat(job().pausedAt()).isNull();
        assertThat(jobs.counts().getFirst().pause()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_job_that_was_cancelled_gets_no_claim(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        taken("node_1", 1);
        jobs.cancel("acc_1", OWNER, "job_1", false);
        assertThat(claim("job_1", "call_1", "node_1")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void only_the_charge_of_its_call_ends_a_job(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        taken("node_1", 1);
        claim("job_1", "call_1", "node_1");
        store.reserve("call_1", "acc_1", 300, 300);
        store.decide(Ended.release("call_1", store.now()));
        Settle late = Ended.settle("call_1", 100, store.now());
        store.commit(late, new JobChange.Charged("job_1", late, Job.State.COMPLETED));
        assertThat(late.resolved()).isFalse();
        assertThat(job().isOpen()).isTrue();
        store.execute("UPDATE job_line SET call_id = 'call_2' WHERE line = 1");
        store.reserve("call_2", "acc_1", 300, 300);
        Settle settle = Ended.settle("call_2", 100, store.now());
        store.commit(settle, new JobChange.Charged("job_1", settle, Job.State.COMPLETED));
        assertThat(job().state()).isEqualTo(Job.State.COMPLETED);
        assertThat(job().chargedMicros()).isEqualTo(100);
        assertThat(store.number("SELECT COUNT(*) FROM job_line WHERE line = 0")).isZero();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_job_whose_call_has_a_hold_is_not_ended_or_lost(Stores stores) {
        open(stores, bounds(100, 100, 1 << 20));
        accept("job_1");
        taken("node_1", 1);
        claim("job_1", "call_1", "node_1");
        store.reserve("call_1", "acc_1", 300, 300);
        jobs.commit(new JobChange.Lost("job_1", 1, "call_1"));
        assertThat(job().isRunning()).isTrue();
        jobs.commit(new JobChange.Ended("job_1", "node_1", Job.State.FAILED, store.now(), new byte[1]));
        assertThat(job().isRunning()).isTrue();
        assertThat(job().nodeId()).as("left for the next").isEmpty();
        store.decide(Ended.release("call_1", store.now()));
        jobs.commit(new JobChange.Lost("job_1", 1, "call_1"));
        assertThat(job().isRunning()).isFalse();
        assertThat(job().line().tries()).isEqualTo(1);
    }
}
