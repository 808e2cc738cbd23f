package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.CorrectUsage;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The operator's figures: finished days stay in memory, and accounts and channels agree. A seed is repeated with {@code -Dcosts.seed}. */
@Timeout(60)
class PlatformHistoryTest {

    private static final Instant DAY = Instant.parse("2026-11-03T00:00:00Z");
    private static final List<UsageColumn> COLUMNS = UsageColumn.OF_PLATFORM.stream()
            .filter(column -> column != UsageColumn.FAILED && column != UsageColumn.CANCELLED)
            .toList();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_finished_day_is_read_again_once_it_is_corrected(Stores stores) {
        try (CustomersFixture store = stores.open(folder, CustomersFixture::new)) {
            PlatformHistory history = new PlatformHistory(store.database);
            Instant later = DAY.plus(Duration.ofDays(3));
            store.setNow(later.plus(Duration.ofHours(3)));
            count(store, 0, 5);
            new Rollups(store.writer, store::now).sweep();
            assertThat(store.number("SELECT folded_until FROM usage_fold")).isEqualTo(later.toEpochMilli());
            assertThat(calls(history)).isEqualTo(5);

            count(store, later.toEpochMilli(), 2);

            assertThat(calls(history)).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void known_costs_of_accounts_add_up_to_the_costs_of_channels(Stores stores) {
        long seed = Effort.seed("costs.seed");
        System.out.println("costs.seed=" + seed);
        Random random = new Random(seed);
        try (CustomersFixture store = stores.open(folder, CustomersFixture::new)) {
            store.setNow(DAY);
            List<String> accounts = List.of("acc_1", "acc_2", "acc_3");
            accounts.forEach(account -> store.account(account, 1_000_000));
            long costs = 0;
            int calls = 40;
            for (int i = 0; i < calls; i++) {
                store.advance(Duration.ofMinutes(random.nextInt(300)));
                List<AttemptCost> attempts = new ArrayList<>();
                for (int attempt = random.nextInt(4); attempt > 0; attempt--) {
                    attempts.add(new AttemptCost("c" + random.nextInt(3), "up", random.nextLong(1L << 40)));
                }
                costs += attempts.stream().mapToLong(AttemptCost::micros).sum();
                String id = "t" + i;
                store.reserve(id, accounts.get(random.nextInt(3)), 1_000, 1_000);
                long charge = random.nextInt(1_000);
                Course course = Ended.course("c" + random.nextInt(3), "up", attempts);
                Times times = new Times(1, 2, 1_000, random.nextInt(1_000, 5_001_000), Times.NEVER);
                CallDetails details =
                        Ended.charged(CallEnd.COMPLETED, "answered", Usage.NONE, charge, times, course, store.now());
                Settle settle = new Settle(id, charge, details, store.now());
                store.commit(settle, new CountCall(settle));
                if (random.nextInt(10) == 0) {
                    new Rollups(store.writer, store::now).sweep();
                }
            }

            PlatformHistory history = new PlatformHistory(store.database);
            Instant end = store.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
            Figures byAccount = history.byAccount(new Span(DAY, end, ZoneOffset.UTC)).stream()
                    .map(PlatformHistory.OfAccount::figures)
                    .reduce(Figures.NONE, Figures::plus);
            Figures byChannel = history.periods(DAY, end, false).values().stream()
                    .flatMap(sums -> sums.channels().values().stream())
                    .reduce(Figures.NONE, Figures::plus);
            assertThat(byAccount.costed()).as("costs.seed=%s", seed).isEqualTo(calls);
            assertThat(byAccount.costMicros())
                    .as("costs.seed=%s", seed)
                    .isEqualTo(costs)
                    .isEqualTo(byChannel.costMicros());
        }
    }

    private static void count(CustomersFixture store, long foldedUntil, long calls) {
        List<Long> missing = new ArrayList<>(Collections.nCopies(COLUMNS.size(), 0L));
        missing.set(COLUMNS.indexOf(UsageColumn.CALLS), calls);
        CorrectUsage correction = new CorrectUsage(
                foldedUntil,
                List.of(new CorrectUsage.Row(
                        CorrectUsage.Of.HOUR,
                        DAY.plus(Duration.ofHours(7)).toEpochMilli(),
                        List.of("main", "m", "up", "completed"),
                        missing)));
        store.commit(correction);
        assertThat(correction.isDone()).isTrue();
    }

    private static long calls(PlatformHistory history) {
        return history.periods(DAY, DAY.plus(Duration.ofDays(1)), false)
                .get(DAY)
                .all()
                .calls();
    }
}
