package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Deaths;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class WriterTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    Database database;
    final Notes notes = new Notes();

    @BeforeEach
    void open() {
        database = stores.openBare(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_unit_is_committed_and_reported_with_its_decisions() {
        Writer writer = database.startWriter(List.of(notes));
        Notes.Note note = new Notes.Note("a");
        assertThatThrownBy(note::outcome).isInstanceOf(IllegalStateException.class);
        writer.commitAndWait(Unit.of(note));
        assertThat(note.outcome()).isEqualTo("written a");
        assertThat(names()).containsExactly("a");
    }

    /** As two servers do that create the first operator at the same time. */
    @Test
    void a_unit_whose_row_exists_is_one_line_without_a_stack_trace() {
        Writer writer = database.startWriter(List.of(notes));
        writer.commitAndWait(Unit.of(new Notes.Note("a")));
        try (LogCapture log = new LogCapture()) {
            assertThatThrownBy(() -> writer.commitAndWait(Unit.of(new Notes.Note("a"))))
                    .isInstanceOf(StoreException.class);
            assertThat(log.text()).contains("a unit of work was refused, because a row of it exists");
            assertThat(log.text()).doesNotContain("of work failed").doesNotContain("Exception");
        }
        assertThat(names()).containsExactly("a");
    }

    @Test
    void units_that_wait_share_one_commit() throws Exception {
        Writer writer = database.startWriter(List.of(notes));
        List<CompletableFuture<Unit>> units = whileTheWriterIsBusy(
                writer,
                () -> List.of(
                        writer.commit(Unit.of(new Notes.Note("a"))),
                        writer.commit(Unit.of(new Notes.Note("b"), new Notes.Note("c"))),
                        writer.commit(Unit.of(new Notes.Note("d")))));
        units.forEach(CompletableFuture::join);
        assertThat(notes.batches).containsExactly(List.of("gate"), List.of("a", "b", "c", "d"));
        assertThat(notes.committed).isEqualTo(notes.batches);
        assertThat(names()).containsExactly("a", "b", "c", "d");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void in_a_crowd_a_small_batch_in_an_embedded_database_waits_for_company(boolean crowded) {
        Writer writer = database.startWriter(List.of(notes));
        List<CompletableFuture<Unit>> later = new ArrayList<>();
        writer.gatherWhile(() -> {
            if (later.isEmpty()) { // what comes now comes after all of the first batch was taken
                later.add(writer.commit(Unit.of(new Notes.Note("b"))));
            }
            return crowded;
        });
        writer.commit(Unit.of(new Notes.Note("a"))).join();
        later.forEach(CompletableFuture::join);
        if (!writer.isEmbedded()) {
            assertThat(notes.batches).containsExactly(List.of("a"));
        } else if (crowded) {
            assertThat(notes.batches).containsExactly(List.of("a", "b"));
        } else {
            assertThat(notes.batches).containsExactly(List.of("a"), List.of("b"));
        }
    }

    @Test
    void a_large_batch_does_not_wait_for_more_under_load() throws Exception {
        Writer writer = database.startWriter(List.of(notes));
        AtomicInteger asked = new AtomicInteger();
        List<CompletableFuture<Unit>> units = whileTheWriterIsBusy(writer, () -> {
            writer.gatherWhile(() -> asked.incrementAndGet() > 0);
            return IntStream.range(0, WriterLoop.GATHERED)
                    .mapToObj(i -> writer.commit(Unit.of(new Notes.Note("n" + i))))
                    .toList();
        });
        units.forEach(CompletableFuture::join);
        assertThat(notes.batches).map(List::size).containsExactly(1, WriterLoop.GATHERED);
        assertThat(asked.get()).isZero();
    }

    @Test
    void no_batch_is_larger_than_its_limit() throws Exception {
        Writer writer = database.startWriter(List.of(notes));
        List<CompletableFuture<Unit>> units = whileTheWriterIsBusy(writer, () -> {
            List<CompletableFuture<Unit>> many = new ArrayList<>();
            for (int i = 0; i < WriterLoop.BATCH_MAX + 10; i++) {
                many.add(writer.commit(Unit.of(new Notes.Note("n" + i))));
            }
            return many;
        });
        units.forEach(CompletableFuture::join);
        assertThat(notes.batches).map(List::size).containsExactly(1, WriterLoop.BATCH_MAX, 10);
    }

    @Test
    void one_bad_unit_fails_alone_and_nothing_of_it_is_kept() throws Exception {
        Writer writer = database.startWriter(List.of(notes));
        Notes.Note before = new Notes.Note("of the bad unit");
        List<CompletableFuture<Unit>> units = whileTheWriterIsBusy(
                writer,
                () -> List.of(
                        writer.commit(Unit.of(new Notes.Note("a"))),
                        writer.commit(Unit.of(before, new Notes.Bad(new IllegalStateException("broken")))),
                        writer.commit(Unit.of(new Notes.Note("b")))));
        units.get(0).join();
        units.get(2).join();
        assertThatThrownBy(units.get(1)::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(StoreException.class)
                .isNotInstanceOf(StoreUnavailable.class);
        assertThat(names()).containsExactly("a", "b");
        assertThatThrownBy(before::outcome).isInstanceOf(IllegalStateException.class);
        assertThat(notes.committed).containsExactly(List.of("gate"), List.of("a"), List.of("b"));
    }

    @Test
    void what_a_constraint_refuses_is_not_called_unavailable() {
        Writer writer = database.startWriter(List.of(notes));
        writer.commitAndWait(Unit.of(new Notes.Note("a")));
        assertThatThrownBy(() -> writer.commitAndWait(Unit.of(new Notes.Note("a"))))
                .isInstanceOf(StoreException.class)
                .isNotInstanceOf(StoreUnavailable.class);
        writer.commitAndWait(Unit.of(new Notes.Note("b")));
        assertThat(names()).containsExactly("a", "b");
    }

    @Test
    void an_error_of_the_machine_does_not_end_the_writer() {
        Writer writer = database.startWriter(List.of(notes, new Failing()));
        assertThatThrownBy(() -> writer.commitAndWait(Unit.of(new Failing.Boom())))
                .isInstanceOf(StoreException.class);
        writer.commitAndWait(Unit.of(new Notes.Note("a")));
        assertThat(names()).containsExactly("a");
    }

    @Test
    @ResourceLock(Shared.DEATHS)
    void no_memory_in_the_writers_thread_ends_the_process() {
        Breaking breaking = new Breaking();
        breaking.inWrite = new OutOfMemoryError("of a test");
        Writer writer = database.startWriter(List.of(notes, breaking));
        try (Deaths deaths = new Deaths()) {
            writer.commit(Unit.of(new Breaking.Touch()));
            Await.until("an end", () -> !deaths.causes().isEmpty());
            assertThat(deaths.causes()).first().isEqualTo(breaking.inWrite);
        }
    }

    @Test
    @ResourceLock(Shared.DEATHS)
    void whatever_ends_the_writer_ends_the_process() {
        Breaking breaking = new Breaking();
        breaking.inWrite = new IllegalStateException("a mistake");
        breaking.inUndone = new IllegalStateException("another one");
        Writer writer = database.startWriter(List.of(notes, breaking));
        try (Deaths deaths = new Deaths()) {
            writer.commit(Unit.of(new Breaking.Touch()));
            Await.until("an end", () -> !deaths.causes().isEmpty());
            assertThat(deaths.causes()).first().satisfies(it -> assertThat(it)
                    .hasMessage("the writer has ended")
                    .hasRootCauseMessage("another one"));
        }
    }

    /** Whoever took it for a failure of the commit would write it twice, or say that it was not written. */
    @Test
    void what_is_committed_stays_so_whatever_a_part_throws_afterwards() {
        Breaking breaking = new Breaking();
        breaking.inCommitted = new StackOverflowError("deep");
        Writer writer = database.startWriter(List.of(breaking, notes));
        writer.commitAndWait(Unit.of(new Notes.Note("a"), new Breaking.Touch()));
        assertThat(names()).containsExactly("a");
        assertThat(notes.batches).containsExactly(List.of("a"));
        assertThat(notes.committed).containsExactly(List.of("a"));
    }

    @Test
    void a_failing_completion_does_not_prevent_other_completions() throws Exception {
        Writer writer = database.startWriter(List.of(notes));
        Executor one = Runnable::run;
        CompletableFuture<Void> other = new CompletableFuture<>();
        whileTheWriterIsBusy(writer, () -> {
            writer.commit(Unit.of(new Notes.Note("a")), one, failure -> {
                throw new AssertionError("deep in a completion");
            });
            writer.commit(Unit.of(new Notes.Note("b")), one, failure -> other.complete(null));
            return List.of();
        });
        other.get(60, TimeUnit.SECONDS);
    }

    @Test
    void a_writer_that_does_not_answer_says_so_to_who_asks_and_does_not_wait() throws Exception {
        Writer writer = database.startWriter(List.of(notes));
        Await.until("an answer", () -> writer.complaint() == null);
        Notes.Gate gate = new Notes.Gate();
        CompletableFuture<Unit> held = writer.commit(Unit.of(gate));
        gate.reached.await();
        try {
            Await.until("a complaint", () -> writer.complaint() != null);
            assertThat(writer.complaint()).isEqualTo("the writer or the database does not answer");
        } finally {
            gate.open.countDown();
        }
        held.join();
        assertThat(writer.complaint()).isNull();
    }

    @Test
    void more_than_may_wait_is_refused_at_once() throws Exception {
        Writer writer = database.startWriter(List.of(notes), 2);
        List<CompletableFuture<Unit>> units = whileTheWriterIsBusy(writer, () -> {
            List<CompletableFuture<Unit>> three = List.of(
                    writer.commit(Unit.of(new Notes.Note("a"))),
                    writer.commit(Unit.of(new Notes.Note("b"))),
                    writer.commit(Unit.of(new Notes.Note("c"))));
            assertThat(three.get(2)).isCompletedExceptionally();
            return three;
        });
        units.get(1).join();
        assertThatThrownBy(units.get(2)::join).hasCauseInstanceOf(StoreUnavailable.class);
        assertThat(names()).containsExactly("a", "b");
    }

    @Test
    void later_parts_see_what_earlier_ones_decided_whatever_the_order_in_the_unit() {
        Followers followers = new Followers();
        Writer writer = database.startWriter(List.of(notes, followers));
        Notes.Note note = new Notes.Note("a");
        Followers.Follow follow = new Followers.Follow(note);
        writer.commitAndWait(Unit.of(follow, note));
        assertThat(follow.outcome()).isEqualTo("seen written a");
    }

    @Test
    void a_change_without_a_part_is_refused_before_it_waits() {
        Writer writer = database.startWriter(List.of(notes));
        assertThatThrownBy(() -> writer.commit(Unit.of(new Failing.Boom())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no part takes");
    }

    @Test
    void closing_commits_what_waits_and_refuses_what_comes_later() throws Exception {
        Writer writer = database.startWriter(List.of(notes));
        Notes.Gate gate = new Notes.Gate();
        writer.commit(Unit.of(gate));
        gate.reached.await();
        CompletableFuture<Unit> waiting = writer.commit(Unit.of(new Notes.Note("a")));
        Thread closer = Thread.ofPlatform().start(writer::close);
        CompletableFuture<Unit> late = firstRefused(writer);
        gate.open.countDown();
        closer.join();
        assertThat(waiting).isCompletedWithValueMatching(unit -> unit.changes().size() == 1);
        assertThatThrownBy(late::join)
                .hasCauseInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("closing");
        assertThat(names()).contains("a");
    }

    @Test
    void a_completion_that_cannot_be_handed_over_does_not_stop_the_writer() {
        Writer writer = database.startWriter(List.of(notes));
        writer.commit(
                Unit.of(new Notes.Note("a")),
                task -> {
                    throw new RejectedExecutionException("the loop is gone");
                },
                failure -> {});
        writer.commitAndWait(Unit.of(new Notes.Note("b")));
        assertThat(names()).containsExactly("a", "b");
    }

    @Test
    void completions_run_where_the_caller_wants_them() throws Exception {
        Writer writer = database.startWriter(List.of(notes));
        CompletableFuture<String> thread = new CompletableFuture<>();
        writer.commit(
                Unit.of(new Notes.Note("a")),
                task -> Thread.ofPlatform().name("loop").start(task),
                failure -> thread.complete(Thread.currentThread().getName() + failure));
        assertThat(thread.get(60, TimeUnit.SECONDS)).isEqualTo("loopnull");
    }

    @Test
    void a_unit_has_a_limited_number_of_changes() {
        List<Notes.Note> many = new ArrayList<>();
        for (int i = 0; i <= Unit.CHANGES_MAX; i++) {
            many.add(new Notes.Note("n" + i));
        }
        assertThatThrownBy(() -> Unit.of(many)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(Unit::of).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void there_is_one_writer_only() {
        database.startWriter(List.of(notes));
        assertThatThrownBy(() -> database.startWriter(List.of(notes))).isInstanceOf(IllegalStateException.class);
    }

    private interface Offers {
        List<CompletableFuture<Unit>> offer();
    }

    private static List<CompletableFuture<Unit>> whileTheWriterIsBusy(Writer writer, Offers offers) throws Exception {
        Notes.Gate gate = new Notes.Gate();
        writer.commit(Unit.of(gate));
        gate.reached.await();
        List<CompletableFuture<Unit>> units = offers.offer();
        gate.open.countDown();
        return units;
    }

    /** Offers until the writer says that it is closing. */
    private static CompletableFuture<Unit> firstRefused(Writer writer) {
        for (int i = 0; ; i++) {
            CompletableFuture<Unit> unit = writer.commit(Unit.of(new Notes.Note("late" + i)));
            if (unit.isCompletedExceptionally() && !isFull(unit)) {
                return unit;
            }
            LockSupport.parkNanos(100_000); // the writer needs the processor that this would take
        }
    }

    private static boolean isFull(CompletableFuture<Unit> refused) {
        return String.valueOf(refused.exceptionNow().getMessage()).contains("too many");
    }

    private List<String> names() {
        return database.read(sql -> sql.list("SELECT name FROM account ORDER BY created_at", row -> row.getString(1)));
    }

    private static final class Followers implements Part<Followers.Follow> {

        private static final class Follow extends Decision<String> {

            private final Notes.Note followed;

            Follow(Notes.Note followed) {
                this.followed = followed;
            }
        }

        @Override
        public Class<Follow> type() {
            return Follow.class;
        }

        @Override
        public void write(Statements statements, List<Follow> changes) {
            changes.forEach(follow -> follow.decide("seen " + follow.followed.outcome()));
        }
    }

    /** Throws a given failure in a given phase. */
    private static final class Breaking implements Part<Breaking.Touch> {

        private record Touch() implements Change {}

        @Nullable
        Throwable inWrite;

        @Nullable
        Throwable inUndone;

        @Nullable
        Throwable inCommitted;

        @Override
        public Class<Touch> type() {
            return Touch.class;
        }

        @Override
        public void write(Statements statements, List<Touch> changes) {
            raise(inWrite);
        }

        @Override
        public void undone() {
            raise(inUndone);
        }

        @Override
        public void committed(List<Touch> changes) {
            raise(inCommitted);
        }

        private static void raise(@Nullable Throwable what) {
            if (what instanceof RuntimeException mistake) {
                throw mistake;
            } else if (what instanceof Error error) {
                throw error;
            }
        }
    }

    private static final class Failing implements Part<Failing.Boom> {

        private record Boom() implements Change {}

        @Override
        public Class<Boom> type() {
            return Boom.class;
        }

        @Override
        public void write(Statements statements, List<Boom> changes) throws SQLException {
            throw new StackOverflowError("deep");
        }
    }
}
