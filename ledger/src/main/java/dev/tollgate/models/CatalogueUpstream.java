package dev.tollgate.models;

import dev.tollgate.base.config.Decimals;
import dev.tollgate.base.config.YamlNode;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ImageSize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an upstream's model of the catalogue. */
final class CatalogueUpstream {

    /** A dollar in micro-credits. */
    private static final TariffRules OF_DOLLARS =
            new TariffRules("dollars", UpstreamModel.Cost.CREDITS_A_DOLLAR * Decimals.MICROS);

    private static final long TOKENS_MAX = 100_000_000;
    private static final int INPUTS_MAX = 100;

    private static final String[] KEYS = {
        "name",
        CatalogueEmbedding.KIND,
        "limits",
        "candidates",
        "sampling",
        "penalties",
        "logprobs",
        "thinking",
        "media_resolution",
        "media_in_tool_results",
        "trailing_assistant",
        "signatures",
        "cache_min_tokens",
        "images",
        "output",
        "retires",
        "list_price_usd"
    };

    private CatalogueUpstream() {}

    static UpstreamModel read(YamlNode row) {
        if (CatalogueEmbedding.isOne(row)) {
            return CatalogueEmbedding.upstream(row, CatalogueTariff.ofInputAlone(OF_DOLLARS));
        }
        row.onlyWith(KEYS);
        YamlNode limits = row.need("limits").onlyWith("input_tokens", "output_tokens", "shared", "long_tokens");
        YamlNode shared = limits.find("shared");
        boolean isShared = shared != null && shared.bool();
        long context = limits.need("input_tokens").wholeNumber(1, TOKENS_MAX);
        long most = limits.need("output_tokens").wholeNumber(1, TOKENS_MAX);
        int candidates = (int) row.need("candidates").wholeNumber(1, 128);
        YamlNode sampling = row.find("sampling");
        YamlNode cached = row.find("cache_min_tokens");
        YamlNode images = row.find("images");
        return new UpstreamModel(
                CatalogueLoader.checkedName(row.need("name")),
                new UpstreamModel.Limits(
                        context,
                        most,
                        isShared,
                        candidates,
                        cached == null ? 0 : cached.wholeNumber(1, TOKENS_MAX),
                        longTokens(limits.find("long_tokens"), context, most, isShared && candidates == 1)),
                new UpstreamModel.Abilities(
                        sampling == null || sampling.bool(),
                        row.need("penalties").bool(),
                        row.need("logprobs").bool(),
                        row.need("media_resolution").choice(Map.of("part", true, "request", false)),
                        row.need("media_in_tool_results").bool(),
                        row.need("trailing_assistant").bool(),
                        row.need("signatures").bool()),
                thinking(row.need("thinking")),
                new UpstreamModel.Output(
                        null,
                        images == null ? null : images(images),
                        row.find("output") instanceof YamlNode output && speaks(output, images)),
                costs(row.find("list_price_usd"), new CatalogueTariff(OF_DOLLARS)),
                retirements(row.find("retires")),
                null);
    }

    /** Reads the most of an answer over all its hops. What it writes has to fit its own context, and one answer goes on, not several. */
    private static long longTokens(@Nullable YamlNode node, long context, long output, boolean mayGoOn) {
        if (node == null || node.text().equals("0")) {
            return 0;
        }
        if (!mayGoOn) {
            throw node.complaint("needs 'shared: true' and 'candidates: 1'.");
        }
        return node.wholeNumber(output + 1, context);
    }

    /** Reads the output of a model whose rows say it: speech alone, since other models say by their images what they make. */
    private static boolean speaks(YamlNode output, @Nullable YamlNode images) {
        if (images != null
                || output.items().size() != 1
                || !output.items().getFirst().text().equals("audio")) {
            throw output.wrong("[audio], for a model without 'images' that makes speech");
        }
        return true;
    }

