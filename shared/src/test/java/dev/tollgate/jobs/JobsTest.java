package dev.tollgate.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.jobs.JobChange.Accepted;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
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
        return jobs.accept(id, account, OWNER, Job.Kind.RESPONSE, null, "", REQUEST);
    }

    private void fail(String id) {
        jobs.take("node_1", 100, (account, further) -> true);
        jobs.commit(new JobChange.Ended(id, "node_1", Job.State.FAILED, store.now(), new byte[1]));
    }

    private static Jobs.Bounds bounds(int open, int ended, long bytes) {
        return new Jobs.Bounds(open, ended, bytes);
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
        List<String> last = jobs.take("own", 100, (account, further) -> further <= 2).stream()
                .map(Job::id)
                .toList();
        assertThat(last).containsExactly("job_5", "job_6");
    }

    private List<String> taken(String node, int most) {
        return jobs.take(node, most, (account, further) -> true).stream()
                .map(Job::id)
                .toList();
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
}
