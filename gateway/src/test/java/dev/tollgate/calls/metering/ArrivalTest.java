package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.PriceSchedule.Dated;
import dev.tollgate.models.Pricing;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalTest {

    private static final Instant RISE = Instant.parse("2026-12-01T08:00:00Z");
    private static final long READ_AFTER_NANOS = 3_000_000;

    private final PriceSchedule prices = new PriceSchedule(List.of(dated(Instant.MIN, "old"), dated(RISE, "new")));

    private static Dated dated(Instant from, String version) {
        Pricing.Rounding rounding = new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 0);
        return new Dated(from, new Pricing(version, 1, 1, true, rounding));
    }

    /** Returns the version of the price of a call that arrived at a time and was read 3 ms later. */
    private String versionAt(Instant arrived) {
        long nanos = Long.MAX_VALUE - 1; // nanoTime may overflow between the arrival and the reading
        Arrival arrival = new Arrival("req_1", nanos, "/v1/chat/completions", null, CourseTest.NOBODY);
        Instant read = arrived.plusNanos(READ_AFTER_NANOS);
        return prices.at(arrival.at(read, nanos + READ_AFTER_NANOS)).version();
    }

    @Test
    void a_call_that_arrives_when_a_price_rises_has_the_new_one() {
        assertThat(versionAt(RISE)).isEqualTo("new");
        assertThat(versionAt(RISE.minusNanos(1))).isEqualTo("old");
    }
}