    private static UpstreamModel.Images images(YamlNode node) {
        node.onlyWith("sizes", "size", "ratios", "inputs");
        List<String> all = ImageSize.WORDS;
        Map<String, YamlNode> written =
                node.need("sizes").onlyWith(all.toArray(String[]::new)).fields();
        Map<String, Long> sizes = new LinkedHashMap<>();
        Map<String, String> choices = new LinkedHashMap<>();
        for (String size : all) {
            YamlNode tokens = written.get(size);
            if (tokens != null) {
                sizes.put(size, tokens.wholeNumber(1, TOKENS_MAX));
                choices.put(size, size);
            }
        }
        return new UpstreamModel.Images(
                sizes,
                node.need("size").choice(choices),
                node.need("ratios").items().stream()
                        .map(CatalogueUpstream::ratio)
                        .toList(),
                Math.toIntExact(node.need("inputs").wholeNumber(1, INPUTS_MAX)));
    }

    private static String ratio(YamlNode node) {
        if (!node.text().matches("[1-9][0-9]?:[1-9][0-9]?")) {
            throw node.wrong("a ratio of width to height like 16:9");
        }
        return node.text();
    }

    /** Reads retirements by kind of channel. The rules of successors are checked once all rows are known. */
    private static Map<String, UpstreamModel.Retirement> retirements(@Nullable YamlNode node) {
        Map<String, UpstreamModel.Retirement> retirements = new LinkedHashMap<>();
        if (node != null) {
            node.onlyWith("gemini", "vertex").fields().forEach((kind, end) -> {
                end.onlyWith("at", "becomes");
                retirements.put(
                        kind,
                        new UpstreamModel.Retirement(
                                CatalogueLoader.instant(end.need("at")),
                                CatalogueLoader.checkedName(end.need("becomes"))));
            });
        }
        return retirements;
    }

    private static Thinking thinking(YamlNode node) {
        return switch (node.need("by").choice(Map.of("budget", 0, "level", 1, "none", 2))) {
            case 0 -> budget(node);
            case 1 -> level(node);
            default -> {
                node.onlyWith("by");
                yield new Thinking.None();
            }
        };
    }

    private static Thinking budget(YamlNode node) {
        node.onlyWith("by", "min", "max", "efforts");
        long min = node.need("min").wholeNumber(0, TOKENS_MAX);
        long max = node.need("max").wholeNumber(min, TOKENS_MAX);
        Map<Effort, Long> budgets = new LinkedHashMap<>();
        efforts(node).forEach((effort, value) -> budgets.put(Effort.of(effort), budget(value, min, max)));
        return new Thinking.Budget(min, max, budgets);
    }

    // 0 turns thinking off where a model can, although its least budget may be higher; -1 leaves the budget to the
    // model.
    private static long budget(YamlNode value, long min, long max) {
        long tokens = value.text().equals("-1") ? -1 : value.wholeNumber(0, max);
        if (tokens > 0 && tokens < min) {
            throw value.wrong("-1, 0 or a whole number from " + min + " to " + max);
        }
        return tokens;
    }

    private static Thinking level(YamlNode node) {
        node.onlyWith("by", "efforts", "budgets");
        YamlNode budgets = node.find("budgets");
        Map<Effort, String> words = new LinkedHashMap<>();
        Map<String, String> levels = new LinkedHashMap<>();
        Thinking.Level.LEVELS.forEach(level -> levels.put(level, level));
        efforts(node).forEach((effort, value) -> words.put(Effort.of(effort), value.choice(levels)));
        return new Thinking.Level(words, budgets == null || budgets.bool());
    }

    private static Map<String, YamlNode> efforts(YamlNode node) {
        return node.need("efforts")
                .onlyWith(Effort.words().toArray(String[]::new))
                .fields();
    }

    /** Reads one price, or a list of prices of which all except one have a first day. */
    static List<UpstreamModel.Cost> costs(@Nullable YamlNode node, CatalogueTariff rates) {
        if (node == null) {
            return List.of();
        }
        return CatalogueTariff.dated(node).stream()
                .map(price -> {
                    YamlNode cost = price.node().onlyWith(rates.keysOfCost(node.isList()));
                    return new UpstreamModel.Cost(price.from(), rates.readCost(cost));
                })
                .toList();
    }
}
