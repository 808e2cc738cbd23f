package dev.tollgate.models.prices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.models.Pricing;
import dev.tollgate.models.prices.SetPrices.PriceVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Prices that several servers set, read in any order. */
class SetPricesTest {

    private static final Instant SET_AT = Instant.parse("2026-11-20T00:00:00Z");
    private static final String DECEMBER = "2026-12-01T00:00:00Z";
    private static final String JANUARY = "2027-01-01T00:00:00Z";

    private static PriceVersion price(long sequence, @Nullable String from) {
        Pricing pricing = new Pricing(
                "m@set-" + sequence,
                sequence,
                sequence,
                false,
                new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 0));
        return new PriceVersion(sequence, "m", SET_AT, from == null ? null : Instant.parse(from), pricing);
    }

    private static List<Long> held(List<PriceVersion> versions) {
        List<PriceVersion> held = List.of();
        for (PriceVersion version : versions) {
            held = Dated.merged(held, List.of(version));
        }
        return held.stream().map(PriceVersion::sequence).toList();
    }

    @Test
    void two_dated_prices_are_held_if_the_second_is_later() {
        assertThat(held(List.of(price(1, DECEMBER), price(2, JANUARY)))).containsExactly(1L, 2L);
    }

    @Test
    void a_dated_price_replaces_those_from_its_time_on() {
        assertThat(held(List.of(price(1, JANUARY), price(2, DECEMBER)))).containsExactly(2L);
        assertThat(held(List.of(price(1, JANUARY), price(2, JANUARY)))).containsExactly(2L);
    }

    @Test
    void a_price_set_at_once_withdraws_dated_ones() {
        assertThat(held(List.of(price(1, DECEMBER), price(2, JANUARY), price(3, null))))
                .containsExactly(3L);
        assertThat(held(List.of(price(1, null), price(2, JANUARY)))).containsExactly(1L, 2L);
    }

    @Test
    void a_price_written_again_after_another_stays() {
        assertThat(held(List.of(price(1, JANUARY), price(2, null), price(3, JANUARY))))
                .containsExactly(2L, 3L);
    }

    @Test
    void versions_that_arrive_out_of_order_give_the_same_prices() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<PriceVersion> versions = new ArrayList<>();
            for (int sequence = 1; sequence <= 6; sequence++) {
                versions.add(price(
                        sequence,
                        random.nextInt(4) == 0 ? null : "2026-12-0" + (1 + random.nextInt(5)) + "T00:00:00Z"));
            }
            List<Long> inOrder = held(versions);
            List<PriceVersion> arriving = new ArrayList<>(versions);
            Collections.shuffle(arriving, random);
            assertThat(held(arriving)).as("seed " + seed).isEqualTo(inOrder);
        }
    }
}
