package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Random calls with searches, long prompts, cached tokens, tiers and callers that leave, against a calculator written from docs/billing.md and
 * {@code GET /v1/prices} alone: it knows what the provider reported and shares nothing with the program. {@code -Dcalculator.seed} repeats a run.
 */
@BesideOthers
@Timeout(1_200)
class SecondCalculatorTest {

    private static final int CALLS = Effort.of(60, 1_000);
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final List<String> TIERS = List.of("flex", "standard", "priority");

    @TempDir
    Path folder;

    private final long seed = Effort.seed("calculator.seed");
    private final Random random = new Random(seed);

    /** What the provider reports of a call by its last event, or by the event at which its caller leaves. */
    private record Reported(
            String model,
            long prompt,
            long cached,
            long output,
            long thoughts,
            int searches,
            long tools,
            boolean maps,
            String asked,
            String granted) {

        String usage(long outputNow) {
            return ("\"usageMetadata\":{\"promptTokenCount\":%d,\"cachedContentTokenCount\":%d,\"candidatesTokenCount\":%d,"
                            + "\"thoughtsTokenCount\":%d,\"totalTokenCount\":%d,\"toolUsePromptTokenCount\":%d%s}")
                    .formatted(
                            prompt,
                            cached,
                            outputNow,
                            thoughts,
                            prompt + outputNow + thoughts + tools,
                            tools,
                            granted == null ? "" : ",\"serviceTier\":\"" + granted + "\"");
        }

        String grounding() {
            String places = "\"groundingChunks\":[{\"maps\":{\"uri\":\"https://maps.google.com/?cid=1\"}}"
                    + (searches == 0 ? "" : ",{\"web\":{\"uri\":\"https://example.com\"}}") + "]";
            String queries = IntStream.range(0, searches)
                    .mapToObj(query -> "\"q" + query + "\"")
                    .collect(Collectors.joining(",", "\"webSearchQueries\":[", "]"));
            String metadata = (maps ? places : "") + (maps && searches > 0 ? "," : "") + (searches > 0 ? queries : "");
            return metadata.isEmpty() ? "" : ",\"groundingMetadata\":{" + metadata + "}";
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void every_charge_is_what_the_documents_and_the_price_list_say(Stores stores) throws Exception {
        System.out.println("calculator.seed=" + seed);
        Path file = WholePrice.catalogue(folder.resolve("models.yaml"));
        try (CallServer gateway = CallServer.startOn(stores, "models.file", file.toString())) {
            Customer customer = gateway.customer("1000000");
            Map<String, JsonNode> prices = new HashMap<>();
            for (JsonNode price :
                    gateway.get("/v1/prices?limit=100", customer.key()).json().get("data")) {
                prices.put(price.get("model").asString(), price);
            }
            BigDecimal sum = BigDecimal.ZERO;
            int left = 0;
            for (int i = 0; i < CALLS; i++) {
                Reported reported = random(prices);
                boolean leaves = random.nextInt(3) == 0;
                left += leaves ? 1 : 0;
                JsonNode task = play(gateway, customer, reported, leaves);
                BigDecimal due = due(prices.get(reported.model()), reported);
                assertThat(task.get("status").asString()).isEqualTo(leaves ? "cancelled" : "completed");
                assertThat(task.get("credits_consumed").decimalValue())
                        .as("seed %d, call %d, leaves %s: %s", seed, i, leaves, reported)
                        .isEqualByComparingTo(due);
                sum = sum.add(due);
            }
            assertThat(left).isPositive();
            assertThat(customer.consumed()).as("seed %d", seed).isEqualByComparingTo(sum);
            assertThat(gateway.differences()).as("seed %d", seed).isEmpty();
        }
    }

    private Reported random(Map<String, JsonNode> prices) {
        String model = random.nextInt(4) > 0 ? "parts" : random.nextBoolean() ? "dated" : "gemini-2.5-pro";
        JsonNode price = prices.get(model);
        boolean isLong = random.nextInt(3) == 0;
        long prompt = isLong ? 1_990 + random.nextInt(20) : 1 + random.nextInt(400);
        boolean hasTiers = price.has("tiers");
        return new Reported(
                model,
                prompt,
                random.nextBoolean() ? 0 : random.nextLong(prompt + 1),
                2 + random.nextInt(500),
                random.nextInt(3) == 0 ? random.nextInt(90) : 0, // with the output within the default max_tokens of 600
                model.equals("parts") && random.nextBoolean() ? 1 + random.nextInt(8) : 0,
                model.equals("parts") && random.nextBoolean() ? random.nextInt(1_200) : 0,
                model.equals("parts") && random.nextInt(3) == 0,
                hasTiers ? TIERS.get(random.nextInt(3)) : "standard",
                hasTiers && random.nextInt(4) > 0 ? TIERS.get(random.nextInt(3)) : null);
    }

    private JsonNode play(CallServer gateway, Customer customer, Reported reported, boolean leaves) {
        String first = "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Well, \"}]}}],"
                + reported.usage(1) + "}";
        String told = "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"TOLD.\"}]}"
                + reported.grounding() + (leaves ? "" : ",\"finishReason\":\"STOP\"") + "}],"
                + reported.usage(reported.output()) + "}";
        gateway.script("[{\"respond\":[{\"event\":" + first + "},{\"event\":" + told + "}"
                + (leaves ? ",{\"delay_ms\":60000}" : "") + "]}]");
        String text = "word ".repeat(reported.prompt() > 1_000 ? 500 : 100);
        String body = "{\"model\":\"" + reported.model()
                + "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]"
                + tools(reported)
                + ",\"service_tier\":\"" + reported.asked() + "\"}";
        try (RawCall call = customer.chatRaw(body)) {
            call.readUntil(leaves ? "TOLD." : "[DONE]");
        }
        return customer.lastTask();
    }

    private static String tools(Reported reported) {
        List<String> tools = new ArrayList<>();
        if (reported.searches() > 0) {
            tools.add("{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}");
        }
        if (reported.tools() > 0) {
            tools.add("{\"type\":\"url_context\"}");
        }
        if (reported.maps()) {
            tools.add("{\"googleMaps\":{}}");
        }
        return tools.isEmpty() ? "" : ",\"tools\":[" + String.join(",", tools) + "]";
    }

    // ---- the calculator: the steps of "Recompute a charge" ----

    private static BigDecimal due(JsonNode price, Reported reported) {
        JsonNode above = price.path("above");
        JsonNode row = !above.isMissingNode()
                        && reported.prompt() > above.get("prompt_tokens").asLong()
                ? above
                : price;
        BigDecimal factor = factor(price, reported);
        BigDecimal input = rate(row.get("input"), factor);
        BigDecimal cachedInput = row.has("cached_input") ? rate(row.get("cached_input"), factor) : input;
        BigDecimal written = BigDecimal.valueOf(
                reported.output() + (price.path("reasoning").asString("").equals("billed") ? reported.thoughts() : 0));
        long searches = price.path("search_counts").asString("").equals("calls")
                ? Math.min(1, reported.searches())
                : reported.searches();
        BigDecimal search =
                row.has("search_per_1000") ? row.get("search_per_1000").decimalValue() : BigDecimal.ZERO;
        long read = Math.min(900, reported.tools()); // the row's tool_tokens_max
        BigDecimal places =
                reported.maps() ? row.get("maps_per_1000").decimalValue().movePointLeft(3) : BigDecimal.ZERO;
        BigDecimal in = BigDecimal.valueOf(reported.prompt() + read - reported.cached())
                .multiply(input)
                .add(BigDecimal.valueOf(reported.cached()).multiply(cachedInput))
                .divide(MILLION)
                .add(BigDecimal.valueOf(searches).multiply(search).divide(BigDecimal.valueOf(1_000)))
                .add(places);
        BigDecimal out = written.multiply(rate(row.get("output"), factor)).divide(MILLION);
        JsonNode rounding = price.get("rounding");
        BigDecimal step = rounding.get("step").decimalValue();
        BigDecimal rounded = rounding.get("rule").asString().equals("floor-total")
                ? multiple(in.add(out), step, RoundingMode.FLOOR)
                : multiple(in, step, RoundingMode.HALF_UP).add(multiple(out, step, RoundingMode.HALF_UP));
        return rounded.max(rounding.get("minimum").decimalValue());
    }

    /** You pay for the tier that was granted, never more than for the requested one; if none is reported, the cheaper of standard and your request. */
    private static BigDecimal factor(JsonNode price, Reported reported) {
        BigDecimal asked = factor(price, reported.asked());
        return asked.min(factor(price, reported.granted() == null ? "standard" : reported.granted()));
    }

    private static BigDecimal factor(JsonNode price, String tier) {
        JsonNode its = price.path("tiers").path(tier);
        return its.isMissingNode() ? BigDecimal.ONE : its.decimalValue();
    }

    private static BigDecimal rate(JsonNode rate, BigDecimal factor) {
        return rate.decimalValue().multiply(factor).setScale(6, RoundingMode.CEILING);
    }

    private static BigDecimal multiple(BigDecimal amount, BigDecimal step, RoundingMode how) {
        return amount.divide(step, 0, how).multiply(step);
    }
}
