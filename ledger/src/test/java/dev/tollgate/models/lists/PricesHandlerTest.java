package dev.tollgate.models.lists;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueTest;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.Tariff;
import dev.tollgate.testing.Asked;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The price list of the API. */
class PricesHandlerTest {

    private static final Instant NOW = Instant.parse("2026-11-26T00:00:00Z");
    private static final Instant LATER = Instant.parse("2026-12-01T08:00:00Z");

    private static final Pricing WHOLE = new Pricing(
            "whole",
            new Tariff(
                    new PriceRates(400_000_000, 2_400_000_000L, 40_500_000, 600_000_000, 2_800_000_000L),
                    new Step(
                            200_000,
                            new PriceRates(800_000_000, 3_600_000_000L, 80_000_000, 1_200_000_000, 2_800_000_000L)),
                    Tariff.SearchCounts.CALLS,
                    new Tariff.Tiers(5_000, 18_000)),
            true,
            CatalogueTest.model("m").pricing().rounding());

    private static final Pricing PLAIN = new Pricing("plain", 100_000_000, 200_000_000, false, WHOLE.rounding());

    private static final Model DATED = CatalogueTest.model("dated")
            .atPrices(new PriceSchedule(
                    List.of(new PriceSchedule.Dated(Instant.MIN, PLAIN), new PriceSchedule.Dated(LATER, WHOLE))));

    private static final Map<String, PricesHandler.Version> PAST = Map.of(
            "before",
            new PricesHandler.Version(
                    "gone", new PriceSchedule.Dated(Instant.parse("2026-01-01T00:00:00Z"), PLAIN.named("before"))),
            "hidden",
            new PricesHandler.Version("closed", new PriceSchedule.Dated(Instant.MIN, PLAIN.named("hidden"))));

    private static List<Route<?>> routes(Instant now) {
        return routes(now, ModelsHandlerTest.LIFE);
    }

    private static List<Route<?>> routes(Instant now, ModelLife life) {
        Catalogue catalogue = CatalogueTest.catalogue(
                DATED,
                CatalogueTest.model("closed"),
                CatalogueTest.model("second").atPrices(PriceSchedule.of(PLAIN)),
                CatalogueTest.model("third").atPrices(PriceSchedule.of(PLAIN)));
        return List.of(Route.get(
                "/v1/prices",
                ModelsHandlerTest.KEY,
                new PricesHandler(SoldTo.all(catalogue), (_, version) -> PAST.get(version), life, () -> now)));
    }

    private static String prices(Instant now, String query) {
        return Asked.get("/v1/prices" + query).at(routes(now)).text();
    }

    private static final String WHOLE_JSON =
            "\"version\":\"whole\",\"from\":\"2026-12-01T08:00:00Z\",\"input\":400,\"output\":2400,"
                    + "\"cached_input\":40.5,\"audio_input\":600,\"search_per_1000\":2800,\"search_counts\":\"calls\","
                    + "\"above\":{\"prompt_tokens\":200000,\"input\":800,\"output\":3600,\"cached_input\":80,\"audio_input\":1200,"
                    + "\"search_per_1000\":2800},\"tiers\":{\"flex\":0.5,\"priority\":1.8},\"reasoning\":\"billed\","
                    + "\"rounding\":{\"rule\":\"floor-total\",\"step\":0.01,\"minimum\":0.01}";

    @Test
    void a_tier_that_would_be_refused_is_not_listed() {
        ModelLife withoutFlex = new ModelLife() {
            @Override
            public Model current(Model model) {
                return model;
            }

            @Override
            public Model offered(Model model) {
                return model.withoutFlex();
            }

            @Override
            public @Nullable Retirement retirement(Model model) {
                return null;
            }
        };
        assertThat(Asked.get("/v1/prices").at(routes(NOW, withoutFlex)).text())
                .contains("\"tiers\":{\"priority\":1.8}")
                .doesNotContain("flex");
        assertThat(Asked.get("/v1/prices").at(routes(NOW)).text())
                .contains("\"tiers\":{\"flex\":0.5,\"priority\":1.8}");
    }

    @Test
    void a_past_version_has_its_rates() {
        assertThat(prices(NOW, "?version=before"))
                .isEqualTo(
                        "{\"object\":\"list\",\"data\":[{\"model\":\"gone\",\"version\":\"before\",\"from\":\"2026-01-01T00:00:00Z\","
                                + "\"input\":100,\"output\":200,\"reasoning\":\"free\","
                                + "\"rounding\":{\"rule\":\"floor-total\",\"step\":0.01,\"minimum\":0.01},\"next\":[]}],\"next\":null}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hidden", "none", ""})
    void a_version_that_the_key_cannot_see_is_a_404(String version) {
        assertThat(Asked.get("/v1/prices?version=" + version).at(routes(NOW)).status())
                .isEqualTo(404);
    }

    @Test
    void a_price_ahead_is_listed_with_its_time() {
        assertThat(prices(NOW, "?limit=1"))
                .isEqualTo("{\"object\":\"list\",\"data\":[{\"model\":\"dated\",\"version\":\"plain\",\"from\":null,"
                        + "\"input\":100,\"output\":200,\"reasoning\":\"free\","
                        + "\"rounding\":{\"rule\":\"floor-total\",\"step\":0.01,\"minimum\":0.01},\"next\":[{"
                        + WHOLE_JSON
                        + "}]}],\"next\":\"dated\"}");
    }

    @Test
    void a_price_is_in_force_from_its_time_on() {
        assertThat(prices(LATER, "?limit=1")).contains("{\"model\":\"dated\"," + WHOLE_JSON + ",\"next\":[]}");
        assertThat(prices(LATER.minusNanos(1), "?limit=1")).contains("{\"model\":\"dated\",\"version\":\"plain\"");
    }

    @Test
    void pages_continue_after_the_last_model() {
        assertThat(prices(NOW, "?limit=1&after=dated"))
                .contains("\"model\":\"second\"")
                .endsWith("\"next\":\"second\"}");
        assertThat(prices(NOW, "?after=second"))
                .contains("\"model\":\"third\"")
                .doesNotContain("\"model\":\"second\"")
                .endsWith("\"next\":null}");
        assertThat(prices(NOW, "?after=third")).contains("\"data\":[],\"next\":null");
    }

    @Test
    void a_model_that_the_key_may_not_use_has_no_price() {
        assertThat(prices(NOW, "")).doesNotContain("closed").contains("\"model\":\"third\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?limit=0", "?limit=1001", "?limit=x", "?limit=-1", "?after=none", "?after=closed"})
    void an_invalid_parameter_is_refused_by_name(String query) {
        Asked.Answer answer = Asked.get("/v1/prices" + query).at(routes(NOW));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("\"param\":\"" + query.substring(1, query.indexOf('=')) + "\"");
    }
}
