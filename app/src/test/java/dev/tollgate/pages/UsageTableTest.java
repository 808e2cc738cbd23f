package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The path of usage from the upstream's report to what is printed, charged and shown, in both forms of usage (D6, D9, D30). */
@Timeout(240)
class UsageTableTest {

    private static final String CALL = """
            {"model":"%s","max_tokens":65536,"stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", "x".repeat(1 << 17));

    private static Gateway gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        customer = gateway.customer("1000000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** The prompt includes cached tokens. Tokens that tools added come on top of the prompt, and thoughts on top of the candidates. */
    @ParameterizedTest(name = "{0}: prompt {1}, cached {2}, tools {3}, candidates {4}, thoughts {5}")
    @CsvSource({
        "gemini-2.5-pro,        1000, 0,   0,   1000, 0,    1000,  1000,   2000,   0.5",
        "gemini-2.5-pro,        1000, 900, 0,   1000, 0,    1000,  1000,   2000,   0.5",
        "gemini-2.5-pro,        1000, 0,   500, 1000, 0,    1500,  1000,   2500,   0.53",
        "gemini-2.5-pro,        1000, 0,   0,   1000, 4000, 1000,  1000,   6000,   0.5",
        "gemini-2.5-pro,        1000, 900, 500, 1000, 4000, 1500,  1000,   6500,   0.53",
        "gemini-3.1-pro,        1000, 900, 500, 1000, 4000, 1500,  1000,   6500,   1.2",
        "google/gemini-2.5-pro, 1000, 0,   0,   1000, 0,    2625,  21000,  23625,  2.3625",
        "google/gemini-2.5-pro, 1000, 900, 0,   1000, 0,    2625,  21000,  23625,  2.3625",
        "google/gemini-2.5-pro, 1000, 0,   500, 1000, 0,    3938,  21000,  24938,  2.4938",
        "google/gemini-2.5-pro, 1000, 0,   0,   1000, 4000, 2625,  105000, 107625, 10.7625",
        "google/gemini-2.5-pro, 1000, 900, 500, 1000, 4000, 3938,  105000, 108938, 10.8938",
    })
    void each_kind_of_token_is_counted_once_and_at_its_own_price(
            String model,
            long prompt,
            long cached,
            long tools,
            long candidates,
            long thoughts,
            long printedPrompt,
            long printedCompletion,
            long printedTotal,
            String credits) {
        report(prompt, cached, tools, candidates, thoughts);
        Gateway.Reply reply = customer.chat(CALL.formatted(model, false));
        JsonNode usage = reply.json().get("usage");
        assertThat(usage.get("prompt_tokens").asLong()).isEqualTo(printedPrompt);
        assertThat(usage.get("completion_tokens").asLong()).isEqualTo(printedCompletion);
        assertThat(usage.get("total_tokens").asLong()).isEqualTo(printedTotal);
        assertThat(usage.at("/prompt_tokens_details/cached_tokens").asLong()).isEqualTo(cached);
        assertThat(usage.at("/completion_tokens_details/reasoning_tokens").asLong())
                .isEqualTo(thoughts);
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo(credits);
        assertThat(customer.lastTask().get("usage_flags")).isEmpty();
    }

    @Test
    void the_price_that_is_printed_is_to_the_last_digit_what_the_ledger_and_the_receipt_say() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> models = List.of("gemini-2.5-pro", "gemini-3.1-pro", "google/gemini-2.5-pro");
        for (int i = 0; i < 60; i++) {
            String model = models.get(random.nextInt(models.size()));
            long prompt = random.nextLong(1L << random.nextInt(1, 18));
            long candidates = 1 + random.nextLong(1L << random.nextInt(1, 15));
            long thoughts = random.nextLong(1L << random.nextInt(1, 14));
            report(Math.max(1, prompt), 0, 0, candidates, thoughts);
            boolean stream = random.nextBoolean();
            BigDecimal before = customer.consumed();
            Gateway.Reply reply = customer.chat(CALL.formatted(model, stream));
            JsonNode last = stream ? reply.chunks().getLast() : reply.json();
            BigDecimal due = rule(model, Math.max(1, prompt), candidates, thoughts);
            String call = "seed " + seed + ", " + model + ", " + prompt + ", " + candidates + ", " + thoughts;
            assertThat(last.get("credits_consumed").toString()).as(call).isEqualTo(due.toPlainString());
            assertThat(customer.consumed().subtract(before)).as(call).isEqualByComparingTo(due);
            JsonNode task = customer.lastTask();
            assertThat(task.get("credits_consumed")).as(call).isEqualTo(last.get("credits_consumed"));
            long micros = due.movePointRight(6).longValueExact();
            String id = task.get("id").asString();
            assertThat(gateway.number("SELECT charged_micros FROM call WHERE id = '" + id + "'"))
                    .as(call)
                    .isEqualTo(micros);
        }
    }

    /** The published rules in decimals: credits a million tokens, then the rounding of the profile. */
    private static BigDecimal rule(String model, long prompt, long candidates, long thoughts) {
        BigDecimal charge =
                switch (model) {
                    case "gemini-2.5-pro" -> credits(prompt, "57").add(credits(candidates, "450"));
                    case "gemini-3.1-pro" -> credits(prompt, "160").add(credits(candidates, "960"));
                    default ->
                        credits(prompt, "262.5")
                                .setScale(4, RoundingMode.HALF_UP)
                                .add(credits(candidates + thoughts, "2100").setScale(4, RoundingMode.HALF_UP));
                };
        if (!model.startsWith("google/")) {
            charge = charge.setScale(2, RoundingMode.DOWN).max(new BigDecimal("0.01"));
        }
        return charge.stripTrailingZeros();
    }

    private static BigDecimal credits(long tokens, String aMillion) {
        return new BigDecimal(aMillion).multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
    }

    private static void report(long prompt, long cached, long tools, long candidates, long thoughts) {
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"As reported."}]},"finishReason":"STOP"}],
                 "usageMetadata":{"promptTokenCount":%d,"cachedContentTokenCount":%d,"toolUsePromptTokenCount":%d,
                  "candidatesTokenCount":%d,"thoughtsTokenCount":%d,"totalTokenCount":%d}}""".formatted(
                        prompt, cached, tools, candidates, thoughts, prompt + tools + candidates + thoughts)));
    }
}
