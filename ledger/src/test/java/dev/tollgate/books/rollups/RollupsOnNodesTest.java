package dev.tollgate.books.rollups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Postgres;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two nodes share the roll-ups, and the clock of one is wrong. */
@BesideOthers
class RollupsOnNodesTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    @Test
    void a_node_finds_days_that_another_folded_too_early() {
        String url = Postgres.migrated();
        try (BooksFixture right = new BooksFixture(BooksFixture.server(url));
                BooksFixture wrong = new BooksFixture(BooksFixture.server(url))) {
            right.setNow(NOON);
            right.account("acc_1", 1_000_000);
            call(right, "t1", 700);
            new Rollups(right.writer, right::now).sweep();

            wrong.setNow(NOON.plus(Duration.ofDays(120)));
            new Rollups(wrong.writer, wrong::now).sweep();
            call(right, "t2", 30);
            assertThat(shown(right)).isEqualTo(700);

            new Rollups(right.writer, right::now).sweep();
            assertThat(shown(right)).isEqualTo(730);
        }
    }

    private static void call(BooksFixture store, String id, long chargeMicros) {
        store.reserve(id, "acc_1", 1_000, 1_000);
        CallDetails details = Ended.charged(
                CallEnd.COMPLETED,
                "answered",
                Usage.NONE,
                chargeMicros,
                Times.NONE,
                Ended.course("main", "up", List.of()),
                store.now());
        Settle settle = new Settle(id, chargeMicros, details, store.now());
        store.commit(settle, new CountCall(settle));
    }

    private static long shown(BooksFixture store) {
        return store.number("""
                SELECT COALESCE(SUM(charged_micros), 0) FROM (
                    SELECT starts_at, charged_micros FROM usage_day
                    WHERE starts_at < (SELECT folded_until FROM usage_fold)
                    UNION ALL
                    SELECT starts_at, charged_micros FROM usage_quarter
                    WHERE starts_at >= (SELECT folded_until FROM usage_fold)) AS counted""");
    }
}
