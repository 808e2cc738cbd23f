package dev.tollgate.models;

import dev.tollgate.base.config.Decimals;
import dev.tollgate.base.config.YamlNode;
import java.util.Map;

/** Reads a price of the catalogue. */
final class CataloguePrice {

    private CataloguePrice() {}

    static Pricing read(YamlNode price) {
        price.onlyWith("version", "input", "output", "reasoning", "rounding");
        return new Pricing(
                version(price.need("version")),
                price.need("input").decimal(Decimals.MICROS, Pricing.MICROS_PER_MILLION_MAX),
                price.need("output").decimal(Decimals.MICROS, Pricing.MICROS_PER_MILLION_MAX),
                price.need("reasoning").choice(Map.of("billed", true, "free", false)),
                rounding(price.need("rounding")));
    }

    private static String version(YamlNode node) {
        if (node.text().isBlank() || node.text().length() > 128) {
            throw node.wrong("1 to 128 characters");
        }
        if (node.text().contains("@" + Pricing.SET_MARK)) {
            throw node.complaint("'@" + Pricing.SET_MARK + "' marks the versions that are set while the program runs.");
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
                                "floor-total",
                                Pricing.Rounding.Form.FLOOR_TOTAL,
                                "nearest-component",
                                Pricing.Rounding.Form.NEAREST_COMPONENT)),
                stepMicros,
                node.need("minimum").decimal(Decimals.MICROS, 1_000 * Decimals.MICROS));
    }
}
