package dev.tollgate.pages.docs;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A price as pages describe it: every rate that is not the same as another one. */
public record PriceFacts(Pricing pricing) {

    /**
     * A rate, with its unit in its name.
     *
     * @param micros micro-credits for a million tokens, or for a thousand searches
     * @param longMicros the same for long prompts; null if the price has no such step
     */
    public record Line(String name, long micros, @Nullable Long longMicros) {}

    /** Returns the rates in the order of a charge. */
    public List<Line> rates() {
        Tariff tariff = pricing.tariff();
        PriceRates base = tariff.rates();
        PriceRates.Step step = tariff.above();
        PriceRates above = step == null ? null : step.rates();
        return Rate.AS_CHARGED.stream()
                .filter(tariff::has)
                .map(rate -> line(rate, rate.of(base), above == null ? null : rate.of(above)))
                .toList();
    }

    /** Makes the line of a rate; a rate that also applies to long prompts is given once. */
    private Line line(Rate rate, long micros, @Nullable Long longMicros) {
        String name = rate.isOfTokens() ? rate.label() + ", per million tokens" : "Search, per thousand " + searches();
        return new Line(name, micros, longMicros != null && longMicros == micros ? null : longMicros);
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

    /** Returns one line for each rate in credits apart from input and output. */
    List<String> others() {
        Tariff tariff = pricing.tariff();
        PriceRates rates = tariff.rates();
        List<String> lines = new ArrayList<>();
        for (Rate rate : Rate.OPTIONAL) {
            if (rates.has(rate)) {
                String price = Display.price(rate.of(rates));
                lines.add(
                        rate.isOfTokens()
                                ? rate.label() + " " + price
                                : "Search " + price + " per thousand " + searches());
            }
        }
        PriceRates.Step above = tariff.above();
        if (above != null) {
            String line = longPrompts(rates, above, Money.CREDITS);
            lines.add(Character.toUpperCase(line.charAt(0)) + line.substring(1));
        }
        if (!tiers().isEmpty()) {
            lines.add("Tiers " + tiers());
        }
        return lines;
    }

    /** Returns the parts of this price that another one changes. */
    String changesTo(Pricing other, Money money) {
        Tariff now = pricing.tariff();
        Tariff then = other.tariff();
        List<String> changes = new ArrayList<>();
        add(changes, changes(now.rates(), then.rates(), money));
        if (!Objects.equals(now.above(), then.above())) {
            changes.add(
                    then.above() == null ? "no rates of long prompts" : longPrompts(then.rates(), then.above(), money));
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

    private static String longPrompts(PriceRates rates, PriceRates.Step above, Money money) {
        String changes = changes(rates, above.rates(), money);
        return "above " + Display.number(above.promptTokens()) + " prompt tokens: "
                + (changes.isEmpty() ? "the same rates" : changes);
    }

    private static void add(List<String> changes, String change) {
        if (!change.isEmpty()) {
            changes.add(change);
        }
    }

    private static String changes(PriceRates rates, PriceRates others, Money money) {
        return Rate.AS_CHARGED.stream()
                .filter(rate -> rates.has(rate) || others.has(rate))
                .filter(rate -> rate.of(rates) != rate.of(others))
                .map(rate -> rate.brief() + " " + ModelFacts.price(money, rate.of(others)))
                .collect(Collectors.joining(", "));
    }
}
