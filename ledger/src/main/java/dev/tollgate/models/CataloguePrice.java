package dev.tollgate.models;

import dev.tollgate.base.config.Decimals;
import dev.tollgate.base.config.YamlNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a price of the catalogue. */
final class CataloguePrice {

    private static final CatalogueTariff RATES = new CatalogueTariff(TariffRules.OF_CREDITS);
    private static final CatalogueTariff INPUT_ALONE = CatalogueTariff.ofInputAlone(TariffRules.OF_CREDITS);

    private CataloguePrice() {}

    /** Reads one price, or a list of prices of which all except one have a first day. @param places receives file and line of each version */
    static PriceSchedule read(YamlNode node, Map<String, String> places) {
        return read(node, places, RATES, "version", "reasoning", "rounding");
    }

    /** Reads the prices of a model of embeddings, which have {@code input} alone. */
    static PriceSchedule readOfEmbeddings(YamlNode node, Map<String, String> places) {
        return read(node, places, INPUT_ALONE, "version", "rounding");
    }

    private static PriceSchedule read(
            YamlNode node, Map<String, String> places, CatalogueTariff rates, String... keys) {
        List<PriceSchedule.Dated> dated = new ArrayList<>();
        for (CatalogueTariff.Dated price : CatalogueTariff.dated(node)) {
            YamlNode row = price.node().onlyWith(rates.keys(node.isList(), keys));
            Pricing pricing = read(row, rates);
            YamlNode version = row.need("version");
            if (places.put(pricing.version(), version.place()) != null) {
                throw version.complaint("'" + pricing.version() + "' names another price already.");
            }
            dated.add(new PriceSchedule.Dated(price.from(), pricing));
        }
        if (dated.isEmpty()) {
            throw node.wrong("a price, or a list of at least one");
        }
        if (dated.stream().noneMatch(price -> price.from().equals(Instant.MIN))) {
            throw node.complaint("has a 'from' in every price; allowed is a list whose first price has none.");
        }
        return new PriceSchedule(dated);
    }

    private static Pricing read(YamlNode price, CatalogueTariff rates) {
        return new Pricing(
                version(price.need("version")),
                rates.read(price),
                rates == RATES && price.need("reasoning").choice(Map.of("billed", true, "free", false)),
                rounding(price.need("rounding")));
    }

    private static String version(YamlNode node) {
        if (node.text().isBlank() || node.text().length() > 128) {
            throw node.wrong("1 to 128 characters");
        }
        if (node.text().contains("@" + Pricing.SET_MARK)) {
            throw node.complaint("'@" + Pricing.SET_MARK + "' marks the versions that are set while the program runs.");
        }
        if (node.text().contains("*")) {
            throw node.complaint("'*' is no part of a version.");
        }
        return node.text();
    }

    private static Pricing.Rounding rounding(YamlNode node) {
        node.onlyWith("rule", "step", "minimum");
        YamlNode step = node.need("step");
        long stepMicros = step.decimal(Decimals.MICROS, 1_000 * Decimals.MICROS);
        if (stepMicros == 0) {
            throw step.wrong("a decimal number above 0");
        }
        return new Pricing.Rounding(
                node.need("rule")
                        .choice(Map.of(
                                Pricing.Rounding.Form.FLOOR_TOTAL.word(),
                                Pricing.Rounding.Form.FLOOR_TOTAL,
                                Pricing.Rounding.Form.NEAREST_COMPONENT.word(),
                                Pricing.Rounding.Form.NEAREST_COMPONENT)),
                stepMicros,
                node.need("minimum").decimal(Decimals.MICROS, 1_000 * Decimals.MICROS));
    }
}
