package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Units whose decision is reported before they are durable. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(240)
class RidersTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private final Slips slips = new Slips();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private @Nullable Database database;

    @AfterEach
    void close() {
        if (database != null) {
            database.close();
        }
    }

    @Test
    void a_rider_is_reported_unwritten_and_committed_with_the_next_unit() throws Exception {
        Writer writer = writer();
        slips.holdNextWrite();
        Riding riding = ride(writer, new Slip("a"));
        assertThat(told.take()).isEqualTo("a as 1");
        assertThat(riding.isDurable()).isFalse();
        assertThat(names()).isEmpty();
        slips.write.countDown();
        writer.commitAndWait(Unit.of(new Slip("b")));
        assertThat(riding.isDurable()).isTrue();
        assertThat(names()).containsExactly("a", "b");
        assertThat(slips.written.stream().flatMap(List::stream)).hasSize(2); // each once
    }

    @Test
    void a_rider_is_written_although_no_unit_needs_a_commit() throws Exception {
        Writer writer = writer();
        Riding riding = ride(writer, new Slip("a"));
        assertThat(told.take()).isEqualTo("a as 1");
        slips.committed.acquire();
        assertThat(names()).containsExactly("a");
        while (!riding.isDurable()) {
            Thread.yield(); // said right after the commit
        }
    }

    @Test
    void riders_are_decided_before_what_came_with_them_and_may_still_fail() throws Exception {
        Writer writer = writer();
        keepBusy(writer);
        writer.commit(Unit.of(new Slip("first")), Runnable::run, failure -> told.add("first"));
        ride(writer, new Slip("rider"));
        slips.write.countDown();
        assertThat(told.take()).isEqualTo("rider as 2");
        assertThat(told.take()).isEqualTo("first");
        assertThat(names()).containsExactly("gate", "rider", "first");
    }

    @Test
    void riders_of_a_failed_batch_are_written_as_reported() throws Exception {
        Writer writer = writer();
        keepBusy(writer);
        writer.commit(Unit.of(new Slip("gate")), Runnable::run, failure -> told.add("again: " + (failure != null)));
        Riding one = ride(writer, new Slip("one"));
        Riding two = ride(writer, new Slip("two"));
        slips.write.countDown();
        assertThat(List.of(told.take(), told.take(), told.take()))
                .containsExactly("one as 2", "two as 3", "again: true");
        assertThat(names()).containsExactly("gate", "one", "two");
        assertThat(List.of(one.isDurable(), two.isDurable())).containsOnly(true);
        assertThat(told).isEmpty(); // and they are not reported twice
    }

    @Test
    void a_rider_whose_second_decision_differs_is_not_written() throws Exception {
        Writer writer = writer();
        keepBusy(writer);
        Riding bad = ride(writer, new Slip("gate"));
        Riding after = ride(writer, new Slip("after"));
        slips.write.countDown();
        assertThat(List.of(told.take(), told.take())).containsExactly("gate as 2", "after as 3");
        writer.commitAndWait(Unit.of(new Slip("last")));
        assertThat(List.of(bad.isDurable(), after.isDurable())).containsOnly(false);
        assertThat(List.of(told.take(), told.take())).containsExactly("gate lost", "after lost");
        assertThat(names()).containsExactly("gate", "last");
    }

    @Test
    void after_a_failure_nothing_rides_until_a_commit_has_succeeded() throws Exception {
        Writer writer = writer();
        slips.failing = true;
        ride(writer, new Slip("a"));
        assertThat(told.take()).isEqualTo("a as 1");
        slips.failed.acquire();
        assertThat(told.take()).isEqualTo("a lost");
        Riding waits = ride(writer, new Slip("b"));
        assertThat(told.take()).isEqualTo("b failed"); // its decision was not reported
        assertThat(waits.isDurable()).isFalse();
        slips.failing = false;
        Riding first = ride(writer, new Slip("c"));
        assertThat(told.take()).isEqualTo("c as 1");
        assertThat(first.isDurable()).isTrue();
        assertThat(names()).containsExactly("c");
    }

    @Test
    void a_rider_without_writes_does_not_let_others_ride_again() throws Exception {
        Writer writer = writer();
        slips.failing = true;
        ride(writer, new Slip("a"));
        assertThat(told.take()).isEqualTo("a as 1");
        slips.failed.acquire();
        assertThat(told.take()).isEqualTo("a lost");
        slips.failing = false;
        ride(writer, new Slip("nothing", false));
        assertThat(told.take()).isEqualTo("nothing as 1");
        slips.holdNextWrite();
        ride(writer, new Slip("b"));
        slips.writing.await();
        assertThat(told).isEmpty();
        slips.write.countDown();
        assertThat(told.take()).isEqualTo("b as 1");
    }

    @Test
    void what_rides_when_the_writer_is_closed_is_written() throws Exception {
        Writer writer = writer();
        ride(writer, new Slip("a"));
        told.take();
        writer.close();
        assertThat(names()).containsExactly("a");
    }

    @Test
    void reports_to_one_executor_are_one_task() throws Exception {
        Writer writer = writer();
        BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        Executor loop = tasks::add;
        keepBusy(writer);
        for (String name : List.of("a", "b", "c")) {
            writer.commit(Unit.of(new Slip(name)), loop, failure -> {
                told.add(name);
                throw new IllegalStateException("the next is told all the same");
            });
        }
        slips.write.countDown();
        tasks.take().run();
        assertThat(told).containsExactly("a", "b", "c");
        assertThat(tasks).isEmpty();
    }

    @Test
    void a_batch_decides_the_riders_and_then_all_else_and_both_know_what_is_written() throws Exception {
        Writer writer = writer();
        writer.commitAndWait(Unit.of(new Slip("before")));
        keepBusy(writer);
        writer.commit(Unit.of(new Slip("first")), Runnable::run, failure -> {});
        ride(writer, new Slip("rider"));
        slips.write.countDown();
        writer.close();
        assertThat(names()).containsExactly("before", "gate", "rider", "first");
    }

    /** If other nodes wait for the locks of a rider, it is committed without waiting for another unit. */
    @Test
    void on_a_server_a_rider_is_written_with_the_batch_that_has_decided_it() throws Exception {
        Writer writer = writer();
        slips.holdNextWrite();
        ride(writer, new Slip("a"));
        assertThat(told.take()).isEqualTo("a as 1");
        writer.commit(Unit.of(new Slip("b")), Runnable::run, failure -> told.add("b"));
        slips.write.countDown();
        assertThat(told.take()).isEqualTo("b");
        List<Integer> batches = slips.written.stream().map(List::size).toList();
        if (stores == Stores.POSTGRESQL) {
            assertThat(batches).containsExactly(1, 1);
        } else { // one batch, unless this thread stood still for as long as a rider waits
            assertThat(batches).isIn(List.of(2), List.of(1, 1));
        }
    }

    private Writer writer() {
        database = stores.openBare(folder);
        return database.startWriter(List.of(slips));
    }

    /** Keeps the writer in a commit until {@code slips.write} is opened, so that later units form one batch. */
    private void keepBusy(Writer writer) throws InterruptedException {
        slips.holdNextWrite();
        writer.commit(Unit.of(new Slip("gate")));
        slips.writing.await();
    }

    private Riding ride(Writer writer, Slip slip) {
        return writer.ride(
                Unit.of(slip),
                Runnable::run,
                failure -> told.add(slip.name + (failure == null ? " as " + slip.outcome() : " failed")),
                failure -> told.add(slip.name + " lost"));
    }

    private List<String> names() {
        return database.read(sql -> sql.list("SELECT id FROM account ORDER BY created_at", row -> row.getString(1)));
    }

    /** Takes the next free number in the table. */
    private static final class Slip extends Decision<Integer> {

        private final String name;
        private final boolean writes;

        Slip(String name) {
            this(name, true);
        }

        Slip(String name, boolean writes) {
            this.name = name;
            this.writes = writes;
        }

        @Override
        public boolean writes() {
            return writes;
        }
    }

    /** Decides over what is in the table and what was decided since, and writes it. */
    private static final class Slips implements Part<Slip> {

        private final List<Slip> decided = new ArrayList<>();
        private final List<List<Slip>> written = new ArrayList<>();
        private final Semaphore committed = new Semaphore(0);
        private final Semaphore failed = new Semaphore(0);
        private volatile boolean failing;
        private volatile CountDownLatch writing = new CountDownLatch(0);
        private volatile CountDownLatch write = new CountDownLatch(0);

        void holdNextWrite() {
            writing = new CountDownLatch(1);
            write = new CountDownLatch(1);
        }

        @Override
        public Class<Slip> type() {
            return Slip.class;
        }

        @Override
        public void decide(Statements statements, List<Slip> changes) throws SQLException {
            for (Slip slip : changes) {
                try (var row = statements.of("SELECT COUNT(*) FROM account").executeQuery()) {
                    row.next();
                    slip.decide(row.getInt(1) + decided.size() + 1);
                }
                decided.add(slip);
            }
        }

        @Override
        public void write(Statements statements, List<Slip> changes) throws SQLException {
            writing.countDown();
            await(write);
            written.add(List.copyOf(changes));
            if (failing) {
                throw new SQLException("the disk is full");
            }
            PreparedStatement insert =
                    statements.of("INSERT INTO account (id, name, created_at) VALUES (?, 'slip', ?)");
            for (Slip slip : changes) {
                if (slip.writes) {
                    insert.setString(1, slip.name);
                    insert.setLong(2, slip.outcome());
                    insert.executeUpdate();
                }
            }
        }

        @Override
        public void committed(List<Slip> changes) {
            decided.clear();
            committed.release();
        }

        @Override
        public void undone() {
            decided.clear();
            failed.release();
        }

        private static void await(CountDownLatch latch) {
            try {
                if (!latch.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody lets the write go on");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
