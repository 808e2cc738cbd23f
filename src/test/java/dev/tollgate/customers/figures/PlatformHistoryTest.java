package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.rollups.CorrectUsage;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.testing.StoreFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The operator's figures by day, of which finished days stay in memory. */
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
        try (StoreFixture store = stores.open(folder)) {
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

    private static void count(StoreFixture store, long foldedUntil, long calls) {
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
