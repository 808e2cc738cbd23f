package dev.tollgate.calls;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The price of a group and the charge of a receipt, as docs/billing.md says under <i>Recompute a charge</i> and <i>Price groups</i>. */
final class PricesByHand {

    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);
    private static final List<String> RATES = List.of(
            "input",
            "output",
            "cached_input",
            "audio_input",
            "cached_audio_input",
            "image_output",
            "search_per_1000",
            "maps_per_1000");
    private static final List<String> STAYING = List.of("search_counts", "tiers", "reasoning", "rounding");

    private PricesByHand() {}

    /** A version of a price group. @param models factors by id, or by the beginning of ids with an asterisk */
    record Group(String name, int version, int factor, Map<String, Integer> models) {

        int factor(String model) {
            if (models.containsKey(model)) {
                return models.get(model);
            }
            String longest = "";
            for (String entry : models.keySet()) {
                String beginning = entry.replace("*", "");
                if (entry.endsWith("*") && model.startsWith(beginning) && entry.length() > longest.length()) {
                    longest = entry;
                }
            }
            return longest.isEmpty() ? factor : models.get(longest);
        }
    }

    /** Returns the standard price's version in the name of a price. */
    static String base(String version) {
        return version.contains("*") ? version.substring(0, version.lastIndexOf('*')) : version;
    }

    /** Returns all that a price says of money, by the names in the price list. */
    static Map<String, String> rates(JsonNode price) {
        return times(price, 1_000);
    }

    /** Returns the same at a factor. */
    static Map<String, String> times(JsonNode price, int factor) {
        Map<String, String> all = new TreeMap<>();
        for (String staying : STAYING) {
            if (price.has(staying)) {
                all.put(staying, price.get(staying).toString());
            }
        }
        rates(all, "", price, factor);
        if (price.has("above")) {
            all.put(
                    "above.prompt_tokens",
                    price.get("above").get("prompt_tokens").toString());
            rates(all, "above.", price.get("above"), factor);
        }
        return all;
    }

    private static void rates(Map<String, String> all, String prefix, JsonNode row, int factor) {
        for (String rate : RATES) {
            if (row.has(rate)) {
                BigDecimal micros = row.get(rate)
                        .decimalValue()
                        .multiply(MILLION)
                        .multiply(BigDecimal.valueOf(factor))
                        .divide(THOUSAND)
                        .setScale(0, RoundingMode.CEILING);
                all.put(prefix + rate, micros.toPlainString());
            }
        }
    }

    /** Recomputes {@code due_micros}. */
    static long dueMicros(JsonNode price, JsonNode receipt) {
        JsonNode counts = receipt.get("counts");
        // 1. Rates
        boolean isAbove = price.has("above")
                && count(counts, "prompt_tokens")
                                .compareTo(
                                        price.get("above").get("prompt_tokens").decimalValue())
                        > 0;
        JsonNode row = isAbove ? price.get("above") : price;
        // 2. Tier
        JsonNode tier = price.path("tiers").path(receipt.get("tier").asString());
        BigDecimal factor = tier.isMissingNode() ? BigDecimal.ONE : tier.decimalValue();
        BigDecimal input = rate(row, "input", factor, BigDecimal.ZERO);
        BigDecimal cachedInput = rate(row, "cached_input", factor, input);
        BigDecimal audioInput = rate(row, "audio_input", factor, input);
        BigDecimal cachedAudioInput = rate(row, "cached_audio_input", factor, cachedInput);
        BigDecimal output = rate(row, "output", factor, BigDecimal.ZERO);
        BigDecimal imageOutput = rate(row, "image_output", factor, output);
        // 3. Counts
        BigDecimal prompt = count(counts, "prompt_tokens");
        BigDecimal cached = count(counts, "cached_tokens").min(prompt);
        BigDecimal cachedAudio =
                count(counts, "cached_audio_tokens").min(cached).min(count(counts, "audio_tokens"));
        BigDecimal audio = count(counts, "audio_tokens").subtract(cachedAudio).min(prompt.subtract(cached));
        BigDecimal plain =
                prompt.add(count(counts, "tool_tokens")).subtract(cached).subtract(audio);
        BigDecimal written = count(counts, "completion_tokens");
        if (price.get("reasoning").asString().equals("billed")) {
            written = written.add(count(counts, "reasoning_tokens"));
        }
        BigDecimal images = count(counts, "output_image_tokens").min(count(counts, "completion_tokens"));
        BigDecimal searches = count(counts, "searches");
        if (price.path("search_counts").asString("").equals("calls")) {
            searches = searches.min(BigDecimal.ONE);
        }
        // 4. Amounts
        BigDecimal in = plain.multiply(input)
                .add(cached.subtract(cachedAudio).multiply(cachedInput))
                .add(cachedAudio.multiply(cachedAudioInput))
                .add(audio.multiply(audioInput))
                .divide(MILLION)
                .add(searches.multiply(rate(row, "search_per_1000", BigDecimal.ONE, BigDecimal.ZERO))
                        .divide(THOUSAND))
                .add(count(counts, "maps")
                        .multiply(rate(row, "maps_per_1000", BigDecimal.ONE, BigDecimal.ZERO))
                        .divide(THOUSAND));
        BigDecimal out = written.subtract(images)
                .multiply(output)
                .add(images.multiply(imageOutput))
                .divide(MILLION);
        // 5. Rounding
        BigDecimal step = price.get("rounding").get("step").decimalValue();
        BigDecimal due = price.get("rounding").get("rule").asString().equals("floor-total")
                ? multiple(in.add(out), step, RoundingMode.FLOOR)
                : multiple(in, step, RoundingMode.HALF_UP).add(multiple(out, step, RoundingMode.HALF_UP));
        boolean isUsed = prompt.add(count(counts, "tool_tokens"))
                        .add(count(counts, "completion_tokens"))
                        .add(count(counts, "reasoning_tokens"))
                        .add(count(counts, "searches"))
                        .add(count(counts, "maps"))
                        .signum()
                > 0;
        return (isUsed ? due.max(price.get("rounding").get("minimum").decimalValue()) : due)
                .multiply(MILLION)
                .longValueExact();
    }

    private static BigDecimal count(JsonNode counts, String name) {
        return counts.has(name) ? counts.get(name).decimalValue() : BigDecimal.ZERO;
    }

    private static BigDecimal rate(JsonNode row, String name, BigDecimal factor, BigDecimal missing) {
        return row.has(name)
                ? row.get(name).decimalValue().multiply(factor).setScale(6, RoundingMode.CEILING)
                : missing;
    }

    private static BigDecimal multiple(BigDecimal amount, BigDecimal step, RoundingMode how) {
        return amount.divide(step, 0, how).multiply(step);
    }
}
