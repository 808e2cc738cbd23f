package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.receipts.PublicKeys;
import dev.tollgate.books.receipts.ReceiptFileCheck;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Some weeks of random calls through a running server: with cached tokens, long prompts, searches and tiers, a price that changes at an instant and
 * a model that retires. A seed is repeated with {@code -Dmonth.seed}.
 */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class RandomMonthOfCallsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int CALLS = 60;
    private static final BigDecimal PER_TOKEN = new BigDecimal("0.000001");

    /** Credits per million: input, output, cached. */
    private static final Map<String, List<Integer>> RATES =
            Map.of("dated@1", List.of(100, 200, 10), "dated@2", List.of(200, 400, 20));

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private final long seed = Effort.seed("month.seed");
    private final Random random = new Random(seed);
    private Gateway gateway;
    private Customer customer;

    /** What was scripted for a call. */
    private record Played(String taskId, long prompt, long cached, long output, int searches, String tier) {}

    @Test
    void usage_tasks_receipts_and_ledger_of_a_month_agree_to_the_micro_credit() throws IOException {
        System.out.println("month.seed=" + seed);
        Path file = WholePrice.catalogue(folder.resolve("models.yaml"));
        try (Gateway started = Gateway.startOn(stores, "models.file", file.toString())) {
            gateway = started;
            Instant now = Instant.parse("2026-10-01T00:00:00Z");
            gateway.setNow(now); // before the first entry: entries never go back in time
            customer = gateway.customer("100000");
            BigDecimal expected = BigDecimal.ZERO;
            long cached = 0;
            long searches = 0;
            for (int i = 0; i < CALLS; i++) {
                now = i == CALLS / 4
                        ? OffsetDateTime.parse(WholePrice.DAY).toInstant().minusMillis(1)
                        : i == CALLS / 4 + 1
                                ? OffsetDateTime.parse(WholePrice.DAY).toInstant()
                                : now.plus(Duration.ofMinutes(random.nextInt(4_000)));
                gateway.setNow(now);
                Played played = play(i % 4 == 0 ? "dated" : i % 7 == 0 ? "gemini-2.5-pro" : "parts");
                BigDecimal charge = charge(played);
                assertThat(task(played).get("credits_consumed").decimalValue())
                        .as("seed %d: %s", seed, played)
                        .isEqualByComparingTo(charge);
                expected = expected.add(charge);
                cached += played.cached();
                searches += played.searches();
            }
            checkTotals(now, expected, cached, searches);
            checkReceipts(expected);
            assertThat(gateway.differences()).as("seed %d", seed).isEmpty();
        }
    }

    private Played play(String model) {
        boolean hasParts = model.equals("parts");
        boolean isLong = random.nextInt(3) == 0;
        long prompt = isLong ? 1_990 + random.nextInt(20) : 1 + random.nextInt(400);
        long cached = random.nextBoolean() ? 0 : random.nextLong(prompt + 1);
        long output = 1 + random.nextInt(500);
        int searches = hasParts && random.nextInt(3) == 0 ? 1 + random.nextInt(14) : 0;
        String tier = hasParts ? List.of("standard", "flex", "priority").get(random.nextInt(3)) : "standard";
        StringBuilder queries = new StringBuilder();
        for (int i = 0; i < searches; i++) {
            queries.append(i == 0 ? "" : ",").append("\"q").append(i).append('"');
        }
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"Well."}]},"finishReason":"STOP"%s}],"usageMetadata":
                {"promptTokenCount":%d,"cachedContentTokenCount":%d,"candidatesTokenCount":%d,"totalTokenCount":%d,"serviceTier":"%s"}}""".formatted(
                        searches == 0 ? "" : ",\"groundingMetadata\":{\"webSearchQueries\":[" + queries + "]}",
                        prompt,
                        cached,
                        output,
                        prompt + output,
                        tier)));
        String text = "word ".repeat(isLong ? 500 : 100);
        Gateway.Reply reply = customer.chat("{\"model\":\"" + model
                + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]"
                + (searches == 0 ? "" : ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]")
                + (hasParts ? ",\"service_tier\":\"" + tier + "\"}" : "}"));
        assertThat(reply.status()).as("seed %d: %s", seed, reply.text()).isEqualTo(200);
        return new Played(reply.header("x-tollgate-task-id"), prompt, cached, output, Math.min(12, searches), tier);
    }

    /** Returns the charge of the last call, by the published rule and the rates of its version. */
    private BigDecimal charge(Played played) {
        JsonNode task = task(played);
        String version = task.at("/pricing_detail/price_version").asString();
        if (version.startsWith("dated")) {
            JsonNode receipt = receipt(task);
            boolean isLater = !Instant.parse(receipt.get("priced_at").asString())
                    .isBefore(OffsetDateTime.parse(WholePrice.DAY).toInstant());
            assertThat(version).as("seed %d", seed).isEqualTo(isLater ? "dated@2" : "dated@1");
            return cents(played, RATES.get(version));
        }
        if (version.startsWith("parts")) {
            boolean isLong = played.prompt() > 2_000;
            BigDecimal factor = new BigDecimal(
                    Map.of("standard", "1", "flex", "0.5", "priority", "1.8").get(played.tier()));
            BigDecimal tokens = BigDecimal.valueOf((played.prompt() - played.cached()) * (isLong ? 2_000 : 1_000)
                    + played.cached() * (isLong ? 200 : 100)
                    + played.output() * (isLong ? 3_000 : 2_000));
            return tokens.multiply(factor)
                    .multiply(PER_TOKEN)
                    .add(BigDecimal.valueOf(played.searches()))
                    .setScale(6, RoundingMode.FLOOR);
        }
        assertThat(version).isEqualTo("gemini-2.5-pro@2026-11");
        return cents(played, List.of(57, 450, 57));
    }

    private static BigDecimal cents(Played played, List<Integer> rates) {
        BigDecimal exact = BigDecimal.valueOf((played.prompt() - played.cached()) * rates.get(0)
                        + played.output() * rates.get(1)
                        + played.cached() * rates.get(2))
                .multiply(PER_TOKEN);
        return exact.setScale(2, RoundingMode.FLOOR).max(new BigDecimal("0.01"));
    }

    private JsonNode task(Played played) {
        return gateway.get("/v1/tasks/" + played.taskId(), customer.key()).json();
    }

    private JsonNode receipt(JsonNode task) {
        return gateway.get("/v1/receipts/" + task.get("id").asString(), customer.key())
                .json();
    }

    private void checkTotals(Instant now, BigDecimal expected, long cached, long searches) {
        assertThat(customer.consumed()).as("seed %d", seed).isEqualByComparingTo(expected);
        String end = now.plus(Duration.ofDays(2)).toString().substring(0, 10);
        JsonNode totals = gateway.get("/v1/usage?start=2026-09-30&end=" + end, customer.key())
                .json()
                .get("totals");
        assertThat(totals.get("charged").decimalValue()).isEqualByComparingTo(expected);
        assertThat(totals.at("/tokens/cached").asLong()).isEqualTo(cached);
        assertThat(totals.get("searches").asLong()).isEqualTo(searches);
    }

    private void checkReceipts(BigDecimal expected) throws IOException {
        String lines = gateway.get("/v1/receipts?limit=1000", customer.key()).text();
        PublicKeys keys =
                PublicKeys.parse(gateway.get("/v1/receipts/key", customer.key()).text());
        byte[] head = gateway.get("/v1/receipts/head", customer.key()).text().getBytes(StandardCharsets.UTF_8);
        assertThat(new ReceiptFileCheck(keys, head)
                        .check(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(new ReceiptFileCheck.Sound(CALLS));
        BigDecimal sum = lines.lines()
                .map(line -> JSON.readTree(line).get("charge_micros").asLong())
                .map(micros -> BigDecimal.valueOf(micros, 6))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(sum).isEqualByComparingTo(expected);
    }
}
