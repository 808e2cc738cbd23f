package dev.tollgate.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.jobs.BatchChange.LineRefused;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The erasure of many rows, in units beside which calls go on (J10). */
@Timeout(600)
@ParameterizedClass
@EnumSource(Stores.class)
class ErasedJobsTest {

    private static final KeyOwner OWNER = KeyOwner.account("key_1");
    private static final String ID = "chatcmpl-1";
    private static final int LINES = Effort.of(1_200, 50_000);

    @Parameter
    Stores stores;

    @TempDir
    Path data;

    private final Random random = new Random(1);
    private KeysFixture store;
    private Jobs jobs;
    private Batches batches;

    @BeforeEach
    void open() {
        store = stores == Stores.SQLITE ? new KeysFixture(data) : KeysFixture.shared(Postgres.migrated());
        store.account("acc_1", 1_000_000);
        jobs = new Jobs(store.database, store.writer, BooksFixture.SECRETS, store::now);
        batches = new Batches(store.database, jobs, store::now);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void batch(int lines, int bytes) {
        batch(ID, lines, bytes);
    }

    /** A batch with results of so many bytes. */
    private void batch(String id, int lines, int bytes) {
        batches.accept(id, "acc_1", OWNER, null, "", "/v1/x", "input", Duration.ofDays(9), new byte[] {1});
        store.execute("UPDATE job SET node_id = 'own'");
        jobs.commit(new BatchChange.Checked(id, "own", store.now(), lines, 1, 2, jobs.seal(id, 0, new byte[] {1})));
        int atOnce = Math.clamp(4_000_000 / bytes, 1, 64);
        for (int from = 1; from <= lines; from += atOnce) {
            LineRefused[] some = new LineRefused[Math.min(atOnce, lines + 1 - from)];
            for (int i = 0; i < some.length; i++) {
                byte[] sealed = new byte[bytes];
                random.nextBytes(sealed);
                some[i] = new LineRefused(id, "own", from + i, 7, 400, sealed, bytes);
            }
            store.writer.commitAndWait(Unit.of(some));
        }
    }

    /** An embedded database moves its log into the tables with the first erasure; in the log is what the test has written. */
    private void emptyLog() {
        batches.accept("chatcmpl-0", "acc_1", OWNER, null, "", "/v1/x", "input", Duration.ofDays(9), new byte[] {1});
        store.execute("UPDATE job SET state = 'failed', ended_at = 1, gone_at = 0 WHERE id = 'chatcmpl-0'");
        jobs.sweep();
    }

    private void end(String id) {
        jobs.commit(new BatchChange.BatchEnded(id, "own", Job.State.COMPLETED, store.now()));
    }

    /** Deletes in the units of the sweep. @return their times in ascending order, in nanoseconds */
    private long[] swept() {
        List<Long> times = new ArrayList<>();
        Forget forget;
        Forget.Cleared cleared = Forget.Cleared.NONE;
        do {
            forget = new Forget(store.now(), cleared);
            long began = System.nanoTime();
            store.writer.commitAndWait(Unit.of(forget));
            times.add(System.nanoTime() - began);
            cleared = forget.after();
        } while (forget.outcome());
        return times.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    private static int linesOf(int bytes) {
        return Math.max(Effort.of(2, 12), LINES / (bytes / 1_024));
    }

    /** On a disk and processors that others use as well, a few commits take longer than they need. */
    private void assertShort(String what, long unitsMin, long[] nanos) {
        long longest = TimeUnit.NANOSECONDS.toMillis(nanos[nanos.length - 1]);
        System.out.printf("%s: %s: the longest of %d commits took %d ms%n", stores, what, nanos.length, longest);
        assertThat((long) nanos.length).isGreaterThanOrEqualTo(unitsMin);
        if (Effort.isLong()) {
            assertThat(TimeUnit.NANOSECONDS.toMillis(nanos[nanos.length * 9 / 10]))
                    .isLessThan(100);
        }
    }

    private long rows() {
        return store.number("SELECT (SELECT COUNT(*) FROM job) + (SELECT COUNT(*) FROM job_line WHERE line > 0)");
    }

    /** A unit has at most a MiB, or a single result. */
    private static long unitsMin(int lines, int bytes) {
        return Math.min(lines, (long) lines * bytes >> 20);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_024, 64 * 1_024, 1_024 * 1_024, 4 * 1_024 * 1_024})
    void results_and_rows_go_in_short_commits(int bytes) {
        int lines = linesOf(bytes);
        batch(lines, bytes);
        end(ID);
        emptyLog();
        batches.deleteResults(batches.taken(ID));
        assertShort(lines + " results of " + bytes + " bytes", unitsMin(lines, bytes), swept());
        assertThat(store.number("SELECT COUNT(sealed) FROM job_line WHERE line > 0"))
                .isZero();
        store.execute("UPDATE job SET gone_at = 0");
        assertShort(lines + " rows", 0, swept());
        assertThat(rows()).isZero();
    }

    @Test
    void results_of_several_batches_go_at_once() {
        for (String id : List.of(ID, "chatcmpl-2")) {
            batch(id, 3, 10);
            end(id);
            batches.deleteResults(batches.taken(id));
        }
        assertThat(swept().length).isEqualTo(1);
        assertThat(store.number("SELECT COUNT(sealed) FROM job_line WHERE line > 0"))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_024, 64 * 1_024})
    void rows_of_an_erased_account_go_in_short_commits(int bytes) {
        int lines = linesOf(bytes);
        batch(lines, bytes);
        emptyLog();
        long began = System.nanoTime();
        Jobs.holding()
                .erasures()
                .forEach(erasure -> store.execute(
                        erasure.sql().replace("ended_at = ?", "ended_at = 1").replace("?", "'acc_1'")));
        assertShort("an account's end", 0, new long[] {System.nanoTime() - began});
        assertThat(batches.find("acc_1", OWNER, ID)).as("read from then on").isNull();
        assertThat(rows()).as("deleted by the sweep").isEqualTo(lines + 1);
        assertShort(lines + " rows with " + bytes + " bytes", unitsMin(lines, bytes), swept());
        assertThat(rows()).isZero();
    }
}
