package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Random lines of all endpoints and tiers cost what a second calculator says, which knows the list of prices and what the provider reports. */
@Timeout(600)
class BatchChargesTest {

    /** Of each endpoint. */
    private static final int LINES = Effort.of(120, 700);

    private static final String RESPONSES = "/v1/responses";
    private static final String EMBEDDINGS = "/v1/embeddings";
    private static final List<String> MODELS =
            List.of("gemini-3.8-flash", "gemini-2.5-flash", "gemini-3.5-flash-lite", "gemini-3.1-flash-lite");

    /** Lines without a tier have flex. The provider never says that it has granted priority, so that is not charged. */
    private static final Map<String, String> FACTORS =
            Map.of("", "0.5", "flex", "0.5", "default", "1", "priority", "1");

    private final long seed = Effort.seed("test.seed");
    private final Random random = new Random(seed);
    private final Map<String, BigDecimal> charges = new HashMap<>();
    private final UpstreamScript script = UpstreamScript.says("not asked", 1, 1).whenAsked("nothing");
    private Gateway gateway;
    private Customer customer;

    @Test
    void random_lines_cost_what_a_second_calculator_says() {
        try (Gateway started = Gateway.start()) {
            gateway = started;
            customer = gateway.customer("100000");
            List<String> chats = lines(DrivenBatch.CHAT);
            List<String> responses = lines(RESPONSES);
            List<String> embeddings = new ArrayList<>();
            for (int i = 0; i < LINES; i++) {
                embeddings.add(embedding("e" + i));
            }
            gateway.script(script);
            DrivenBatch chat = DrivenBatch.ofLines(gateway, customer, DrivenBatch.CHAT, chats);
            DrivenBatch response = DrivenBatch.ofLines(gateway, customer, RESPONSES, responses);
            DrivenBatch embedding = DrivenBatch.ofLines(gateway, customer, EMBEDDINGS, embeddings);
            List<DrivenBatch> all = List.of(chat, response, embedding);
            all.forEach(DrivenBatch::ended);
            for (DrivenBatch each : all) {
                assertThat(each.get().path("request_counts").path("completed").asInt())
                        .as("-Dtest.seed=%d %s", seed, each.errors())
                        .isEqualTo(LINES);
                each.answers().forEach(this::assertCharge);
                each.assertAddsUp();
            }
            gateway.assertBooksAreClosed();
        }
    }

    private List<String> lines(String endpoint) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            lines.add(line(endpoint, endpoint.equals(RESPONSES) ? "r" + i : "c" + i));
        }
        return lines;
    }

    /** A line whose answer the script knows by its text. */
    private String line(String endpoint, String name) {
        String model = MODELS.get(random.nextInt(MODELS.size()));
        String tier = List.of("", "flex", "default", "priority").get(random.nextInt(4));
        Tokens tokens = new Tokens(random.nextInt(1, 60), random.nextInt(1, 400), random.nextInt(300));
        script.next().whenAsked("<" + name + ">").text("Done.", tokens).finish("STOP", tokens);
        JsonNode price =
                gateway.get("/v1/models/" + model, customer.key()).json().path("pricing");
        charges.put(
                name,
                charge(
                        price,
                        tokens.prompt(),
                        tokens.candidates() + tokens.thoughts(),
                        new BigDecimal(FACTORS.get(tier))));
        String text = "<" + name + "> " + "please ".repeat(random.nextInt(40, 60));
        String more = tier.isEmpty() ? "" : ",\"service_tier\":\"" + tier + "\"";
        return DrivenBatch.line(
                name,
                endpoint,
                endpoint.equals(RESPONSES)
                        ? "{\"model\":\"%s\",\"input\":\"%s\"%s}".formatted(model, text, more)
                        : DrivenBatch.chat(model, text, more));
    }

    private String embedding(String name) {
        String input = "\"" + "words ".repeat(random.nextInt(1, 60)) + "\"";
        return DrivenBatch.line(
                name, EMBEDDINGS, "{\"model\":\"gemini-embedding-001\",\"dimensions\":128,\"input\":[" + input + "]}");
    }

    private static BigDecimal charge(JsonNode price, long prompt, long output, BigDecimal factor) {
        BigDecimal millions = new BigDecimal(price.path("input").toString())
                .multiply(BigDecimal.valueOf(prompt))
                .add(new BigDecimal(price.path("output").toString()).multiply(BigDecimal.valueOf(output)));
        BigDecimal least = BigDecimal.valueOf(1, 6);
        return millions.multiply(factor)
                .movePointLeft(6)
                .setScale(6, RoundingMode.FLOOR)
                .max(least);
    }

    private void assertCharge(JsonNode line) {
        String name = line.path("custom_id").asString();
        JsonNode body = line.path("response").path("body");
        BigDecimal expected = charges.get(name);
        if (expected == null) {
            JsonNode price = gateway.get("/v1/models/gemini-embedding-001", customer.key())
                    .json()
                    .path("pricing");
            expected = charge(price, body.path("usage").path("prompt_tokens").asLong(), 0, BigDecimal.ONE);
        }
        assertThat(new BigDecimal(body.path("credits_consumed").toString()))
                .as("-Dtest.seed=%d %s %s%s", seed, name, body.path("usage"), body.path("service_tier"))
                .isEqualByComparingTo(expected);
    }
}
