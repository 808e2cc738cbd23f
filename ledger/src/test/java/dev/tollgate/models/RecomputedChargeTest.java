package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.models.lists.PriceJson;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A second calculator of charges: it knows the price list as callers read it, raw counts, and the steps of docs/billing.md under "Recompute a charge".
 */
class RecomputedChargeTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);

    @Test
    void a_charge_can_be_recomputed_from_the_price_list() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            Pricing pricing = RandomPrices.pricing(random);
            Usage usage = RandomPrices.usage(random, pricing.tariff());
            Model model = CatalogueTest.model("m").atPrices(PriceSchedule.of(pricing));
            JsonNode price = JSON.readTree(ApiJson.MAPPER.writeValueAsBytes(PriceJson.of(model, Instant.EPOCH)));
            assertThat(charge(price, usage).movePointRight(6))
                    .as("seed " + seed + " " + price + " " + usage)
                    .isEqualByComparingTo(BigDecimal.valueOf(pricing.chargeMicros(usage)));
        }
    }

    private static BigDecimal charge(JsonNode price, Usage usage) {
        boolean isLong = price.has("above")
                && usage.promptTokens() > price.at("/above/prompt_tokens").longValue();
        JsonNode rates = isLong ? price.get("above") : price;
        BigDecimal factor = price.path("tiers").path(usage.tier().word()).decimalValue(BigDecimal.ONE);
        long cached = Math.min(usage.cachedTokens(), usage.promptTokens());
        long cachedAudio = Math.min(Math.min(usage.of(Count.CACHED_AUDIO), usage.of(Count.AUDIO)), cached);
        long audio = usage.of(Count.AUDIO) - cachedAudio;
        audio = Math.min(Math.max(0, audio), usage.promptTokens() - cached);
        long plain = usage.promptTokens() + usage.of(Count.TOOLS) - cached - audio;
        long written = usage.candidatesTokens()
                + (price.get("reasoning").asString().equals("billed") ? usage.thoughtsTokens() : 0);
        long images = Math.min(usage.of(Count.OUTPUT_IMAGE), usage.candidatesTokens());
        boolean isByCall = price.path("search_counts").asString("").equals("calls");
        long searches = isByCall ? Math.min(1, usage.searches()) : usage.searches();
        BigDecimal input = cost(plain, rate(rates, "input", factor))
                .add(cost(cached - cachedAudio, rate(rates, "cached_input", factor)))
                .add(cost(
                        cachedAudio,
                        rate(rates, rates.has("cached_audio_input") ? "cached_audio_input" : "cached_input", factor)))
                .add(cost(audio, rate(rates, "audio_input", factor)))
                .add(rates.path("search_per_1000")
                        .decimalValue(BigDecimal.ZERO)
                        .multiply(BigDecimal.valueOf(searches))
                        .divide(THOUSAND))
                .add(rates.path("maps_per_1000")
                        .decimalValue(BigDecimal.ZERO)
                        .multiply(BigDecimal.valueOf(usage.of(Count.MAPS)))
                        .divide(THOUSAND));
        BigDecimal charge = rounded(
                price.get("rounding"),
                input,
                cost(written - images, rate(rates, "output", factor))
                        .add(cost(images, rate(rates, rates.has("image_output") ? "image_output" : "output", factor))));
        boolean isNone = plain
                        + cached
                        + audio
                        + usage.candidatesTokens()
                        + usage.thoughtsTokens()
                        + usage.searches()
                        + usage.of(Count.MAPS)
                == 0;
        return isNone ? charge : charge.max(price.at("/rounding/minimum").decimalValue());
    }

    private static BigDecimal rate(JsonNode rates, String name, BigDecimal factor) {
        JsonNode rate = rates.has(name) ? rates.get(name) : rates.get("input");
        return rate.decimalValue().multiply(factor).setScale(6, RoundingMode.CEILING);
    }

    private static BigDecimal cost(long count, BigDecimal rate) {
        return rate.multiply(BigDecimal.valueOf(count)).divide(MILLION);
    }

    private static BigDecimal rounded(JsonNode rounding, BigDecimal input, BigDecimal output) {
        BigDecimal step = rounding.get("step").decimalValue();
        return rounding.get("rule").asString().equals("floor-total")
                ? multiple(input.add(output), step, RoundingMode.DOWN)
                : multiple(input, step, RoundingMode.HALF_UP).add(multiple(output, step, RoundingMode.HALF_UP));
    }

    private static BigDecimal multiple(BigDecimal amount, BigDecimal step, RoundingMode mode) {
        return amount.divide(step, 0, mode).multiply(step);
    }
}
