package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Language;
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
import dev.tollgate.pages.words.Joined;
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

    private static final long HUNDREDTH = 10_000;

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
        whole(lines, say("Prompt"), Rate.INPUT, usage.inputTokens());
        whole(lines, say("Completion"), Rate.OUTPUT, usage.candidatesTokens());
        if (usage.thoughtsTokens() > 0) {
            lines.add(
                    pricing.reasoningBilled()
                            ? priced(say("Thoughts"), "", usage.thoughtsTokens(), rates.outputMicros())
                            : priced(say("Thoughts"), say("free with this model"), usage.thoughtsTokens(), 0));
        }
        tools(lines);
        BigDecimal exact = pricing.exactCredits(usage);
        BigDecimal computed = BigDecimal.valueOf(pricing.chargeMicros(usage), 6);
        lines.add(Line.of(say("Exact"), "", credits(exact)));
        lines.add(Line.of(rule(computed, exact), "", credits(computed.subtract(exact))));
        return end(lines, say("Credits per million"), say("Credits"), printed);
    }

    /** Adds the parts of the prompt or the output. A whole without parts has one line, also if it is empty. */
    private void whole(List<Line> lines, String word, Rate whole, long all) {
        long plain = all;
        List<String> others = new ArrayList<>();
        List<Line> parts = new ArrayList<>();
        for (Rate rate : Rate.partsOf(whole)) {
            long tokens = tokens(rate);
            if (tokens > 0) {
                parts.add(priced(rate.line().said(), Joined.facts(others.stream()), tokens, rate.of(rates)));
                others.add(rate.others().said());
                plain -= tokens;
            }
        }
        if (plain > 0 || parts.isEmpty()) {
            lines.add(priced(word, Joined.facts(others.stream()), plain, whole.of(rates)));
        }
        lines.addAll(parts);
    }

    private void tools(List<Line> lines) {
        long searches = pricing.tariff().searches(usage);
        long rate = rates.searchMicros();
        if (searches > 0 && rate > 0) {
            boolean isByCall = pricing.tariff().searchCounts() == SearchCounts.CALLS;
            String count = isByCall ? oneCall() : say("{n} query | {n} queries", searches);
            lines.add(perThousand(say("tool::Search"), count, searches, rate));
        }
        long maps = usage.of(Count.MAPS);
        if (maps > 0 && rates.mapsMicros() > 0) {
            lines.add(perThousand(say("Google Maps"), oneCall(), maps, rates.mapsMicros()));
        }
    }

    private static String oneCall() {
        return say("{n} call | {n} calls", 1);
    }

    private static Line perThousand(String what, String count, long number, long micros) {
        BigDecimal rate = BigDecimal.valueOf(micros, 6);
        BigDecimal amount = rate.multiply(BigDecimal.valueOf(number)).movePointLeft(3);
        return new Line(what, "", count, say("{rate} per thousand", plain(rate)), credits(amount), false);
    }

    private static Line priced(String what, String about, long tokens, long microsPerMillion) {
        BigDecimal rate = BigDecimal.valueOf(microsPerMillion, 6);
        BigDecimal amount = rate.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
        return new Line(what, about, Display.number(tokens), plain(rate), credits(amount), false);
    }

    /** Returns the rule that made the charge of the exact sum. */
    private String rule(BigDecimal computed, BigDecimal exact) {
        Rounding rounding = pricing.rounding();
        String minimum = plain(BigDecimal.valueOf(rounding.minimumMicros(), 6));
        String step = plain(BigDecimal.valueOf(rounding.stepMicros(), 6));
        if (rounding.form() == Rounding.Form.NEAREST_COMPONENT) {
            return atLeast(say("Input and output each rounded to {step}", step), minimum);
        }
        if (computed.compareTo(exact) > 0) {
            return say("Raised to the minimum of {minimum}", minimum);
        }
        return atLeast(
                rounding.stepMicros() == HUNDREDTH
                        ? say("Rounded down to hundredths")
                        : say("Rounded down to steps of {step}", step),
                minimum);
    }

    private String atLeast(String rule, String minimum) {
        return pricing.rounding().minimumMicros() == 0 ? rule : say("{rule}, at least {minimum}", rule, minimum);
    }

    PriceLines inUnits(@Nullable String printed) {
        List<Line> lines = new ArrayList<>();
        long input = pricing.inputUnitsMicros(usage);
        long output = pricing.outputUnitsMicros(usage);
        lines.add(units(say("Prompt"), "", usage.inputTokens(), rates.inputMicros(), input));
        boolean thinks = usage.thoughtsTokens() > 0;
        lines.add(units(
                say("Completion"),
                thinks && pricing.reasoningBilled() ? say("with {n} of thoughts", usage.thoughtsTokens()) : "",
                pricing.billedOutputTokens(usage),
                rates.outputMicros(),
                output));
        if (thinks && !pricing.reasoningBilled()) {
            lines.add(new Line(
                    say("Thoughts"),
                    say("free with this model"),
                    Display.number(usage.thoughtsTokens()),
                    "0",
                    "0",
                    false));
        }
        long step = pricing.rounding().stepMicros();
        lines.add(Line.of(
                say("In credits"),
                say("{units} units × {step}", (input + output) / step, plain(BigDecimal.valueOf(step, 6))),
                Display.exact(input + output)));
        long least = pricing.chargeMicros(usage) - input - output;
        if (least != 0) {
            lines.add(Line.of(say("At least"), "", Display.exact(least)));
        }
        return end(lines, say("Units per token"), say("Units"), printed);
    }

    private Line units(String what, String about, long tokens, long microsPerMillion, long roundedMicros) {
        BigDecimal step = BigDecimal.valueOf(pricing.rounding().stepMicros(), 6);
        BigDecimal rate = BigDecimal.valueOf(microsPerMillion, 12).divide(step);
        BigDecimal exact = rate.multiply(BigDecimal.valueOf(tokens));
        long rounded = roundedMicros / pricing.rounding().stepMicros();
        String amount = exact.compareTo(BigDecimal.valueOf(rounded)) == 0
                ? Display.number(rounded)
                : plain(exact) + " → " + Display.number(rounded);
        return new Line(what, about, Display.number(tokens), plain(rate), amount, false);
    }

    private PriceLines end(List<Line> lines, String rateHead, String amountHead, @Nullable String printed) {
        long other = chargedMicros - pricing.chargeMicros(usage);
        if (other != 0) {
            lines.add(Line.of(
                    other > 0 ? say("The whole hold") : say("Not covered"),
                    other > 0
                            ? say("the response ended within a part")
                            : say("by balance or limits, and not yours to pay"),
                    Display.exact(other)));
        }
        lines.add(new Line(
                say("Charged"), Money.DOLLARS.each(chargedMicros), "", "", Display.exact(chargedMicros), true));
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
                : Display.number(Long.parseLong(text.substring(0, point))) + inLanguage(text.substring(point));
    }

    /** Returns a number with the decimal sign of the language of now. */
    private static String inLanguage(String number) {
        return number.replace('.', Language.now().signs().decimal());
    }

    /** Six decimals, or as many as there are. */
    private static String credits(BigDecimal amount) {
        BigDecimal exact = amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
        String text = exact.abs().setScale(Math.max(6, exact.scale())).toPlainString();
        return inLanguage(exact.signum() < 0 ? "−" + text : text);
    }
}
