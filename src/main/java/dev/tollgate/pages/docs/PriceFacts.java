package dev.tollgate.pages.docs;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.pages.frame.Display;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
            String line = longPrompts(rates, above);
            lines.add(Character.toUpperCase(line.charAt(0)) + line.substring(1));
        }
        if (!tiers().isEmpty()) {
            lines.add("Tiers " + tiers());
        }
        return lines;
    }

    /** Returns the parts of this price that another one changes. */
    String changesTo(Pricing other) {
        Tariff now = pricing.tariff();
        Tariff then = other.tariff();
        List<String> changes = new ArrayList<>();
        add(changes, changes(now.rates(), then.rates()));
        if (!Objects.equals(now.above(), then.above())) {
            changes.add(then.above() == null ? "no rates of long prompts" : longPrompts(then.rates(), then.above()));
        }
        String tiers = new PriceFacts(other).tiers();
        if (!tiers.equals(tiers())) {
            changes.add(tiers.isEmpty() ? "no tiers" : "tiers " + tiers);
        }
        if (pricing.reasoningBilled() != other.reasoningBilled()) {
            changes.add("thoughts " + (other.reasoningBilled() ? "billed as output" : "free"));
        }
        return changes.isEmpty() ? "another rounding" : String.join(", ", changes);
    }

    private static String longPrompts(PriceRates rates, PriceRates.Step above) {
        String changes = changes(rates, above.rates());
        return "above " + Display.number(above.promptTokens()) + " prompt tokens: "
                + (changes.isEmpty() ? "the same rates" : changes);
    }

    private static void add(List<String> changes, String change) {
        if (!change.isEmpty()) {
            changes.add(change);
        }
    }

    private static String changes(PriceRates rates, PriceRates others) {
        List<String> changes = new ArrayList<>();
        change(changes, "in", rates.inputMicros(), others.inputMicros());
        if (rates.hasCached() || others.hasCached()) {
            change(changes, "cached", rates.cachedMicros(), others.cachedMicros());
        }
        if (rates.hasAudio() || others.hasAudio()) {
            change(changes, "audio", rates.audioMicros(), others.audioMicros());
        }
        change(changes, "out", rates.outputMicros(), others.outputMicros());
        change(changes, "search", rates.searchMicros(), others.searchMicros());
        return String.join(", ", changes);
    }

    private static void change(List<String> changes, String name, long micros, long other) {
        if (micros != other) {
            changes.add(name + " " + Display.price(other));
        }
    }
}
