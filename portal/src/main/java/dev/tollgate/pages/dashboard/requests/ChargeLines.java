package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.models.Count;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.dashboard.requests.PriceLines.Line;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic behind {@link PriceLines}: one line for each component of a charge, which add up to it.
 *
 * @param rates of the call's step and tier
 * @param conditions see {@link PriceLines#conditions}
 * @param chargedMicros more than the sum if the whole hold was charged (D46)
 */
record ChargeLines(Pricing pricing, Usage usage, PriceRates rates, String conditions, long chargedMicros) {

    /** Returns whether nothing but input and output was charged. */
    boolean isPlain() {
        return Rate.PARTS.stream().allMatch(it -> tokens(it) == 0)
                && (usage.searches() == 0 || rates.searchMicros() == 0)
                && (usage.of(Count.MAPS) == 0 || rates.mapsMicros() == 0);
    }

    private long tokens(Rate rate) {
        return pricing.tariff().has(rate) ? rate.tokens(usage, pricing.tariff()) : 0;
    }

    PriceLines inCredits(@Nullable String printed) {
        List<Line> lines = new ArrayList<>();
        whole(lines, "Prompt", Rate.INPUT, usage.inputTokens());
        whole(lines, "Completion", Rate.OUTPUT, usage.candidatesTokens());
        if (usage.thoughtsTokens() > 0) {
            lines.add(
                    pricing.reasoningBilled()
                            ? priced("Thoughts", "", usage.thoughtsTokens(), rates.outputMicros())
                            : priced("Thoughts", "free with this model", usage.thoughtsTokens(), 0));
        }
        tools(lines);
        BigDecimal exact = pricing.exactCredits(usage);
        BigDecimal computed = BigDecimal.valueOf(pricing.chargeMicros(usage), 6);
        lines.add(Line.of("Exact", "", credits(exact)));
        lines.add(Line.of(rule(computed, exact), "", credits(computed.subtract(exact))));
        return end(lines, "Credits per million", "Credits", printed);
    }

    /** Adds the parts of the prompt or the output. A whole without parts has one line, also if it is empty. */
    private void whole(List<Line> lines, String word, Rate whole, long all) {
        long plain = all;
        List<String> others = new ArrayList<>();
        List<Line> parts = new ArrayList<>();
        for (Rate rate : Rate.partsOf(whole)) {
            long tokens = tokens(rate);
            if (tokens > 0) {
                parts.add(priced(rate.line(), String.join(", ", others), tokens, rate.of(rates)));
                others.add(rate.others());
                plain -= tokens;
            }
        }
        if (plain > 0 || parts.isEmpty()) {
            lines.add(priced(word, String.join(", ", others), plain, whole.of(rates)));
        }
        lines.addAll(parts);
    }

    private void tools(List<Line> lines) {
        long searches = pricing.tariff().searches(usage);
        long rate = rates.searchMicros();
        if (searches > 0 && rate > 0) {
            boolean isByCall = pricing.tariff().searchCounts() == SearchCounts.CALLS;
            String count = isByCall ? "1 call" : searches == 1 ? "1 query" : Display.number(searches) + " queries";
            lines.add(perThousand("Search", count, searches, rate));
        }
        long maps = usage.of(Count.MAPS);
        if (maps > 0 && rates.mapsMicros() > 0) {
            lines.add(perThousand("Google Maps", "1 call", maps, rates.mapsMicros()));
        }
    }

    private static Line perThousand(String what, String count, long number, long micros) {
        BigDecimal rate = BigDecimal.valueOf(micros, 6);
        BigDecimal amount = rate.multiply(BigDecimal.valueOf(number)).movePointLeft(3);
        return new Line(what, "", count, plain(rate), PriceLines.PER_THOUSAND, credits(amount), false);
    }

    private static Line priced(String what, String about, long tokens, long microsPerMillion) {
        BigDecimal rate = BigDecimal.valueOf(microsPerMillion, 6);
        BigDecimal amount = rate.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
        return new Line(what, about, Display.number(tokens), plain(rate), "per million", credits(amount), false);
    }

    /** Returns the rule that made the charge of the exact sum. */
    private String rule(BigDecimal computed, BigDecimal exact) {
        Rounding rounding = pricing.rounding();
        String minimum = plain(BigDecimal.valueOf(rounding.minimumMicros(), 6));
        String step = plain(BigDecimal.valueOf(rounding.stepMicros(), 6));
        if (rounding.form() == Rounding.Form.NEAREST_COMPONENT) {
            return "Input and output each rounded to " + step + atLeast(minimum);
        }
        if (computed.compareTo(exact) > 0) {
            return "Raised to the minimum of " + minimum;
        }
        String down = step.equals("0.01") ? "Rounded down to hundredths" : "Rounded down to steps of " + step;
        return down + atLeast(minimum);
    }

    private String atLeast(String minimum) {
        return pricing.rounding().minimumMicros() == 0 ? "" : ", at least " + minimum;
    }

    PriceLines inUnits(@Nullable String printed) {
        List<Line> lines = new ArrayList<>();
        long input = pricing.inputUnitsMicros(usage);
        long output = pricing.outputUnitsMicros(usage);
        lines.add(units("Prompt", "", usage.inputTokens(), rates.inputMicros(), input));
        boolean thinks = usage.thoughtsTokens() > 0;
        lines.add(units(
                "Completion",
                thinks && pricing.reasoningBilled()
                        ? "with " + Display.number(usage.thoughtsTokens()) + " of thoughts"
                        : "",
                pricing.billedOutputTokens(usage),
                rates.outputMicros(),
                output));
        if (thinks && !pricing.reasoningBilled()) {
            lines.add(new Line(
                    "Thoughts", "free with this model", Display.number(usage.thoughtsTokens()), "0", "", "0", false));
        }
        long step = pricing.rounding().stepMicros();
        lines.add(Line.of(
                "In credits",
                Display.number((input + output) / step) + " units × " + plain(BigDecimal.valueOf(step, 6)),
                Display.exact(input + output)));
        long least = pricing.chargeMicros(usage) - input - output;
        if (least != 0) {
            lines.add(Line.of("At least", "", Display.exact(least)));
        }
        return end(lines, "Units per token", "Units", printed);
    }

    private Line units(String what, String about, long tokens, long microsPerMillion, long roundedMicros) {
        BigDecimal step = BigDecimal.valueOf(pricing.rounding().stepMicros(), 6);
        BigDecimal rate = BigDecimal.valueOf(microsPerMillion, 12).divide(step);
        BigDecimal exact = rate.multiply(BigDecimal.valueOf(tokens));
        long rounded = roundedMicros / pricing.rounding().stepMicros();
        String amount = exact.compareTo(BigDecimal.valueOf(rounded)) == 0
                ? Display.number(rounded)
                : plain(exact) + " → " + Display.number(rounded);
        return new Line(what, about, Display.number(tokens), plain(rate), "units a token", amount, false);
    }

    private PriceLines end(List<Line> lines, String rateHead, String amountHead, @Nullable String printed) {
        long other = chargedMicros - pricing.chargeMicros(usage);
        if (other != 0) {
            lines.add(Line.of(
                    other > 0 ? "The whole hold" : "Not covered",
                    other > 0 ? "the response ended within a part" : "by balance or limits, and not yours to pay",
                    Display.exact(other)));
        }
        lines.add(
                new Line("Charged", Money.DOLLARS.each(chargedMicros), "", "", "", Display.exact(chargedMicros), true));
        return new PriceLines(
                rateHead,
                amountHead,
                List.copyOf(lines),
                conditions,
                pricing.version(),
                printed == null ? "" : printed);
    }

    private static String plain(BigDecimal number) {
        String text = number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
        int point = text.indexOf('.');
        return point < 0
                ? Display.number(Long.parseLong(text))
                : Display.number(Long.parseLong(text.substring(0, point))) + text.substring(point);
    }

    /** Six decimals, or as many as there are. */
    private static String credits(BigDecimal amount) {
        BigDecimal exact = amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
        String text = exact.abs().setScale(Math.max(6, exact.scale())).toPlainString();
        return exact.signum() < 0 ? "−" + text : text;
    }
}
