package dev.tollgate.pages.docs;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.pages.frame.Display;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A price as pages describe it: every rate that is not the same as another one. */
public record PriceFacts(Pricing pricing) {

    /**
     * A rate, with its unit in its name.
     *
     * @param micros micro-credits for a million tokens, or for a thousand searches
     * @param longMicros likewise for long prompts; null if the price has no such step
     */
    public record Rate(String name, long micros, @Nullable Long longMicros) {}

    /** Returns the rates in the order of a charge. */
    public List<Rate> rates() {
        Tariff tariff = pricing.tariff();
        PriceRates base = tariff.rates();
        PriceRates.Step step = tariff.above();
        PriceRates above = step == null ? null : step.rates();
        List<Rate> rates = new ArrayList<>();
        rates.add(rate("Input, per million tokens", base.inputMicros(), above == null ? null : above.inputMicros()));
        if (tariff.hasCached()) {
            rates.add(rate(
                    "Cached input, per million tokens",
                    base.cachedMicros(),
                    above == null ? null : above.cachedMicros()));
        }
        if (tariff.hasAudio()) {
            rates.add(rate(
                    "Audio input, per million tokens", base.audioMicros(), above == null ? null : above.audioMicros()));
        }
        rates.add(rate("Output, per million tokens", base.outputMicros(), above == null ? null : above.outputMicros()));
        if (tariff.hasSearch()) {
            rates.add(rate(
                    "Search, per thousand " + searches(),
                    base.searchMicros(),
                    above == null ? null : above.searchMicros()));
        }
        return rates;
    }

    /** Makes a rate; one that is the same for long prompts is given once. */
    private static Rate rate(String name, long micros, @Nullable Long longMicros) {
        return new Rate(name, micros, longMicros != null && longMicros == micros ? null : longMicros);
    }

    private String searches() {
        return pricing.tariff().searchCounts() == Tariff.SearchCounts.CALLS ? "calls that search" : "queries";
    }

    /** Returns which prompts have the rates of long ones; empty if there are none. */
    public String step() {
        PriceRates.Step above = pricing.tariff().above();
        return above == null ? "" : "above " + Display.number(above.promptTokens()) + " prompt tokens";
    }

    /** Returns the factors of the service tiers; empty if there are none. */
    public String tiers() {
        Tariff.Tiers tiers = pricing.tariff().tiers();
        List<String> factors = new ArrayList<>();
        factor(factors, "flex", tiers.flex());
        factor(factors, "priority", tiers.priority());
        return String.join(", ", factors);
    }

    private static void factor(List<String> factors, String tier, int factor) {
        if (factor > 0) {
            String times = BigDecimal.valueOf(factor, 4).stripTrailingZeros().toPlainString();
            factors.add(tier + " × " + times);
        }
    }

    /** Returns one line for each rate apart from input and output. */
    List<String> others() {
        Tariff tariff = pricing.tariff();
        PriceRates rates = tariff.rates();
        List<String> lines = new ArrayList<>();
        if (rates.hasCached()) {
            lines.add("Cached input " + Display.price(rates.cachedMicros()));
        }
        if (rates.hasAudio()) {
            lines.add("Audio input " + Display.price(rates.audioMicros()));
        }
        if (rates.searchMicros() > 0) {
            lines.add("Search " + Display.price(rates.searchMicros()) + " per thousand " + searches());
        }
        PriceRates.Step above = tariff.above();
        if (above != null) {
            lines.add("Above " + Display.number(above.promptTokens()) + " prompt tokens: "
                    + changes(rates, above.rates()));
        }
        if (!tiers().isEmpty()) {
            lines.add("Tiers " + tiers());
        }
        return lines;
    }

    /** Returns the rates of this price that another one has changed. */
    String changesTo(Pricing other) {
        String changes = changes(pricing.tariff().rates(), other.tariff().rates());
        return changes.isEmpty() ? "other rates" : changes;
    }

    private static String changes(PriceRates rates, PriceRates others) {
        List<String> changes = new ArrayList<>();
        change(changes, "in", rates.inputMicros(), others.inputMicros(), true);
        change(changes, "cached", rates.cachedMicros(), others.cachedMicros(), others.hasCached());
        change(changes, "audio", rates.audioMicros(), others.audioMicros(), others.hasAudio());
        change(changes, "out", rates.outputMicros(), others.outputMicros(), true);
        change(changes, "search", rates.searchMicros(), others.searchMicros(), true);
        return String.join(", ", changes);
    }

    private static void change(List<String> changes, String name, long micros, long other, boolean isOwn) {
        if (micros != other && isOwn) {
            changes.add(name + " " + Display.price(other));
        }
    }
}
