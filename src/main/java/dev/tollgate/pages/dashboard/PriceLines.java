package dev.tollgate.pages.dashboard;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.frame.Display;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a call's charge came about, line by line; the amounts add up to the charge exactly. Made from what the call has kept of its price, never
 * from today's.
 *
 * @param rateHead what the rates are
 * @param amountHead what the amounts are until the sum
 * @param version of the price
 * @param usage as it was printed, or empty
 */
public record PriceLines(String rateHead, String amountHead, List<Line> lines, String version, String usage) {

    /** @param about additional text; @param isSum whether this is the last line */
    public record Line(String what, String about, String tokens, String rate, String amount, boolean isSum) {}

    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final Pattern FLOOR = Pattern.compile("floor to ([0-9.]+), minimum ([0-9.]+)");
    private static final Pattern NEAREST =
            Pattern.compile("input and output each to the nearest ([0-9.]+), a half up(?:, minimum ([0-9.]+))?");

    /** Null where nothing was charged for use, or nothing is known of it. */
    public static @Nullable PriceLines of(CallRow call) {
        if (call.pricingJson() == null) {
            return null;
        }
        JsonNode detail = ApiJson.MAPPER.readTree(call.pricingJson());
        Rounding rounding = rounding(detail.path("rounding").asString(""));
        if (rounding == null) {
            return null;
        }
        Pricing pricing = new Pricing(
                detail.path("price_version").asString(""),
                micros(detail.path("input_per_million").decimalValue()),
                micros(detail.path("output_per_million").decimalValue()),
                detail.path("reasoning_billed").asBoolean(false),
                rounding);
        long completion = detail.path("completion_tokens").asLong(0);
        Usage usage = new Usage(
                detail.path("prompt_tokens").asLong(0),
                0,
                completion,
                detail.path("reasoning_tokens").asLong(0),
                0,
                0,
                0,
                completion);
        Lines lines = new Lines(pricing, usage, detail.path("hold_charged").asBoolean(false), call.chargeMicros());
        return switch (rounding.form()) {
            case FLOOR_TOTAL -> lines.floored(call.usageJson());
            case NEAREST_COMPONENT -> lines.inUnits(call.usageJson());
        };
    }

    private static @Nullable Rounding rounding(String words) {
        Matcher floor = FLOOR.matcher(words);
        if (floor.matches()) {
            return new Rounding(Rounding.Form.FLOOR_TOTAL, micros(floor.group(1)), micros(floor.group(2)));
        }
        Matcher nearest = NEAREST.matcher(words);
        if (nearest.matches()) {
            String minimum = nearest.group(2);
            return new Rounding(
                    Rounding.Form.NEAREST_COMPONENT, micros(nearest.group(1)), minimum == null ? 0 : micros(minimum));
        }
        return null;
    }

    private static long micros(String credits) {
        return micros(new BigDecimal(credits));
    }

    private static long micros(BigDecimal credits) {
        return credits.multiply(MILLION).longValueExact();
    }

    private record Lines(Pricing pricing, Usage usage, boolean isHoldCharged, long chargedMicros) {

        PriceLines floored(@Nullable String printed) {
            List<Line> lines = new ArrayList<>();
            lines.add(priced("Prompt", "", usage.inputTokens(), pricing.inputMicrosPerMillion()));
            lines.add(priced("Completion", "", usage.candidatesTokens(), pricing.outputMicrosPerMillion()));
            if (usage.thoughtsTokens() > 0) {
                lines.add(
                        pricing.reasoningBilled()
                                ? priced("Thoughts", "", usage.thoughtsTokens(), pricing.outputMicrosPerMillion())
                                : priced("Thoughts", "free with this model", usage.thoughtsTokens(), 0));
            }
            BigDecimal exact = pricing.exactCredits(usage);
            BigDecimal computed = BigDecimal.valueOf(pricing.chargeMicros(usage), 6);
            lines.add(new Line("Exact", "", "", "", credits(exact), false));
            lines.add(new Line(rule(computed, exact), "", "", "", credits(computed.subtract(exact)), false));
            return end(lines, "Credits per million", "Credits", printed);
        }

        private Line priced(String what, String about, long tokens, long microsPerMillion) {
            BigDecimal rate = BigDecimal.valueOf(microsPerMillion, 6);
            BigDecimal amount = rate.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
            return new Line(what, about, Display.number(tokens), plain(rate), credits(amount), false);
        }

        private String rule(BigDecimal computed, BigDecimal exact) {
            Rounding rounding = pricing.rounding();
            if (computed.compareTo(exact) > 0) {
                return "Raised to the minimum of "
                        + BigDecimal.valueOf(rounding.minimumMicros(), 6)
                                .stripTrailingZeros()
                                .toPlainString();
            }
            String step = BigDecimal.valueOf(rounding.stepMicros(), 6)
                    .stripTrailingZeros()
                    .toPlainString();
            String down = step.equals("0.01") ? "Rounded down to hundredths" : "Rounded down to steps of " + step;
            return rounding.minimumMicros() == 0
                    ? down
                    : down + ", at least "
                            + BigDecimal.valueOf(rounding.minimumMicros(), 6)
                                    .stripTrailingZeros()
                                    .toPlainString();
        }

        PriceLines inUnits(@Nullable String printed) {
            List<Line> lines = new ArrayList<>();
            long input = pricing.inputUnitsMicros(usage);
            long output = pricing.outputUnitsMicros(usage);
            lines.add(units("Prompt", "", usage.inputTokens(), pricing.inputMicrosPerMillion(), input));
            boolean thinks = usage.thoughtsTokens() > 0;
            lines.add(units(
                    "Completion",
                    thinks && pricing.reasoningBilled()
                            ? "with " + Display.number(usage.thoughtsTokens()) + " of thoughts"
                            : "",
                    pricing.billedOutputTokens(usage),
                    pricing.outputMicrosPerMillion(),
                    output));
            if (thinks && !pricing.reasoningBilled()) {
                lines.add(new Line(
                        "Thoughts", "free with this model", Display.number(usage.thoughtsTokens()), "0", "0", false));
            }
            long step = pricing.rounding().stepMicros();
            lines.add(new Line(
                    "In credits",
                    Display.number((input + output) / step) + " units × "
                            + BigDecimal.valueOf(step, 6).stripTrailingZeros().toPlainString(),
                    "",
                    "",
                    Display.exact(input + output),
                    false));
            long least = pricing.chargeMicros(usage) - input - output;
            if (least != 0) {
                lines.add(new Line("At least", "", "", "", Display.exact(least), false));
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
            return new Line(what, about, Display.number(tokens), plain(rate), amount, false);
        }

        private PriceLines end(List<Line> lines, String rateHead, String amountHead, @Nullable String printed) {
            long other = chargedMicros - pricing.chargeMicros(usage);
            if (other != 0) {
                lines.add(new Line(
                        isHoldCharged ? "The whole hold" : other < 0 ? "Not covered" : "Difference",
                        isHoldCharged
                                ? "the response ended within a part"
                                : other < 0 ? "by balance or limits, and not yours to pay" : "",
                        "",
                        "",
                        Display.exact(other),
                        false));
            }
            lines.add(new Line("Charged", Display.dollars(chargedMicros), "", "", Display.exact(chargedMicros), true));
            return new PriceLines(
                    rateHead, amountHead, List.copyOf(lines), pricing.version(), printed == null ? "" : printed);
        }

        private static String plain(BigDecimal number) {
            String text =
                    number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
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
}
