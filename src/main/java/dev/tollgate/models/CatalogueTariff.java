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

    CatalogueTariff(long scale) {
        this.scale = scale;
    }

    /** @param isOfList whether the price may have a {@code from} */
    static String[] keys(boolean isOfList, String... further) {
        List<String> keys = new ArrayList<>(KEYS);
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
                        "holds from the same time on as another price; allowed is one price for each 'from'.");
            }
            prices.add(price);
        }
        return prices;
    }

    /** Reads the rates of a sale. */
    Tariff read(YamlNode node) {
        PriceRates base = rates(node, node.find("cached_input"), node.find("search_per_1000"), 1);
        return read(node, base, searchCounts(node.find("search_counts"), base));
    }

    /** Reads a cost, also with the keys of earlier catalogues: {@code cached}, and {@code search} for each call with a search. */
    Tariff readCost(YamlNode node) {
        YamlNode cached = either(node, "cached_input", "cached");
        YamlNode search = either(node, "search_per_1000", "search");
        boolean isPerCall = node.find("search") != null;
        PriceRates base = rates(node, cached, search, isPerCall ? 1_000 : 1);
        return read(node, base, isPerCall ? Tariff.SearchCounts.CALLS : searchCounts(node.find("search_counts"), base));
    }

    private static @Nullable YamlNode either(YamlNode node, String key, String earlier) {
        YamlNode old = node.find(earlier);
        if (old != null && node.find(key) != null) {
            throw old.complaint("says the same as '" + key + "', which is there too; leave one of them out.");
        }
        return old == null ? node.find(key) : old;
    }

    private Tariff read(YamlNode node, PriceRates base, Tariff.SearchCounts counts) {
        YamlNode above = node.find("above");
        Step step = above == null ? null : step(above, base);
        YamlNode tiers = node.find("tiers");
        return tariff(node, base, step, counts, tiers == null ? Tariff.Tiers.NONE : tiers(tiers));
    }

    private static Tariff tariff(
            YamlNode node, PriceRates base, @Nullable Step step, Tariff.SearchCounts counts, Tariff.Tiers tiers) {
        try {
            return new Tariff(base, step, counts, tiers);
        } catch (IllegalArgumentException e) {
            throw node.need("tiers")
                    .complaint("multiplies a rate beyond 1,000,000 credits per million tokens, which is the most.");
        }
    }

    /** @param searchFactor thousandths of searches in the unit of the search rate: 1 for a thousand searches, 1,000 for one */
    private PriceRates rates(YamlNode node, @Nullable YamlNode cached, @Nullable YamlNode search, long searchFactor) {
        YamlNode audio = node.find("audio_input");
        long input = micros(node.need("input"));
        long cachedMicros = cached == null ? input : micros(cached);
        long audioMicros = audio == null ? input : micros(audio);
        if (cached != null && cachedMicros > input) {
            throw cached.wrong("at most 'input', " + node.need("input").text());
        }
        if (audio != null && audioMicros < input) {
            throw audio.wrong("at least 'input', " + node.need("input").text());
        }
        long searchMicros = search == null ? 0 : search.decimal(scale, PriceRates.MAX / searchFactor) * searchFactor;
        return new PriceRates(input, micros(node.need("output")), cachedMicros, audioMicros, searchMicros);
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

    /** Reads the rates of long prompts. They name each rate that the row has, and none is lower. */
    private Step step(YamlNode node, PriceRates base) {
        node.onlyWith("prompt_tokens", "input", "output", "cached_input", "audio_input", "search_per_1000");
        long tokens = node.need("prompt_tokens").wholeNumber(1, 1_000_000_000);
        PriceRates rates = rates(node, node.find("cached_input"), node.find("search_per_1000"), 1);
        requireAtLeast(node, "input", rates.inputMicros(), base.inputMicros(), true);
        requireAtLeast(node, "output", rates.outputMicros(), base.outputMicros(), true);
        requireAtLeast(node, "cached_input", rates.cachedMicros(), base.cachedMicros(), base.hasCached());
        requireAtLeast(node, "audio_input", rates.audioMicros(), base.audioMicros(), base.hasAudio());
        requireAtLeast(node, "search_per_1000", rates.searchMicros(), base.searchMicros(), base.searchMicros() > 0);
        return new Step(tokens, rates);
    }

    private static void requireAtLeast(YamlNode node, String key, long micros, long least, boolean isNeeded) {
        YamlNode rate = isNeeded ? node.need(key) : node.find(key);
        if (rate != null && micros < least) {
            throw rate.wrong("at least the row's own '" + key + "'");
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
