package dev.tollgate.models;

import dev.tollgate.base.config.YamlNode;
import dev.tollgate.models.PriceRates.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads rates of the catalogue, of a sale or a cost (P1 to P4). Every mistake names the key. */
final class CatalogueTariff {

    private static final List<String> KEYS = List.of(
            "input", "output", "cached_input", "audio_input", "search_per_1000", "search_counts", "above", "tiers");

    /** Micro-credits of the unit in which the rates are written. */
    private final long scale;

    private final boolean hasInputAlone;

    CatalogueTariff(long scale) {
        this(scale, false);
    }

    private CatalogueTariff(long scale, boolean hasInputAlone) {
        this.scale = scale;
        this.hasInputAlone = hasInputAlone;
    }

    /** Returns a reader of the prices of embeddings, whose only rate is {@code input} (P1). */
    static CatalogueTariff ofInputAlone(long scale) {
        return new CatalogueTariff(scale, true);
    }

    /** Returns the keys of a cost, those of earlier catalogues included. */
    String[] keysOfCost(boolean isOfList) {
        return hasInputAlone ? keys(isOfList) : keys(isOfList, "cached", "search");
    }

    /** @param isOfList whether the price may have a {@code from} */
    String[] keys(boolean isOfList, String... further) {
        List<String> keys = new ArrayList<>(hasInputAlone ? List.of("input") : KEYS);
        keys.addAll(List.of(further));
        if (isOfList) {
            keys.add("from");
        }
        return keys.toArray(String[]::new);
    }

    /** A price with the time from which it is in force, which all except one of a list have. */
    record Dated(Instant from, YamlNode node) {}

    /** Returns the one price of a node, or each of its list in the order of time. */
    static List<Dated> dated(YamlNode node) {
        if (!node.isList()) {
            return List.of(new Dated(Instant.MIN, node));
        }
        List<Dated> prices = new ArrayList<>();
        for (YamlNode row : node.items()) {
            YamlNode from = row.find("from");
            Dated price = new Dated(from == null ? Instant.MIN : CatalogueLoader.instant(from), row);
            if (prices.stream().anyMatch(other -> other.from().equals(price.from()))) {
                throw row.complaint(
                        from == null
                                ? "has no 'from', like a price before it; allowed is one price without it."
                                : "holds from the same time on as another price; allowed is one price for each 'from'.");
            }
            prices.add(price);
        }
        return prices;
    }

    /** Reads the rates of a sale. */
    Tariff read(YamlNode node) {
        return read(node, Row.of(node));
    }

    /** Reads a cost, also with the keys of earlier catalogues: {@code cached}, and {@code search} for each call with a search. */
    Tariff readCost(YamlNode node) {
        YamlNode counts = node.find("search_counts");
        boolean isPerCall = node.find("search") != null;
        if (isPerCall && counts != null) {
            throw counts.complaint("belongs to 'search_per_1000'; 'search' is a rate for each call with a search.");
        }
        YamlNode cached = either(node, "cached_input", "cached");
        YamlNode search = either(node, "search_per_1000", "search");
        return read(node, new Row(node.need("input"), cached, node.find("audio_input"), search, isPerCall ? 1_000 : 1));
    }

    /**
     * The rates as they are written.
     *
     * @param searchFactor thousandths of searches in the unit of the search rate: 1 for a thousand searches, 1,000 for one
     */
    private record Row(
            YamlNode input,
            @Nullable YamlNode cached,
            @Nullable YamlNode audio,
            @Nullable YamlNode search,
            long searchFactor) {

        static Row of(YamlNode node) {
            return new Row(
                    node.need("input"),
                    node.find("cached_input"),
                    node.find("audio_input"),
                    node.find("search_per_1000"),
                    1);
        }
    }

    private static @Nullable YamlNode either(YamlNode node, String key, String earlier) {
        YamlNode old = node.find(earlier);
        if (old != null && node.find(key) != null) {
            throw old.complaint("says the same as '" + key + "', which is there too; leave one of them out.");
        }
        return old == null ? node.find(key) : old;
    }

    private Tariff read(YamlNode node, Row row) {
        PriceRates base = rates(node, row);
        YamlNode above = node.find("above");
        YamlNode tiers = node.find("tiers");
        return tariff(
                node,
                base,
                above == null ? null : step(above, row, base),
                row.searchFactor() == 1 ? searchCounts(node.find("search_counts"), base) : Tariff.SearchCounts.CALLS,
                tiers == null ? Tariff.Tiers.NONE : tiers(tiers));
    }

