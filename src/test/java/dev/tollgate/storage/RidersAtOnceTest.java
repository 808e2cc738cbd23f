package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
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
        writer.commitAndWait(Unit.of(new Numbers.Number("first")));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_rider_that_is_decided_from_memory_is_decided_by_the_thread_that_offers_it() throws Exception {
        Writer.Riding riding =
                writer.ride(Unit.of(new Numbers.Number("a")), Runnable::run, failure -> {}, failure -> {});
        String by = "";
        for (int i = 0;
                i < 5 && !by.equals(Thread.currentThread().getName());
                i++) { // the writer may just be asking the database how it is
            awaitIdle();
            riding = ride("a" + i);
            by = told.take().split(" by ")[1];
        }
        assertThat(by).isEqualTo(Thread.currentThread().getName());
        awaitDurable(riding); // though nobody waits for a commit
        assertThat(names()).startsWith("first", "a", "a0");
    }

    @Test
    void it_is_there_for_what_is_decided_next_before_it_is_written() throws Exception {
        awaitIdle();
        ride("a");
        ride("b");
        writer.commitAndWait(Unit.of(new Numbers.Number("c")));
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
        writer.commit(Unit.of(new Numbers.Number("gate")));
        numbers.writing.await();
        ride("a");
        assertThat(told).isEmpty();
        numbers.write.countDown();
        assertThat(told.take()).isEqualTo("a is 3 by tollgate-writer");
    }

    @Test
    void one_that_fails_there_fails_alone_and_the_others_are_written_as_they_were_told() throws Exception {
        awaitIdle();
        Writer.Riding good = ride("a");
        Writer.Riding bad = ride("bad");
        assertThat(told.take()).startsWith("a is 2");
        assertThat(told.take()).isEqualTo("bad failed");
        awaitDurable(good);
        assertThat(bad.isDurable()).isFalse();
        writer.commitAndWait(Unit.of(new Numbers.Number("c")));
        assertThat(names()).containsExactly("first", "a", "c");
        assertThat(told).isEmpty();
    }

    /** A turn that is free is not taken at once after a commit: the thread has to get to its queue. */
    private void awaitIdle() {
        while (numbers.thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private static void awaitDurable(Writer.Riding riding) {
        while (!riding.isDurable()) {
            Thread.onSpinWait();
        }
    }

    private Writer.Riding ride(String name) {
        Numbers.Number number = new Numbers.Number(name);
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
        return database.read(connection -> {
            List<String> names = new ArrayList<>();
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("SELECT id FROM account ORDER BY created_at")) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
            return names;
        });
    }
}
