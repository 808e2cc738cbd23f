package dev.tollgate.models;

import dev.tollgate.base.config.YamlNode;
import dev.tollgate.http.limits.CallLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the rows of models of embeddings: {@code kind: embedding} (E69). */
final class CatalogueEmbedding {

    static final String KIND = "kind";

    private static final int DIMENSIONS_MAX = 16_384;
    private static final long INPUT_TOKENS_MAX = 1_000_000;
    private static final Map<String, Boolean> KINDS = Map.of("chat", false, "embedding", true);

    private CatalogueEmbedding() {}

    /** Returns whether a row is one of embeddings; {@code kind: chat} is the default. */
    static boolean isOne(YamlNode row) {
        YamlNode kind = row.find(KIND);
        return kind != null && kind.choice(KINDS);
    }

    /**
     * Reads an upstream model. It has no {@code retires}: vectors of two models cannot be compared, so that none can replace another.
     *
     * @param costs reads its list price
     */
    static UpstreamModel upstream(YamlNode row, CatalogueTariff costs) {
        row.onlyWith("name", KIND, "limits", "dimensions", "task_types", "scales_shorter", "list_price_usd");
        YamlNode limits = row.need("limits").onlyWith("input_tokens");
        YamlNode scales = row.find("scales_shorter");
        return new UpstreamModel(
                CatalogueLoader.checkedName(row.need("name")),
                new UpstreamModel.Limits(limits.need("input_tokens").wholeNumber(1, INPUT_TOKENS_MAX), 0, false, 1, 0),
                UpstreamModel.Abilities.NONE,
                new Thinking.None(),
                new UpstreamModel.Output(
                        rules(
                                row.need("dimensions").onlyWith("min", "max"),
                                row.find("task_types"),
                                scales != null && scales.bool()),
                        null,
                        false),
                CatalogueUpstream.costs(row.find("list_price_usd"), costs),
                Map.of(),
                null);
    }

    private static EmbeddingRules rules(YamlNode dimensions, @Nullable YamlNode taskTypes, boolean scalesShorter) {
        int max = (int) dimensions.need("max").wholeNumber(1, DIMENSIONS_MAX);
        int min = (int) dimensions.need("min").wholeNumber(1, max);
        return new EmbeddingRules(
                min,
                max,
                taskTypes == null
                        ? List.of()
                        : taskTypes.items().stream()
                                .map(CatalogueEmbedding::taskType)
                                .toList(),
                scalesShorter);
    }

    private static String taskType(YamlNode word) {
        if (!word.text().matches("[A-Z][A-Z_]{0,63}")) {
            throw word.wrong("a word of 1 to 64 of A-Z and _");
        }
        return word.text();
    }

    /** Makes a model on sale. It has none of the settings of answers. */
    static Model model(
            String id,
            List<String> aliases,
            boolean active,
            UpstreamModel upstream,
            PriceSchedule prices,
            CallLimits rates,
            @Nullable Duration callTimeMax) {
        return new Model(
                id,
                aliases,
                active,
                upstream,
                prices.dated().getFirst().pricing(),
                Model.UsageForm.TOKENS,
                false,
                false,
                false,
                null,
                null,
                new Model.Tools(false, false, false),
                new Model.Formats(false, false, false),
                rates,
                prices,
                callTimeMax,
                Model.IMAGES_MAX,
                null);
    }
}
