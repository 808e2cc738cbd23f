package dev.tollgate.serving;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.ledger.Ledger.HoldsNow;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BooksGaugesTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    /** An alert uses this gauge: a hold that was released long before the next scrape must not seem older. */
    @Test
    void the_oldest_hold_is_as_old_as_it_was_when_it_was_looked_at() {
        HoldsNow one = new HoldsNow(1, 1_000, NOON);

        assertThat(new BooksGauges.HoldsReading(one, NOON.plusMillis(12_500)).oldestSeconds())
                .isEqualTo(12.5);
        assertThat(new BooksGauges.HoldsReading(HoldsNow.NONE, NOON).oldestSeconds())
                .isZero();
    }
}
