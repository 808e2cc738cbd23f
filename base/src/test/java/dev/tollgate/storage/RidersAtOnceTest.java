package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Riders that need neither the database nor the writer's thread to be decided. */
@Timeout(240)
class RidersAtOnceTest {

    @TempDir
    Path folder;

    private final Numbers numbers = new Numbers();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private Database database;
    private Writer writer;

    @BeforeEach
    void open() {
        database = Stores.SQLITE.openBare(folder);
        writer = database.startWriter(List.of(numbers));
        writer.commitAndWait(Unit.of(new Number("first")));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_rider_that_is_decided_from_memory_is_decided_by_the_thread_that_offers_it() throws Exception {
        Riding riding = writer.ride(Unit.of(new Number("a")), Runnable::run, failure -> {}, failure -> {});
        String by = "";
        for (int i = 0;
                i < 5 && !by.equals(Thread.currentThread().getName());
                i++) { // the writer may just be asking the database how it is
            awaitIdle();
            riding = ride("a" + i);
            by = told.take().split(" by ")[1];
        }
        assertThat(by).isEqualTo(Thread.currentThread().getName());
        awaitDurable(riding); // although no caller waits for a commit
        assertThat(names()).startsWith("first", "a", "a0");
    }

    @Test
    void it_is_there_for_what_is_decided_next_before_it_is_written() throws Exception {
        awaitIdle();
        ride("a");
        ride("b");
        writer.commitAndWait(Unit.of(new Number("c")));
        assertThat(told).hasSize(2);
        assertThat(names()).containsExactly("first", "a", "b", "c");
    }

    @Test
    void what_would_have_to_be_looked_up_the_writer_decides() throws Exception {
        awaitIdle();
        numbers.knows = false;
        ride("a");
        assertThat(told.take()).isEqualTo("a is 2 by tollgate-writer");
    }

    @Test
    void while_the_writer_is_at_work_a_rider_waits_for_it() throws Exception {
        numbers.hold();
        writer.commit(Unit.of(new Number("gate")));
        numbers.writing.await();
        ride("a");
        assertThat(told).isEmpty();
        numbers.write.countDown();
        assertThat(told.take()).isEqualTo("a is 3 by tollgate-writer");
    }

    @Test
    void a_rider_fails_alone_and_others_keep_their_outcomes() throws Exception {
        awaitIdle();
        Riding good = ride("a");
        Riding bad = ride("bad");
        assertThat(told.take()).startsWith("a is 2");
        assertThat(told.take()).isEqualTo("bad failed");
        awaitDurable(good);
        assertThat(bad.isDurable()).isFalse();
        writer.commitAndWait(Unit.of(new Number("c")));
        assertThat(names()).containsExactly("first", "a", "c");
        assertThat(told).isEmpty();
    }

    /** A turn that is free is not taken at once after a commit: the thread has to get to its queue. */
    private void awaitIdle() {
        while (numbers.thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private static void awaitDurable(Riding riding) {
        while (!riding.isDurable()) {
            Thread.onSpinWait();
        }
    }

    private Riding ride(String name) {
        Number number = new Number(name);
        return writer.ride(
                Unit.of(number),
                Runnable::run,
                failure -> told.add(
                        failure == null
                                ? name + " is " + number.outcome() + " by "
                                        + Thread.currentThread().getName()
                                : name + " failed"),
                failure -> told.add(name + " lost"));
    }

    private List<String> names() {
        return database.read(sql -> sql.list("SELECT id FROM account ORDER BY created_at", row -> row.getString(1)));
    }

    /** Takes the next free number. */
    private static final class Number extends Decision<Long> {

        private final String name;

        Number(String name) {
            this.name = name;
        }
    }

    private static final class Numbers implements Part<Number> {

        private long last;
        private long written;
        private volatile boolean knows = true;
        private volatile Thread thread = Thread.currentThread();
        private volatile CountDownLatch writing = new CountDownLatch(0);
        private volatile CountDownLatch write = new CountDownLatch(0);

        void hold() {
            writing = new CountDownLatch(1);
            write = new CountDownLatch(1);
        }

        @Override
        public Class<Number> type() {
            return Number.class;
        }

        @Override
        public boolean decidesFromMemory() {
            return true;
        }

        @Override
        public boolean knows(List<Number> changes) {
            return knows;
        }

        @Override
        public void decide(Statements statements, List<Number> changes) {
            for (Number number : changes) {
                last++;
                if (number.name.equals("bad")) {
                    throw new IllegalStateException("no number for this one");
                }
                number.decide(last);
            }
        }

        @Override
        public void write(Statements statements, List<Number> changes) throws SQLException {
            thread = Thread.currentThread();
            writing.countDown();
            await(write);
            PreparedStatement insert =
                    statements.of("INSERT INTO account (id, name, created_at) VALUES (?, 'number', ?)");
            for (Number number : changes) {
                insert.setString(1, number.name);
                insert.setLong(2, number.outcome());
                insert.executeUpdate();
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void committed(List<Number> changes) {
            written = last;
        }

        @Override
        public void undone() {
            last = written;
        }
    }
}
