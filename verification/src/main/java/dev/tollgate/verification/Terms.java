package dev.tollgate.verification;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The terms of a price, read and computed apart from the program that charges: rates in micro-credits per million tokens, or per thousand
 * searches or calls with Google Maps.
 */
final class Terms {

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);

    /**
     * The counts of an answer, whose prompt and output are divided into parts with rates of their own.
     *
     * @param prompt decides the step
     * @param plain the rest of the input, with the tokens of tools
     * @param completion the visible output without its images
     */
    record Counts(
            long prompt,
            long plain,
            long cached,
            long audio,
            long cachedAudio,
            long completion,
            long images,
            long reasoning,
            long searches,
            long maps) {

        /** Reads prompt, tool, completion, reasoning, cached, cached audio and audio tokens, searches, tokens of made images, and Google Maps. */
        static Counts of(long[] counts) {
            long prompt = counts[0];
            long allCached = Math.min(counts[4], prompt);
            long cachedAudio = Math.min(counts[5], Math.min(counts[6], allCached));
            long audio = Math.min(counts[6] - cachedAudio, prompt - allCached);
            long images = Math.min(counts[8], counts[2]);
            return new Counts(
                    prompt,
                    prompt + counts[1] - allCached - audio,
                    allCached - cachedAudio,
                    audio,
                    cachedAudio,
                    counts[2] - images,
                    images,
                    counts[3],
                    counts[7],
                    counts[9]);
        }

        long input() {
            return plain + cached + audio + cachedAudio;
        }

        long output() {
            return completion + images + reasoning;
        }
    }

    /** @param isByCall whether a call with any search counts as one */
    record Rates(
            BigDecimal input,
            BigDecimal cached,
            BigDecimal audio,
            BigDecimal cachedAudio,
            BigDecimal output,
            BigDecimal images,
            BigDecimal search,
            BigDecimal maps,
            boolean isByCall) {

        /** Reads rates in credits; the rates of parts may be missing. @param factor of the tier: each rate is rounded up, searches and Google Maps have none */
        static Rates read(JsonNode json, JsonNode counting, BigDecimal factor) {
            BigDecimal input = micros(json.required("input"), factor);
            BigDecimal cached = json.has("cached_input") ? micros(json.get("cached_input"), factor) : input;
            return new Rates(
                    input,
                    cached,
                    json.has("audio_input") ? micros(json.get("audio_input"), factor) : input,
                    json.has("cached_audio_input") ? micros(json.get("cached_audio_input"), factor) : cached,
                    micros(json.required("output"), factor),
                    micros(json.required(json.has("image_output") ? "image_output" : "output"), factor),
                    json.has("search_per_1000") ? micros(json.get("search_per_1000"), BigDecimal.ONE) : BigDecimal.ZERO,
                    json.has("maps_per_1000") ? micros(json.get("maps_per_1000"), BigDecimal.ONE) : BigDecimal.ZERO,
                    counting.path("search_counts").asString("").equals("calls"));
        }

        private static BigDecimal micros(JsonNode credits, BigDecimal factor) {
            return credits.decimalValue().movePointRight(6).multiply(factor).setScale(0, RoundingMode.CEILING);
        }

        boolean isTimes(Rates base, BigDecimal factor) {
            return isTimes(input, base.input, factor)
                    && isTimes(cached, base.cached, factor)
                    && isTimes(audio, base.audio, factor)
                    && isTimes(cachedAudio, base.cachedAudio, factor)
                    && isTimes(output, base.output, factor)
                    && isTimes(images, base.images, factor)
                    && isTimes(search, base.search, factor)
                    && isTimes(maps, base.maps, factor)
                    && isByCall == base.isByCall;
        }

        private static boolean isTimes(BigDecimal rate, BigDecimal base, BigDecimal factor) {
            return rate.compareTo(base.multiply(factor).setScale(0, RoundingMode.CEILING)) == 0;
        }

        /** Returns the price of the input with its searches, in millionths of a micro-credit. */
        private BigDecimal input(Counts counts) {
            long searches = isByCall ? Math.min(1, counts.searches) : counts.searches;
            BigDecimal sum = times(counts.plain, input);
            sum = counts.cached == 0 ? sum : sum.add(times(counts.cached, cached));
            sum = counts.audio == 0 ? sum : sum.add(times(counts.audio, audio));
            sum = counts.cachedAudio == 0 ? sum : sum.add(times(counts.cachedAudio, cachedAudio));
            sum = counts.maps == 0 ? sum : sum.add(times(counts.maps, maps).multiply(THOUSAND));
            return searches == 0 ? sum : sum.add(times(searches, search).multiply(THOUSAND));
        }

        /** Returns the price of the output in millionths of a micro-credit. */
        private BigDecimal output(Counts counts, boolean reasoningBilled) {
            BigDecimal sum = times(counts.completion + (reasoningBilled ? counts.reasoning : 0), output);
            return counts.images == 0 ? sum : sum.add(times(counts.images, images));
        }

        /** Returns the cost in micro-credits, rounded up once, with thoughts as output. */
        BigDecimal cost(Counts counts) {
            return input(counts).add(output(counts, true)).movePointLeft(6).setScale(0, RoundingMode.CEILING);
        }

        private static BigDecimal times(long count, BigDecimal rate) {
            return BigDecimal.valueOf(count).multiply(rate);
        }
    }

    private final JsonNode json;
    private final Map<String, Rates> below = new HashMap<>();
    private final Map<String, Rates> above = new HashMap<>();
    private final long step;
    private final boolean reasoningBilled;
    private final boolean isEachRounded;
    private final BigDecimal roundedTo;
    private final BigDecimal minimum;

    private Terms(JsonNode json, boolean isSale) {
        this.json = json;
        this.step = json.path("above").path("prompt_tokens").longValue(0);
        JsonNode rounding = json.path("rounding");
        this.reasoningBilled = !isSale || json.required("reasoning_billed").booleanValue();
        this.isEachRounded = rounding.path("rule").asString("").equals("nearest-component");
        this.roundedTo = isSale ? rounding.required("step").decimalValue().movePointRight(12) : BigDecimal.ONE;
        this.minimum = isSale ? rounding.required("minimum").decimalValue().movePointRight(6) : BigDecimal.ZERO;
        rates("standard", step > 0);
        rates("standard", false);
    }

    /** Reads the column {@code terms}; null if it is something else. @param isSale whether it has a rounding */
    static @Nullable Terms read(String text, boolean isSale) {
        try {
            Terms terms = new Terms(JSON.readTree(text), isSale);
            boolean isKnown = !isSale
                    || terms.isEachRounded
                    || terms.json.path("rounding").path("rule").asString("").equals("floor-total");
            return isKnown && terms.roundedTo.signum() > 0 ? terms : null;
        } catch (JacksonException | ArithmeticException e) {
            return null;
        }
    }

    JsonNode json() {
        return json;
    }

    /** Returns whether these are other terms whose rates were multiplied and rounded up to a micro-credit, with all else the same. */
    boolean isTimes(Terms base, BigDecimal factor) {
        return reasoningBilled == base.reasoningBilled
                && rounding().equals(base.rounding())
                && step == base.step
                && json.path("tiers").equals(base.json.path("tiers"))
                && Rates.read(json, json, BigDecimal.ONE)
                        .isTimes(Rates.read(base.json, base.json, BigDecimal.ONE), factor)
                && (step == 0
                        || Rates.read(json.path("above"), json, BigDecimal.ONE)
                                .isTimes(Rates.read(base.json.path("above"), base.json, BigDecimal.ONE), factor));
    }

    boolean reasoningBilled() {
        return reasoningBilled;
    }

    /** Returns the rule of the rounding in words, as the audit log has it. */
    String rounding() {
        String to = Findings.credits(roundedTo.movePointLeft(6));
        String least = Findings.credits(minimum);
        return isEachRounded
                ? "input and output each to the nearest " + to + ", a half up"
                        + (minimum.signum() == 0 ? "" : ", minimum " + least)
                : "floor to " + to + ", minimum " + least;
    }

    /** Returns the step that a prompt is above; 0 if it is above none. */
    long step(Counts counts) {
        return step > 0 && counts.prompt > step ? step : 0;
    }

    private Rates rates(String tier, boolean isAbove) {
        return (isAbove ? above : below)
                .computeIfAbsent(
                        tier,
                        word -> Rates.read(
                                isAbove ? json.path("above") : json,
                                json,
                                json.path("tiers").path(word).decimalValue(BigDecimal.ONE)));
    }

    /** Returns the charge in micro-credits, rounded once by its rule. */
    BigDecimal charge(Counts counts, String tier) {
        Rates rates = rates(tier, step(counts) > 0);
        BigDecimal input = rates.input(counts);
        BigDecimal output = rates.output(counts, reasoningBilled);
        BigDecimal steps = isEachRounded
                ? input.divide(roundedTo, 0, RoundingMode.HALF_UP)
                        .add(output.divide(roundedTo, 0, RoundingMode.HALF_UP))
                : input.add(output).divide(roundedTo, 0, RoundingMode.FLOOR);
        BigDecimal charge = steps.multiply(roundedTo).movePointLeft(6);
        return counts.input() + counts.output() + counts.searches + counts.maps == 0 ? charge : charge.max(minimum);
    }

    /** Returns the upstream's list price in micro-credits. */
    BigDecimal cost(Counts counts, String tier) {
        return rates(tier, step(counts) > 0).cost(counts);
    }

    /** Returns whether counts cost so much below the step, or above it. */
    boolean isCost(BigDecimal micros, Counts counts, String tier) {
        return micros.compareTo(rates(tier, false).cost(counts)) == 0
                || step > 0 && micros.compareTo(rates(tier, true).cost(counts)) == 0;
    }
}
