package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.allowances.FreeAnswers.Room;
import dev.tollgate.books.allowances.FreeAnswers.Today;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that are free for an account although a provider is paid for them (E72). */
@ParameterizedClass
@EnumSource(Stores.class)
class FreeAnswersTest {

    private static final int CALLERS = 32;
    private static final Room TWENTY = new Room(FreeAnswers.DAY, Map.of());

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;
    private FreeAnswers answers;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        answers = new FreeAnswers(store.database);
        store.account("acc_1", 1_000_000);
    }

    @AfterEach
    void close() {
        LedgerChecks.assertCoherent(store);
        store.close();
    }

    private ReserveOutcome begins(String id, String api, int free, Room room) {
        OpenHold hold = new OpenHold(id, "acc_1", "key_1", api, "m", store.now());
        Reserve reserve = new Reserve(hold, 10, 10, () -> SpendLimits.NONE, () -> true);
        if (free > 0) {
            reserve.mayEndFree(free, room);
        }
        return store.decide(reserve);
    }

    private void endsFree(String id, int free) {
        Resolution.Release release = Ended.release(id, store.now());
        release.endsFree(free);
        store.commit(release);
    }

    private Resolution.Outcome endsIfFree(String id) {
        Resolution.Release release = Ended.release(id, store.now());
        release.ifFree(TWENTY);
        return store.decide(release);
    }

    private long used() {
        return answers.today("acc_1", store.now()).used();
    }

    @Test
    void calls_at_once_take_no_more_than_the_room() throws Exception {
        List<Boolean> free = race(i -> {
            String id = "t" + i;
            if (i % 2 == 0) {
                if (!(begins(id, "images", 1, TWENTY) instanceof ReserveOutcome.Reserved)) {
                    return false;
                }
                endsFree(id, 1);
                return true;
            }
            begins(id, "chat", 0, TWENTY);
            boolean isFree = endsIfFree(id) instanceof Resolution.Resolved;
            if (!isFree) {
                store.settle(id, 7);
            }
            return isFree;
        });
        long all = free.stream().filter(it -> it).count();
        assertThat(all).isLessThanOrEqualTo(FreeAnswers.DAY).isEqualTo(used());
        for (int i = 0; used() < FreeAnswers.DAY; i++) {
            begins("more" + i, "chat", 0, TWENTY);
            assertThat(endsIfFree("more" + i)).isInstanceOf(Resolution.Resolved.class);
        }
        begins("last", "chat", 0, TWENTY);
        assertThat(endsIfFree("last")).isEqualTo(new Resolution.NoFreeAnswer());
        assertThat(store.settle("last", 3)).isInstanceOf(Resolution.Resolved.class);
        assertThat(begins("none", "images", 1, TWENTY)).isEqualTo(new ReserveOutcome.NoFreeAnswer());
    }

    @Test
    void running_calls_count_with_each_request_less_the_charged() {
        Room room = new Room(FreeAnswers.DAY, Map.of("images", 30L));
        for (int i = 0; i < 12; i++) {
            assertThat(begins("i" + i, "images", 4, room)).isInstanceOf(ReserveOutcome.Reserved.class);
        }
        assertThat(begins("of four", "images", 4, room)).isEqualTo(new ReserveOutcome.NoFreeAnswer());
        assertThat(begins("of two", "images", 2, room)).isInstanceOf(ReserveOutcome.Reserved.class);
        assertThat(begins("speech", "audio", 1, room)).isEqualTo(new ReserveOutcome.NoFreeAnswer());
        begins("chat", "chat", 0, room);
        Resolution.Release full = Ended.release("chat", store.now());
        full.ifFree(room);
        assertThat(store.decide(full)).isEqualTo(new Resolution.NoFreeAnswer());
        store.settle("i0", 5);
        assertThat(begins("speech", "audio", 1, room)).isInstanceOf(ReserveOutcome.Reserved.class);
        endsFree("i1", 2);
        assertThat(used()).isEqualTo(2);
    }

    @Test
    void a_hold_whose_server_died_takes_no_room() {
        store.setNodeId("dead");
        begins("t1", "images", 20, TWENTY);
        assertThat(begins("t2", "images", 1, TWENTY)).isEqualTo(new ReserveOutcome.NoFreeAnswer());
        store.commit(new ReleaseAbandoned(store.now()));
        assertThat(begins("t3", "images", 20, TWENTY)).isInstanceOf(ReserveOutcome.Reserved.class);
        assertThat(used()).isZero();
    }

    @Test
    void a_tenth_of_the_charged_calls_of_two_days_is_added() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        List<Instant> charged = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            store.advance(Duration.ofMinutes(random.nextInt(90)));
            begins("t" + i, "chat", 0, TWENTY);
            long micros = random.nextInt(3) == 0 ? 0 : 1;
            store.settle("t" + i, micros);
            if (micros > 0) {
                charged.add(store.now());
            }
            if (random.nextInt(5) == 0) {
                store.commit(new Grant("acc_1", 1, "test", store.now()));
            }
            Instant from = store.now().truncatedTo(ChronoUnit.DAYS).minus(1, ChronoUnit.DAYS);
            long counted = charged.stream().filter(at -> !at.isBefore(from)).count();
            assertThat(answers.today("acc_1", store.now()))
                    .as("seed " + seed)
                    .isEqualTo(new Today(0, FreeAnswers.DAY + counted / 10))
                    .isEqualTo(new FreeAnswers(store.database).today("acc_1", store.now()));
        }
    }

    @Test
    void the_next_day_begins_with_none() {
        begins("t1", "images", 3, TWENTY);
        endsFree("t1", 3);
        assertThat(used()).isEqualTo(3);
        store.advance(Duration.ofDays(1));
        assertThat(used()).isZero();
        begins("t2", "chat", 0, TWENTY);
        assertThat(endsIfFree("t2")).isInstanceOf(Resolution.Resolved.class);
        assertThat(used()).isEqualTo(1);
    }

    private interface Caller {
        boolean call(int number);
    }

    private static List<Boolean> race(Caller caller) throws Exception {
        CyclicBarrier start = new CyclicBarrier(CALLERS);
        List<Boolean> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<Boolean>> running = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    start.await();
                    return caller.call(number);
                }));
            }
            for (Future<Boolean> future : running) {
                results.add(future.get());
            }
        }
        return results;
    }
}