    private Tariff tariff(
            YamlNode node, PriceRates base, @Nullable Step step, Tariff.SearchCounts counts, Tariff.Tiers tiers) {
        try {
            return new Tariff(base, step, counts, tiers);
        } catch (IllegalArgumentException e) {
            throw node.need("tiers")
                    .complaint("multiplies a rate beyond " + PriceRates.MAX / scale
                            + " per million tokens, which is the most.");
        }
    }

    private PriceRates rates(YamlNode node, Row row) {
        long input = micros(row.input());
        long cached = row.cached() == null ? input : micros(row.cached());
        long audio = row.audio() == null ? input : micros(row.audio());
        if (row.cached() != null && cached > input) {
            throw row.cached().wrong("at most 'input', " + row.input().text());
        }
        if (row.audio() != null && audio < input) {
            throw row.audio().wrong("at least 'input', " + row.input().text());
        }
        long search = row.search() == null
                ? 0
                : row.search().decimal(scale, PriceRates.MAX / row.searchFactor()) * row.searchFactor();
        long output = hasInputAlone ? 0 : micros(node.need("output"));
        return new PriceRates(input, output, cached, audio, search);
    }

    private static Tariff.SearchCounts searchCounts(@Nullable YamlNode node, PriceRates base) {
        if (node == null) {
            return Tariff.SearchCounts.QUERIES;
        }
        if (base.searchMicros() == 0) {
            throw node.complaint("needs 'search_per_1000', a rate above 0, beside it.");
        }
        return node.choice(Map.of("queries", Tariff.SearchCounts.QUERIES, "calls", Tariff.SearchCounts.CALLS));
    }

    /** Reads the rates of long prompts. They name each rate that the row names and no other, and none is lower. */
    private Step step(YamlNode node, Row row, PriceRates base) {
        node.onlyWith("prompt_tokens", "input", "output", "cached_input", "audio_input", "search_per_1000");
        long tokens = node.need("prompt_tokens").wholeNumber(1, 1_000_000_000);
        PriceRates rates = rates(node, Row.of(node));
        requireNot(node, "cached_input", row.cached() == null);
        requireNot(node, "audio_input", row.audio() == null);
        requireNot(node, "search_per_1000", row.search() == null);
        requireAtLeast(node, "input", rates.inputMicros(), base.inputMicros(), true);
        requireAtLeast(node, "output", rates.outputMicros(), base.outputMicros(), true);
        requireAtLeast(node, "cached_input", rates.cachedMicros(), base.cachedMicros(), row.cached() != null);
        requireAtLeast(node, "audio_input", rates.audioMicros(), base.audioMicros(), row.audio() != null);
        requireAtLeast(node, "search_per_1000", rates.searchMicros(), base.searchMicros(), row.search() != null);
        Step step = new Step(tokens, rates);
        String alone = step.rateWithout(base);
        if (alone != null) {
            requireNot(node, alone, true);
        }
        return step;
    }

    private static void requireNot(YamlNode node, String key, boolean isLacking) {
        YamlNode rate = node.find(key);
        if (isLacking && rate != null) {
            throw rate.complaint(
                    "is a rate that the price has for long prompts alone; name it for shorter ones, too, or not at all.");
        }
    }

    private static void requireAtLeast(YamlNode node, String key, long micros, long least, boolean isNeeded) {
        YamlNode rate = isNeeded ? node.need(key) : node.find(key);
        if (rate != null && micros < least) {
            throw rate.wrong("at least the rate of shorter prompts");
        }
    }

    private static Tariff.Tiers tiers(YamlNode node) {
        node.onlyWith("flex", "priority");
        return new Tariff.Tiers(factor(node.find("flex")), factor(node.find("priority")));
    }

    private static int factor(@Nullable YamlNode node) {
        if (node == null) {
            return 0;
        }
        long factor = node.decimal(Tariff.Tiers.ONE, Tariff.Tiers.FACTOR_MAX);
        if (factor == 0) {
            throw node.wrong("a decimal number above 0, with at most 4 decimals, up to 100");
        }
        return Math.toIntExact(factor);
    }

    private long micros(YamlNode rate) {
        return rate.decimal(scale, PriceRates.MAX);
    }
}
