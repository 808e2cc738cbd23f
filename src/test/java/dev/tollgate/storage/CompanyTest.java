package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commits that wait for company. A minute stands for the few milliseconds. */
@Timeout(50)
class CompanyTest {

    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private final Numbers numbers = new Numbers();
    private Database database;

    @BeforeEach
    void open() {
        database = Stores.SQLITE.openBare(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void where_many_things_are_under_way_units_wait_for_each_other_and_share_a_commit() {
        Writer writer = start(A_MINUTE);
        numbers.underWay = Writer.COMPANY_MIN;
        List<CompletableFuture<Unit>> waiting = new ArrayList<>();
        for (int i = 1; i < Writer.GATHERED_ENOUGH; i++) {
            waiting.add(commit(writer, "unit " + i));
            awaitTaken(writer);
        }
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        commit(writer, "the last").join();
        assertThat(waiting).allMatch(CompletableFuture::isDone);
        assertThat(numbers.batches).containsExactly(1, Writer.GATHERED_ENOUGH);
    }

    @Test
    void where_few_are_under_way_none_waits() {
        Writer writer = start(A_MINUTE);
        numbers.underWay = Writer.COMPANY_MIN - 1;
        commit(writer, "a").join();
        commit(writer, "b").join();
        assertThat(numbers.batches).containsExactly(1, 1, 1);
    }

    @Test
    void where_none_has_come_for_a_while_none_waits() {
        numbers.underWay = Writer.COMPANY_MIN;
        start(A_MINUTE);
        assertThat(numbers.batches).containsExactly(1);
    }

    @Test
    void nobody_waits_longer_than_the_limit() {
        Writer writer = start(Duration.ofMillis(1));
        numbers.underWay = Writer.COMPANY_MIN;
        commit(writer, "a").join();
        assertThat(numbers.batches).containsExactly(1, 1);
    }

    @Test
    void a_rider_is_told_meanwhile_and_written_with_them() throws Exception {
        Writer writer = start(A_MINUTE);
        numbers.underWay = Writer.COMPANY_MIN;
        CompletableFuture<Unit> waiting = commit(writer, "waits");
        awaitTaken(writer);
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        Numbers.Number number = new Numbers.Number("rides");
        Writer.Riding riding = writer.ride(
                Unit.of(number),
                Runnable::run,
                failure -> told.add(
                        number.outcome() + " by " + Thread.currentThread().getName()),
                failure -> {});
        assertThat(told.take()).isEqualTo("2 by " + Thread.currentThread().getName());
        assertThat(riding.isDurable()).isFalse();
        assertThat(waiting).isNotDone();
        for (int i = 1; i < Writer.GATHERED_ENOUGH; i++) {
            commit(writer, "unit " + i);
        }
        waiting.join();
        assertThat(riding.isDurable()).isTrue();
        assertThat(numbers.batches).containsExactly(1, Writer.GATHERED_ENOUGH + 1);
    }

    @Test
    void what_goes_wrong_with_a_rider_meanwhile_takes_nothing_from_those_that_wait() throws Exception {
        Writer writer = start(A_MINUTE);
        numbers.underWay = Writer.COMPANY_MIN;
        CompletableFuture<Unit> waiting = commit(writer, "waits");
        awaitTaken(writer);
        LinkedBlockingQueue<Boolean> failed = new LinkedBlockingQueue<>();
        writer.ride(
                Unit.of(new Numbers.Number("bad")),
                Runnable::run,
                failure -> failed.add(failure != null),
                failure -> {});
        assertThat(failed.take()).isTrue();
        waiting.join();
        assertThat(numbers.batches).containsExactly(1, 1);
    }

    @Test
    void closing_commits_those_that_wait() {
        Writer writer = start(A_MINUTE);
        numbers.underWay = Writer.COMPANY_MIN;
        CompletableFuture<Unit> waiting = commit(writer, "waits");
        awaitTaken(writer);
        writer.close();
        waiting.join();
        assertThat(numbers.batches).containsExactly(1, 1);
    }

    private Writer start(Duration gatherMax) {
        Writer writer = database.startWriter(List.of(numbers), Writer.WAITING_MAX, gatherMax);
        commit(writer, "first").join();
        return writer;
    }

    private static CompletableFuture<Unit> commit(Writer writer, String name) {
        return writer.commit(Unit.of(new Numbers.Number(name)));
    }

    /** Until the writer has it and waits for more. */
    private void awaitTaken(Writer writer) {
        while (writer.waiting() > 0 || numbers.thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }
}
