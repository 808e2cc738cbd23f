package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Language;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import dev.tollgate.operator.admin.prices.Margins;
import dev.tollgate.pages.docs.ModelFacts;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A line of a table that compares two tariffs: a price and its cost, or an old and a new price. There is a line for each rate that one of them
 * has.
 *
 * @param key of the rate, in a price form
 * @param what its name
 * @param first the first tariff's rate, a dash if it has none
 * @param second the second tariff's rate, a dash if it has none
 * @param margin of the first rate over the second one, in percent; null if there is none
 * @param why the reason for the margin: both rates as parts of those that they are compared with
 */
public record RateLine(
        String key,
        String what,
        String first,
        String second,
        @Nullable BigDecimal margin,
        String why) {

    private static final String NONE = "–";

    RateLine(String key, String what, String first, String second) {
        this(key, what, first, second, null, "");
    }

    /** Returns the line with the smallest margin; null if all margins are equal. */
    public static @Nullable RateLine least(List<RateLine> lines) {
        List<BigDecimal> known = lines.stream()
                .map(RateLine::margin)
                .filter(Objects::nonNull)
                .sorted()
                .toList();
        return known.isEmpty() || known.getFirst().compareTo(known.getLast()) == 0
                ? null
                : lines.stream()
                        .filter(line -> line.margin != null && line.margin.compareTo(known.getFirst()) == 0)
                        .findFirst()
                        .orElse(null);
    }

    public String percent() {
        return ConsolePrices.percent(margin);
    }

    /** Compares a price with its cost, in credits as forms have them. @param second null if unknown */
    static List<RateLine> of(Tariff first, @Nullable Tariff second) {
        return of(first, second, Money.CREDITS);
    }

    /** Compares a price with its cost. @param second null if unknown @param money of the amounts */
    public static List<RateLine> of(Tariff first, @Nullable Tariff second, Money money) {
        return of(first, second, NONE, money);
    }

    /** Compares an old price with a new one. */
    static List<RateLine> change(Tariff before, Tariff next) {
        return of(before, next, say("no longer offered"), Money.CREDITS);
    }

    /** @param without what the second tariff says of what it does not offer */
    private static List<RateLine> of(Tariff first, @Nullable Tariff second, String without, Money money) {
        Margins margins = Margins.of(first, second);
        List<RateLine> lines = new ArrayList<>(rates(first, second, false, margins.rates(), without, money));
        if (first.searchCounts() == SearchCounts.CALLS
                || second != null && second.searchCounts() == SearchCounts.CALLS) {
            lines.add(new RateLine(
                    "search_counts", say("Searches counted"), counted(first), second == null ? NONE : counted(second)));
        }
        Margins.Rates above = margins.above();
        if (above != null) {
            lines.add(new RateLine(
                    "above.prompt_tokens",
                    say("Long prompts: above"),
                    tokens(first),
                    second == null ? NONE : tokens(second)));
            lines.addAll(rates(first, second, true, above, without, money));
        }
        Tiers tiers = first.tiers();
        Tiers others = second == null ? Tiers.NONE : second.tiers();
        factor(lines, "tiers.flex", say("Flex"), tiers.flex(), others.flex());
        factor(lines, "tiers.priority", say("Priority"), tiers.priority(), others.priority());
        return lines;
    }

    private static List<RateLine> rates(
            Tariff first, @Nullable Tariff second, boolean isLong, Margins.Rates margins, String without, Money money) {
        PriceRates price = isLong ? Margins.above(first) : first.rates();
        PriceRates cost = second == null ? null : isLong ? Margins.above(second) : second.rates();
        return margins.percent().entrySet().stream()
                .map(margin -> {
                    Rate rate = margin.getKey();
                    Rate other = isLong ? rate : Rate.INPUT;
                    boolean isFirst = !isLong && rate == Rate.INPUT || !rate.isOfTokens();
                    return new RateLine(
                            isLong ? "above." + rate.key() : rate.key(),
                            name(rate, isLong),
                            ModelFacts.price(money, rate.of(price)),
                            cost == null
                                    ? NONE
                                    : rate.isOffer() && !cost.has(rate)
                                            ? without
                                            : ModelFacts.price(money, rate.of(cost)),
                            margin.getValue(),
                            cost == null || second == null || rate.of(price) == 0 && rate.of(cost) == 0
                                    ? ""
                                    : isFirst || rate.of(price) == 0
                                            ? left(rate.of(price) - rate.of(cost), money)
                                            : why(
                                                    isLong,
                                                    times(rate.of(price), other.of(first.rates())),
                                                    times(rate.of(cost), other.of(second.rates()))));
                })
                .toList();
    }

    /** Returns the name of a rate. @param isLong whether it is the rate of long prompts */
    static String name(Rate rate, boolean isLong) {
        return isLong ? say("Long prompts: {rate}", rate.word()) : rate.head().said();
    }

    private static String left(long micros, Money money) {
        return micros < 0
                ? say("loses {amount}", ModelFacts.price(money, -micros))
                : say("leaves {amount}", ModelFacts.price(money, micros));
    }

    private static String why(boolean isLong, String price, String cost) {
        if (price.equals(cost)) {
            return isLong ? say("as for short prompts") : say("as for input");
        }
        return isLong
                ? say("price {price} that for short prompts, cost {cost}", price, cost)
                : say("price {price} that for input, cost {cost}", price, cost);
    }

    /** Returns a rate as a multiple of another one. */
    private static String times(long micros, long other) {
        return other == 0
                ? NONE
                : say(
                        "{factor} ×",
                        BigDecimal.valueOf(micros)
                                .divide(BigDecimal.valueOf(other), 3, RoundingMode.HALF_UP)
                                .stripTrailingZeros()
                                .toPlainString()
                                .replace('.', Language.now().signs().decimal()));
    }

    private static String counted(Tariff tariff) {
        return !tariff.has(Rate.SEARCH)
                ? NONE
                : tariff.searchCounts() == SearchCounts.CALLS ? say("calls") : say("queries");
    }

    private static String tokens(Tariff tariff) {
        Step step = tariff.above();
        return step == null ? NONE : Display.number(step.promptTokens());
    }

    private static void factor(List<RateLine> lines, String key, String what, int first, int second) {
        if (first > 0 || second > 0) {
            lines.add(new RateLine(key, what, factor(first), factor(second)));
        }
    }

    private static String factor(int factor) {
        return factor == 0
                ? NONE
                : "× "
                        + BigDecimal.valueOf(factor, 4)
                                .stripTrailingZeros()
                                .toPlainString()
                                .replace('.', Language.now().signs().decimal());
    }
}
