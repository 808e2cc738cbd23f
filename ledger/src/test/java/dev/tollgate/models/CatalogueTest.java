package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.http.limits.CallLimits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class CatalogueTest {

    private static final Pricing.Rounding CENTS =
            new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 10_000, 10_000);

    @Test
    void a_name_means_one_model_and_thus_one_price() {
        assertThatThrownBy(() -> catalogue(model("a"), model("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a names two models");
        assertThatThrownBy(() -> catalogue(model("a", "b"), model("c", "b"))).hasMessage("b names two models");
        assertThatThrownBy(() -> catalogue(model("a", "b"), model("b"))).hasMessage("b names two models");
        assertThat(catalogue(model("a", "b"), model("c")).find("b")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"100, 200, false", "99, 200, true", "100, 199, true", "101, 201, false"})
    void a_model_is_sold_below_cost_only_where_a_price_is_below_the_upstreams(long in, long out, boolean below) {
        Model sold = model(in, out, "a");
        assertThat(BelowCost.of(sold, Instant.EPOCH).isPresent()).isEqualTo(below);
    }

    public static Catalogue catalogue(Model... models) {
        return new Catalogue(Instant.EPOCH, List.of(models), List.of());
    }

    public static Model model(String id, String... aliases) {
        return model(100, 200, id, aliases);
    }

    private static Model model(long in, long out, String id, String... aliases) {
        UpstreamModel upstream = new UpstreamModel(
                "up",
                new UpstreamModel.Limits(1_000, 100, false, 1, 0),
                new UpstreamModel.Abilities(true, false, false, false, false, false, false),
                new Thinking.None(),
                UpstreamModel.Output.TEXT,
                List.of(Costs.cost(Instant.MIN, 100, 0, 200, 0)),
                Map.of(),
                null);
        return new Model(
                id,
                List.of(aliases),
                true,
                upstream,
                new Pricing("v", in, out, true, CENTS),
                Model.UsageForm.TOKENS,
                false,
                false,
                false,
                null,
                null,
                new Model.Tools(true, true, false),
                new Model.Formats(true, false, false),
                CallLimits.NONE);
    }
}
