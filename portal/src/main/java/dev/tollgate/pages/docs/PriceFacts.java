package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Amount;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** A factor is in ten-thousandths, and is written as an amount is. */
    private static final long MICROS_A_FACTOR = 100;

    public static PriceFacts of(Model model, Pricing pricing) {
        return new PriceFacts(pricing, model.upstream().images(), model.speaks());
    }

    /**
     * A rate, with its unit in its name.
     *
     * @param name the same in all prices
     * @param micros micro-credits for a million tokens, for a thousand searches or calls, or for an image
     * @param longMicros the same for long prompts; null if the price has no such step
     */
    public record Line(Sentence name, long micros, @Nullable Long longMicros) {}

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
                ? Stream.of(new Line(sentence("A minute of speech"), minuteMicros(), null))
                : sizes().entrySet().stream()
                        .map(it -> new Line(sentence("An image, {sizes}", either(it.getValue())), it.getKey(), null));
    }

    private static Sentence either(List<String> sizes) {
        return sizes.stream()
                .map(Sentence::asItIs)
                .reduce((one, other) -> sentence("{a} or {b}", one, other))
                .orElseThrow();
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
            return say("a minute of speech: {price}", ModelFacts.price(money, minuteMicros()));
        }
        String prices = Joined.facts(sizes().entrySet().stream()
                .map(it -> say(
                        "{price} ({sizes})",
                        ModelFacts.price(money, it.getKey()),
                        Joined.facts(it.getValue().stream()))));
        return prices.isEmpty() ? "" : say("an image: {prices}", prices);
    }

    /** Makes the line of a rate; a rate that also applies to long prompts is given once. */
    private Line line(Rate rate, long micros, @Nullable Long longMicros) {
        return new Line(name(rate), micros, longMicros != null && longMicros == micros ? null : longMicros);
    }

    private Sentence name(Rate rate) {
        return switch (rate) {
            case INPUT -> sentence("Input, per million tokens");
            case OUTPUT -> sentence("Output, per million tokens");
            case CACHED_INPUT -> sentence("Cached input, per million tokens");
            case AUDIO_INPUT -> sentence("Audio input, per million tokens");
            case CACHED_AUDIO_INPUT -> sentence("Cached audio input, per million tokens");
            case IMAGE_OUTPUT -> sentence("Image output, per million tokens");
            case SEARCH ->
                isSearchByCall()
                        ? sentence("Search, per thousand calls that search")
                        : sentence("Search, per thousand queries");
            case MAPS -> sentence("Google Maps, per thousand calls");
        };
    }

    /** Returns whether a call that searches is charged once, else each of its queries. */
    boolean isSearchByCall() {
        return pricing.tariff().searchCounts() == Tariff.SearchCounts.CALLS;
    }

    /** Returns the rate of long prompts with which prompts those are. @param price of a line with such a rate, in one unit */
    public String aboveStep(String price) {
        PriceRates.Step above = Objects.requireNonNull(pricing.tariff().above());
        return say("{price} above {n} prompt tokens", price, above.promptTokens());
    }

    /** Returns the factors of the service tiers; empty if there are none. */
    public String tiers() {
        Tariff.Tiers tiers = pricing.tariff().tiers();
        List<String> factors = new ArrayList<>();
        factor(factors, "flex", tiers.flex());
        factor(factors, "priority", tiers.priority());
        return Joined.facts(factors.stream());
    }

    private static void factor(List<String> factors, String tier, int factor) {
        if (factor > 0) {
            factors.add(say("{tier} × {factor}", tier, Display.price(factor * MICROS_A_FACTOR)));
        }
    }

    /** Returns how an exact cost is rounded. */
    public String rounding() {
        Pricing.Rounding rounding = pricing.rounding();
        Amount step = new Amount(rounding.stepMicros());
        Amount minimum = new Amount(rounding.minimumMicros());
        return switch (rounding.form()) {
            case FLOOR_TOTAL -> say("floor to {step}, minimum {minimum}", step, minimum);
            case NEAREST_COMPONENT ->
                rounding.minimumMicros() == 0
                        ? say("input and output each to the nearest {step}, a half up", step)
                        : say(
                                "input and output each to the nearest {step}, a half up, minimum {minimum}",
                                step,
                                minimum);
        };
    }

    /** Returns the parts of this price that another one changes. */
    String changesTo(Pricing other, Money money) {
        Tariff now = pricing.tariff();
        Tariff then = other.tariff();
        List<String> changes = new ArrayList<>(changes(now.rates(), then.rates(), money));
        if (!Objects.equals(now.above(), then.above())) {
            changes.add(
                    then.above() == null ? say("no rates of long prompts") : longPrompts(then, then.above(), money));
        }
        String tiers = new PriceFacts(other, images, speaks).tiers();
        if (!tiers.equals(tiers())) {
            changes.add(tiers.isEmpty() ? say("no tiers") : say("tiers {tiers}", tiers));
        }
        if (pricing.reasoningBilled() != other.reasoningBilled()) {
            changes.add(other.reasoningBilled() ? say("thoughts billed as output") : say("thoughts free"));
        }
        return changes.isEmpty() ? say("another rounding") : Joined.facts(changes.stream());
    }

    private static String longPrompts(Tariff tariff, PriceRates.Step above, Money money) {
        List<String> changes = changes(tariff.rates(), above.rates(), money);
        return changes.isEmpty()
                ? say("above {n} prompt tokens: the same rates", above.promptTokens())
                : say("above {n} prompt tokens: {changes}", above.promptTokens(), Joined.facts(changes.stream()));
    }

    /** Returns the rates that others replace, as those are. */
    static List<String> changes(PriceRates rates, PriceRates others, Money money) {
        return Rate.AS_CHARGED.stream()
                .filter(rate -> rates.has(rate) || others.has(rate))
                .filter(rate -> rate.of(rates) != rate.of(others))
                .map(rate -> rate.isOffer() && !others.has(rate)
                        ? say("Google Maps no longer offered")
                        : change(rate, ModelFacts.price(money, rate.of(others))))
                .toList();
    }

    private static String change(Rate rate, String price) {
        return switch (rate) {
            case INPUT -> say("in {price}", price);
            case OUTPUT -> say("out {price}", price);
            case CACHED_INPUT -> say("cached {price}", price);
            case AUDIO_INPUT -> say("audio {price}", price);
            case CACHED_AUDIO_INPUT -> say("cached_audio {price}", price);
            case IMAGE_OUTPUT -> say("output_image {price}", price);
            case SEARCH -> say("search {price}", price);
            case MAPS -> say("maps {price}", price);
        };
    }
}
