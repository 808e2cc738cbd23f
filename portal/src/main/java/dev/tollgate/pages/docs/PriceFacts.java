package dev.tollgate.pages.docs;

import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A price as pages describe it: every rate that is not the same as another one.
 *
 * @param images that are sold at this price; null if the model makes none
 * @param speaks whether speech is sold at it
 */
public record PriceFacts(Pricing pricing, UpstreamModel.@Nullable Images images, boolean speaks) {

    private static final int MINUTE = 60;

    public static PriceFacts of(Model model, Pricing pricing) {
        return new PriceFacts(pricing, model.upstream().images(), model.speaks());
    }

    /**
     * A rate, with its unit in its name.
     *
     * @param micros micro-credits for a million tokens, for a thousand searches or calls, or for an image
     * @param longMicros the same for long prompts; null if the price has no such step
     */
    public record Line(String name, long micros, @Nullable Long longMicros) {}

    /** Returns the rates in the order of a charge, then the price of an image by its size, or of a minute of speech. */
    public List<Line> rates() {
        Tariff tariff = pricing.tariff();
        PriceRates base = tariff.rates();
        PriceRates.Step step = tariff.above();
        PriceRates above = step == null ? null : step.rates();
        return Stream.concat(
                        Rate.AS_CHARGED.stream()
                                .filter(tariff::has)
                                .map(rate -> line(rate, rate.of(base), above == null ? null : rate.of(above))),
                        made())
                .toList();
    }

    /** Returns the line of this price with the name of another price's; null if there is none. */
    public @Nullable Line line(Line other) {
        return rates().stream()
                .filter(line -> line.name().equals(other.name()))
                .findFirst()
                .orElse(null);
    }

    private Stream<Line> made() {
        return speaks
                ? Stream.of(new Line("A minute of speech", minuteMicros(), null))
                : sizes().entrySet().stream()
                        .map(it -> new Line("An image, " + String.join(" or ", it.getValue()), it.getKey(), null));
    }

    private long minuteMicros() {
        return pricing.outputMicrosPerMillion() * MINUTE * UpstreamModel.SPEECH_TOKENS_A_SECOND / 1_000_000;
    }

    /** Returns the price of an image of a size. @param size a size that the model can make */
    public long imageMicros(String size) {
        return pricing.imageCredits(Objects.requireNonNull(images).tokens(size))
                .movePointRight(6)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    /** Returns the sizes of images by the price of one, the smallest first. */
    private Map<Long, List<String>> sizes() {
        Map<Long, List<String>> sizes = new LinkedHashMap<>();
        if (images != null) {
            images.sizes().keySet().forEach(size -> sizes.computeIfAbsent(imageMicros(size), _ -> new ArrayList<>())
                    .add(size));
        }
        return sizes;
    }

    /** Returns what an image costs, as in "an image: 26.88 (1K, 2K), 48 (4K)", or a minute of speech; empty if the model makes neither. */
    public String made(Money money) {
        if (speaks) {
            return "a minute of speech: " + ModelFacts.price(money, minuteMicros());
        }
        return sizes().entrySet().stream()
                .map(it -> ModelFacts.price(money, it.getKey()) + " (" + String.join(", ", it.getValue()) + ")")
                .reduce((one, other) -> one + ", " + other)
                .map(prices -> "an image: " + prices)
                .orElse("");
    }

    /** Makes the line of a rate; a rate that also applies to long prompts is given once. */
    private Line line(Rate rate, long micros, @Nullable Long longMicros) {
        return new Line(
                rate.isOfTokens() ? rate.label() + ", per million tokens" : thing(rate) + ", " + per(rate),
                micros,
                longMicros != null && longMicros == micros ? null : longMicros);
    }

    /** Returns the thing that a rate without tokens is for. */
    private static String thing(Rate rate) {
        return rate == Rate.MAPS ? "Google Maps" : "Search";
    }

    /** Returns the unit of a rate without tokens. */
    private String per(Rate rate) {
        boolean isByCall = pricing.tariff().searchCounts() == Tariff.SearchCounts.CALLS;
        return "per thousand " + (rate == Rate.MAPS ? "calls" : isByCall ? "calls that search" : "queries");
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
                lines.add(rate.isOfTokens() ? rate.label() + " " + price : thing(rate) + " " + price + " " + per(rate));
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
        add(lines, made(Money.CREDITS));
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
        String tiers = new PriceFacts(other, images, speaks).tiers();
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
                .map(rate -> rate.isOffer() && !others.has(rate)
                        ? thing(rate) + " no longer offered"
                        : rate.brief() + " " + ModelFacts.price(money, rate.of(others)))
                .collect(Collectors.joining(", "));
    }
}
