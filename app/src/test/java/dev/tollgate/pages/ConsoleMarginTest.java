package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The console's margin, worked out from Google's prices in dollars. Each rate is sold at one and a half times its cost. */
@Timeout(120)
class ConsoleMarginTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String MODEL = "gemini-3.1-pro-preview";

    @TempDir
    Path folder;

    private Gateway gateway;

    @BeforeEach
    void start() throws IOException {
        String all = Files.readString(Path.of("models/gemini-all.yaml"));
        String costs = """
                      input: 400
                      output: 2400
                      cached_input: 40
                      search_per_1000: 2800
                      search_counts: queries
                      above: {prompt_tokens: 200000, input: 800, output: 3600, cached_input: 80, search_per_1000: 2800}
                """;
        String sale = """
                      input: 600
                      output: 3600
                      cached_input: 60
                      search_per_1000: 4200
                      search_counts: queries
                      above: {prompt_tokens: 200000, input: 1200, output: 5400, cached_input: 120, search_per_1000: 4200}
                """;
        assertThat(all).contains(costs);
        Path file = Files.writeString(folder.resolve("models.yaml"), all.replace(costs, sale));
        gateway = Gateway.start("models.file", file.toString(), "operator.password", PASSWORD);
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void the_margin_of_a_long_prompt_is_right_to_the_cent() {
        // US$ 4 × 0.25 + 18 × 0.01 = 1.18, which is 236 credits
        assertMargin(250_000, 0, 10_000, 0, "354", "236", "118");
    }

    @Test
    void the_margin_of_a_mostly_cached_prompt_is_right_to_the_cent() {
        // US$ 2 × 0.01 + 0.2 × 0.09 + 12 × 0.001 = 0.05, which is 10 credits
        assertMargin(100_000, 90_000, 1_000, 0, "15", "10", "5");
    }

    @Test
    void the_margin_of_a_search_counts_its_queries() {
        // US$ 2 × 0.0001 + 12 × 0.0001 + 14 × 0.003 = 0.0434, which is 8.68 credits
        assertMargin(100, 0, 100, 3, "13.02", "8.68", "4.34");
    }

    @Test
    void a_call_over_midnight_costs_what_it_did_at_its_arrival() {
        gateway.setNow(Instant.parse("2026-12-01T07:59:59Z"));
        gateway.script(UpstreamScript.answers()
                .text("begun", new Tokens(1_000, 500, 0))
                .delay(600)
                .text(" and done.", new Tokens(1_000, 1_000, 0))
                .finish("STOP", new Tokens(1_000, 1_000, 0)));
        Customer customer = gateway.customer("1000");
        try (RawCall call =
                customer.chatRaw("{\"model\":\"gemini-4-argon\",\"stream\":true,\"messages\":[{\"role\":\"user\","
                        + "\"content\":\"" + "word ".repeat(1_000) + "\"}]}")) {
            call.readUntil("begun");
            gateway.setNow(Instant.parse("2026-12-01T08:00:00Z"));
            call.readUntil("[DONE]");
        }

        // US$ 2 × 0.001 + 10 × 0.001 = 0.012, which is 2.4 credits, at zero margin
        JsonNode task = customer.lastTask();
        assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo("2.4");
        assertThat(details(task)).contains("Upstream cost 2.40", "Margin 0.00");
    }

    private void assertMargin(
            long prompt, long cached, long output, int queries, String charge, String cost, String margin) {
        gateway.script("""
                - match: {}
                  respond: [{event: {candidates: [{content: {parts: [{text: So}]}, finishReason: STOP%s}],
                    usageMetadata: {promptTokenCount: %d, cachedContentTokenCount: %d, candidatesTokenCount: %d,
                      totalTokenCount: %d}}}]
                """.formatted(
                        queries == 0 ? "" : ", groundingMetadata: {webSearchQueries: [a, b, c]}",
                        prompt,
                        cached,
                        output,
                        prompt + output));
        Customer customer = gateway.customer("10000");
        String search =
                queries == 0 ? "" : ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]";
        Gateway.Reply reply =
                customer.chat("{\"model\":\"" + MODEL + "\",\"messages\":[{\"role\":\"user\",\"content\":\""
                        + "word ".repeat((int) prompt) + "\"}]" + search + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode task = customer.lastTask();
        assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo(charge);
        assertThat(details(task)).contains("Upstream cost " + cost, "Margin " + margin);
        assertThat(words("/console/revenue?by=model")).contains(MODEL);
    }

    /** Returns the words of a call's page at the console. */
    private String details(JsonNode task) {
        return words("/console/requests/" + task.get("id").asString());
    }

    private String words(String path) {
        Browser operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        return operator.get(path).body().replaceAll("\\s*<[^>]*>\\s*", " ").replaceAll(" +", " ");
    }
}
