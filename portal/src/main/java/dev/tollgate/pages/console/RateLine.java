package dev.tollgate.pages.console;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import dev.tollgate.operator.admin.Margins;
import dev.tollgate.pages.frame.Display;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of a table that compares two tariffs: a price and its cost, or an old and a new price. There is a line for each rate that one of them
 * has.
 *
 * @param first the first tariff's rate, a dash if it has none
 * @param second the second tariff's rate, a dash if it has none
 * @param percent the margin of the first rate over the second one, a dash if there is none
 */
public record RateLine(String what, String first, String second, String percent) {

    private static final String NONE = "–";
    private static final String LONG = "Long prompts: ";

    /** @param second null if unknown */
    public static List<RateLine> of(Tariff first, @Nullable Tariff second) {
        Margins margins = Margins.of(first, second);
        List<RateLine> lines =
                new ArrayList<>(rates("", first.rates(), second == null ? null : second.rates(), margins.rates()));
        if (first.searchCounts() == SearchCounts.CALLS
                || second != null && second.searchCounts() == SearchCounts.CALLS) {
            lines.add(new RateLine("Searches counted", counted(first), second == null ? NONE : counted(second), ""));
        }
        Margins.Rates above = margins.above();
        if (above != null) {
            lines.add(new RateLine(LONG + "above", tokens(first), second == null ? NONE : tokens(second), ""));
            lines.addAll(rates(LONG, Margins.above(first), second == null ? null : Margins.above(second), above));
        }
        Tiers tiers = first.tiers();
        Tiers others = second == null ? Tiers.NONE : second.tiers();
        factor(lines, "Flex", tiers.flex(), others.flex());
        factor(lines, "Priority", tiers.priority(), others.priority());
        return lines;
    }

    private static List<RateLine> rates(
            String kind, PriceRates first, @Nullable PriceRates second, Margins.Rates margins) {
        return margins.percent().entrySet().stream()
                .map(margin -> new RateLine(
                        kind.isEmpty()
                                ? margin.getKey().label()
                                : kind + margin.getKey().words(),
                        Display.price(margin.getKey().of(first)),
                        second == null ? NONE : Display.price(margin.getKey().of(second)),
                        ConsolePrices.percent(margin.getValue())))
                .toList();
    }

    private static String counted(Tariff tariff) {
        return !tariff.has(Rate.SEARCH) ? NONE : tariff.searchCounts() == SearchCounts.CALLS ? "calls" : "queries";
    }

    private static String tokens(Tariff tariff) {
        Step step = tariff.above();
        return step == null ? NONE : Display.number(step.promptTokens());
    }

    private static void factor(List<RateLine> lines, String what, int first, int second) {
        if (first > 0 || second > 0) {
            lines.add(new RateLine(what, factor(first), factor(second), ""));
        }
    }

    private static String factor(int factor) {
        return factor == 0
                ? NONE
                : "× " + BigDecimal.valueOf(factor, 4).stripTrailingZeros().toPlainString();
    }
}
