package dev.tollgate.books.verification;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A task's account of its charge (decision D41), recalculated. In credits, exact.
 *
 * @param priceVersion the version of the price
 * @param rates the rates of its step and tier
 * @param tokens the counts
 * @param units input and output in steps of the rounding, if each is rounded separately; otherwise null
 * @param exact the unrounded price according to the task
 * @param charged the charge according to the task
 * @param counted the unrounded price of the counts
 * @param due the price of the counts, rounded by its rule
 * @param tier the word of the service tier
 * @param tierGranted the word of the tier that the upstream granted
 * @param step the tokens that the prompt is above for the rates of long prompts; 0 if it is not
 * @param rounding the rule in words
 * @param holdCharged whether the task says that the whole hold was charged instead, which is more (decision D46)
 */
record ChargeDetail(
        String priceVersion,
        Rates rates,
        boolean reasoningBilled,
        Tokens tokens,
        @Nullable Units units,
        BigDecimal exact,
        BigDecimal charged,
        BigDecimal counted,
        BigDecimal due,
        boolean holdCharged,
        String tier,
        String tierGranted,
        long step,
        String rounding) {

    /**
     * The counts.
     *
     * @param prompt all tokens billed as input, with the cached ones and the audio
     * @param parts of the prompt, which do not overlap
     * @param searches queries
     */
    record Tokens(long prompt, long completion, long reasoning, Map<PromptPart, Long> parts, long searches) {

        long cached() {
            return parts.getOrDefault(PromptPart.CACHED, 0L) + parts.getOrDefault(PromptPart.CACHED_AUDIO, 0L);
        }

        /** Returns the tokens of the prompt that are none of its parts. */
        long plain() {
            return prompt - parts.values().stream().mapToLong(Long::longValue).sum();
        }

        boolean isNone() {
            return prompt + completion + reasoning + searches == 0;
        }
    }

    record Units(long input, long output) {}

    /**
     * The rule of the rounding, in credits.
     *
     * @param isEach whether input and output are each rounded to the nearest step, a half up; otherwise their sum is cut down
     */
    private record Rounding(boolean isEach, BigDecimal step, BigDecimal minimum) {

        /** Reads the rule in members or, in tasks of older versions, in words; null if it is something else, or the words say another one. */
        static @Nullable Rounding of(JsonNode detail) {
            Rounding words = inWords(detail.required("rounding").stringValue());
            JsonNode members = detail.path("rounding_rule");
            if (members.isMissingNode() || words == null) {
                return words;
            }
            String rule = members.required("rule").stringValue();
            boolean isSame = rule.equals(words.isEach ? "nearest-component" : "floor-total")
                    && decimal(members, "step").compareTo(words.step) == 0
                    && decimal(members, "minimum").compareTo(words.minimum) == 0;
            return isSame ? words : null;
        }

        private static @Nullable Rounding inWords(String rule) {
            Matcher floor = FLOOR.matcher(rule);
            Matcher nearest = NEAREST.matcher(rule);
            if (!floor.matches() && !nearest.matches()) {
                return null;
            }
            Matcher said = floor.matches() ? floor : nearest;
            String minimum = said.group(2) == null ? "0" : said.group(2);
            return new Rounding(nearest.matches(), new BigDecimal(said.group(1)), new BigDecimal(minimum));
        }

        BigDecimal due(BigDecimal input, BigDecimal output, boolean used) {
            BigDecimal sum = isEach
                    ? round(input, RoundingMode.HALF_UP).add(round(output, RoundingMode.HALF_UP))
                    : round(input.add(output), RoundingMode.FLOOR);
            return used ? sum.max(minimum) : sum;
        }

        @Nullable
        Units units(BigDecimal input, BigDecimal output) {
            return isEach ? new Units(steps(input), steps(output)) : null;
        }

        private long steps(BigDecimal amount) {
            return amount.divide(step, 0, RoundingMode.HALF_UP).longValueExact();
        }

        private BigDecimal round(BigDecimal amount, RoundingMode mode) {
            return amount.divide(step, 0, mode).multiply(step);
        }
    }

    /**
     * The rates in credits, per million tokens or per thousand searches; null if the detail shows none.
     *
     * @param parts the rates that the detail shows
     * @param isByCall whether a call with any search counts as one
     */
    record Rates(
            BigDecimal input,
            BigDecimal output,
            Map<PromptPart, BigDecimal> parts,
            @Nullable BigDecimal search,
            boolean isByCall) {}

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final String NUMBER = "([0-9]{1,15}(?:\\.[0-9]{1,12})?)";
    private static final Pattern FLOOR = Pattern.compile("floor to " + NUMBER + ", minimum " + NUMBER);
    private static final Pattern NEAREST = Pattern.compile(
            "input and output each to the nearest " + NUMBER + ", a half up(?:, minimum " + NUMBER + ")?");

    private static final BigDecimal PER_TOKEN = new BigDecimal("0.000001");

    /** Reads {@code pricing_detail}; null if it is something else. */
    static @Nullable ChargeDetail read(String json) {
        try {
            return read(JSON.readTree(json));
        } catch (JacksonException | ArithmeticException e) {
            return null;
        }
    }

    private static @Nullable ChargeDetail read(JsonNode detail) {
        Tokens tokens = tokens(detail);
        long output =
                tokens.completion() + (detail.required("reasoning_billed").booleanValue() ? tokens.reasoning() : 0);
        BigDecimal input = input(detail, tokens);
        BigDecimal answer = cost(detail, "output_per_million", output);
        Rounding rounding = Rounding.of(detail);
        if (rounding == null || tokens.plain() < 0) {
            return null;
        }
        return new ChargeDetail(
                detail.required("price_version").stringValue(),
                rates(detail),
                detail.required("reasoning_billed").booleanValue(),
                tokens,
                rounding.units(input, answer),
                decimal(detail, "exact"),
                decimal(detail, "charged"),
                input.add(answer),
                rounding.due(input, answer, !tokens.isNone()),
                detail.path("hold_charged").booleanValue(false),
                detail.path("tier").asString("standard"),
                detail.path("tier_granted").asString(detail.path("tier").asString("standard")),
                detail.path("step").longValue(0),
                detail.required("rounding").stringValue());
    }

    private static Rates rates(JsonNode detail) {
        return new Rates(
                decimal(detail, "input_per_million"),
                decimal(detail, "output_per_million"),
                Stream.of(PromptPart.values())
                        .filter(part -> detail.has(part.perMillion()))
                        .collect(Collectors.toMap(part -> part, part -> decimal(detail, part.perMillion()))),
                detail.has("search_per_1000") ? decimal(detail, "search_per_1000") : null,
                isByCall(detail));
    }

    private static boolean isByCall(JsonNode detail) {
        return detail.path("search_counts").asString("").equals("calls");
    }

    private static Tokens tokens(JsonNode detail) {
        return new Tokens(
                count(detail, "prompt_tokens"),
                count(detail, "completion_tokens"),
                count(detail, "reasoning_tokens"),
                Stream.of(PromptPart.values()).collect(Collectors.toMap(part -> part, part -> detail.path(part.tokens())
                        .longValue(0))),
                detail.path("searches").longValue(0));
    }

    /** Returns the price of the input: text, cached tokens, audio and searches, each at the rate that the detail gives it. */
    private static BigDecimal input(JsonNode detail, Tokens tokens) {
        BigDecimal input = cost(detail, "input_per_million", tokens.plain());
        for (Map.Entry<PromptPart, Long> part : tokens.parts().entrySet()) {
            if (part.getValue() > 0) {
                input = input.add(cost(detail, part.getKey().perMillion(), part.getValue()));
            }
        }
        if (tokens.searches() > 0 && detail.has("search_per_1000")) {
            BigDecimal counted = BigDecimal.valueOf(isByCall(detail) ? 1 : tokens.searches());
            input = input.add(
                    decimal(detail, "search_per_1000").multiply(counted).movePointLeft(3));
        }
        return input;
    }

    private static BigDecimal cost(JsonNode detail, String price, long tokens) {
        return decimal(detail, price).multiply(BigDecimal.valueOf(tokens)).multiply(PER_TOKEN);
    }

    private static BigDecimal decimal(JsonNode detail, String name) {
        return detail.required(name).decimalValue();
    }

    private static long count(JsonNode detail, String name) {
        return detail.required(name).longValue();
    }
}
