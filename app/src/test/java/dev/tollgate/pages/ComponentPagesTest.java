package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.pages.frame.Display;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pages of calls that are charged in components, at a quarter above the upstream's list prices (P7). */
@Timeout(60)
class ComponentPagesTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String COSTS = "SELECT COALESCE(SUM(cost_micros), 0) FROM usage_hour";

    private static final String SOLD =
            "input: 500\n      output: 3000\n      cached_input: 50\n      search_per_1000: 3500";

    @TempDir
    static Path folder;

    private static Gateway gateway;
    private static Browser operator;

    @BeforeAll
    static void start() throws IOException {
        String rows = Files.readString(Path.of("models/gemini-all.yaml"))
                .replace("gemini-3.1-pro-preview@google-2026-11-26", "gemini-3.1-pro-preview@sold")
                .replace("input: 400\n      output: 2400\n      cached_input: 40\n      search_per_1000: 2800", SOLD)
                .replace(
                        "{prompt_tokens: 200000, input: 800, output: 3600, cached_input: 80, search_per_1000: 2800}",
                        "{prompt_tokens: 200000, input: 1000, output: 4500, cached_input: 100, search_per_1000: 3500}");
        Path file = Files.writeString(folder.resolve("sold.yaml"), rows);
        gateway = Gateway.start("operator.password", PASSWORD, "models.file", file.toString());
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** Makes a call whose upstream reports these counts, and returns the console's page of it as text. */
    private static String page(int promptTokens, int cachedTokens, String grounding, String charged) {
        gateway.script(UpstreamScript.answers()
                .event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"So"}]},"finishReason":"STOP"%s}],
                "usageMetadata":{"promptTokenCount":%d,"cachedContentTokenCount":%d,"candidatesTokenCount":800,
                "thoughtsTokenCount":200,"totalTokenCount":%d},"modelVersion":"gemini-3.1-pro-preview","responseId":"r1"}""".formatted(grounding, promptTokens, cachedTokens, promptTokens + 1_000)));
        Customer customer = gateway.customer("10000");
        long costBefore = gateway.number(COSTS);
        String search = grounding.isEmpty() ? "" : ",\"web_search_options\":{}";
        Gateway.Reply reply = customer.chat("""
                {"model":"gemini-3.1-pro-preview","stream":false,"messages":[{"role":"user","content":"%s"}]%s}""".formatted("ab ".repeat(promptTokens / 3 + 1), search));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        String task = customer.lastTask().get("id").asString();
        assertThat(customer.consumed()).isEqualByComparingTo(charged);
        String page = text(operator.get("/console/requests/" + task));
        assertThat(page)
                .as("as the roll-ups record it")
                .contains("Upstream cost " + Display.exact(gateway.number(COSTS) - costBefore) + " ");
        return page;
    }

    private static String text(Browser.Page page) {
        assertThat(page.status()).isEqualTo(200);
        return page.body()
                .replaceAll("<span class=\"sub [^>]*>[^<]*</span>", "")
                .replaceAll("<[^>]*>", " ")
                .replaceAll("\\s+", " ");
    }

    @Test
    void the_margin_of_a_prompt_of_250000_tokens_is_exact() {
        assertThat(page(250_000, 0, "", "254.5"))
                .contains("Prompt 250,000 1,000 250.000000")
                .contains("Completion 800 4,500 3.600000")
                .contains("Thoughts 200 4,500 0.900000")
                .contains("Rates of a long prompt, above 200,000 tokens.")
                .contains("Upstream cost 203.600000 by list prices Margin 50.900000");
    }

    @Test
    void the_margin_of_a_prompt_that_is_90_percent_cached_is_exact() {
        assertThat(page(100_000, 90_000, "", "12.5"))
                .contains("Prompt not cached 10,000 500 5.000000")
                .contains("Cached prompt 90,000 50 4.500000")
                .contains("Upstream cost 10.000000 by list prices Margin 2.500000");
    }

    @Test
    void the_margin_of_a_call_that_searched_is_exact() {
        String grounding = ",\"groundingMetadata\":{\"webSearchQueries\":[\"rain\",\"wind\"]}";
        assertThat(page(10_000, 0, grounding, "15"))
                .contains("Search 2 queries 3,500 per thousand 7.000000")
                .contains("Upstream cost 12.000000 by list prices Margin 3.000000");
    }

    private static String visited(String path) {
        return text(new Browser(gateway.url()).get(path));
    }

    @Test
    void a_models_page_has_all_rates_of_its_price() {
        assertThat(visited("/docs/models/gemini-3.1-pro-preview"))
                .contains("Input, per million tokens $2.50 500 credits $5.00 1,000 credits above 200,000 prompt tokens")
                .contains("Cached input, per million tokens $0.25 50 credits $0.50 100 credits above 200,000")
                .contains("Search, per thousand queries $17.50 3,500 credits Service tiers flex × 0.5, priority × 1.8")
                .doesNotContain("Audio input");
        assertThat(visited("/docs/models/gemini-2.5-flash"))
                .contains("Audio input, per million tokens $1.00 200 credits");
    }

    @Test
    void the_list_of_models_has_cached_input_and_a_comparison_has_all_rates() {
        assertThat(visited("/docs/models?sort=input"))
                .containsPattern("gemini-3.1-pro-preview .* \\$2.50 \\$15.00 \\$0.25 ");
        assertThat(visited("/docs/models?compare=gemini-3.1-pro-preview,gemini-2.5-flash"))
                .contains("Input, per million tokens $2.50; $5.00 above 200,000 prompt tokens ")
                .contains("Audio input, per million tokens – $1.00");
    }
}
