package dev.tollgate.pages.console.prices;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import dev.tollgate.models.UpstreamModel;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A mark-up of 30 % on a cost with Google Maps. */
class PriceFormTest {

    private static final long CREDIT = 1_000_000;
    private static final Tariff WITH_MAPS = tariff(2_800);
    private static final Tariff WITHOUT = tariff(0);

    private static Tariff tariff(long maps) {
        PriceRates rates = new PriceRates(
                300 * CREDIT,
                1_500 * CREDIT,
                30 * CREDIT,
                300 * CREDIT,
                30 * CREDIT,
                1_500 * CREDIT,
                2_800 * CREDIT,
                maps * CREDIT);
        return new Tariff(rates, null, SearchCounts.QUERIES, Tiers.NONE);
    }

    private static PriceForm marked(Tariff cost, Tariff before, Map<String, String> typed) {
        return PriceForm.typed(typed, ZoneOffset.UTC).onCost(new UpstreamModel.Cost(Instant.MIN, cost), before);
    }

    @Test
    void a_mark_up_leaves_what_is_not_on_sale_to_a_box() {
        PriceForm form = marked(WITH_MAPS, WITHOUT, Map.of("margin", "30", "maps_per_1000", ""));

        assertThat(form.value("input")).isEqualTo("390");
        assertThat(form.value("search_per_1000")).isEqualTo("3640");
        assertThat(form.value("maps_per_1000")).isEmpty();
        assertThat(form.offers()).isEqualTo(Map.of("maps_per_1000", "3640"));
        assertThat(form.withOffers().value("maps_per_1000")).isEqualTo("3640");
        assertThat(form.change().rates().applied(WITHOUT, false).has(Rate.MAPS)).isFalse();
    }

    @Test
    void a_mark_up_changes_google_maps_that_is_on_sale() {
        PriceForm form = marked(WITH_MAPS, WITH_MAPS, Map.of("margin", "30", "maps_per_1000", "2800"));

        assertThat(form.value("maps_per_1000")).isEqualTo("3640");
        assertThat(form.offers()).isEmpty();
    }

    @Test
    void a_mark_up_keeps_what_is_sold_without_a_known_cost() {
        PriceForm form = marked(WITHOUT, WITH_MAPS, Map.of("margin", "30", "maps_per_1000", "2800"));

        assertThat(form.value("maps_per_1000")).isEqualTo("2800");
        assertThat(form.offers()).isEmpty();
    }
}
