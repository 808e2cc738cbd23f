package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import org.junit.jupiter.api.Test;

/** What the script of the playground asks is held to what any program is held to. */
class PlaygroundCallsTest {

    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    @Test
    void its_requests_count_against_the_limits_of_the_account_and_its_looks_at_a_call_do_not() {
        try (Gateway gateway = Gateway.start("sign-up.credits", "100")) {
            Browser browser = new Browser(gateway.url()).signUp("ann@example.org", "a password for the tests");
            String account = gateway.text("SELECT account_id FROM person WHERE email = 'ann@example.org'");
            gateway.execute(
                    "INSERT INTO account_rates (account_id, requests, tokens) VALUES ('" + account + "', 2, NULL)");
            Browser.Page first = browser.call("/playground", "/playground/chat", CALL);
            assertThat(first.status()).as(first.body()).isEqualTo(200);
            assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("1");
            String task = gateway.text("SELECT MAX(id) FROM call");
            for (int i = 0; i < 3; i++) {
                assertThat(browser.call("/playground", "/playground/calls/" + task)
                                .status())
                        .isEqualTo(200);
            }
            assertThat(browser.call("/playground", "/playground/estimate", CALL).status())
                    .isEqualTo(200);
            Browser.Page third = browser.call("/playground", "/playground/chat", CALL);
            assertThat(third.status()).isEqualTo(429);
            assertThat(third.body()).contains("this account may make 2 requests a minute.");
            assertThat(gateway.number("SELECT COUNT(*) FROM call")).isEqualTo(1);
        }
    }

    @Test
    void a_text_is_checked_against_its_schema_at_no_cost() {
        try (Gateway gateway = Gateway.start("sign-up.credits", "100")) {
            Browser browser = new Browser(gateway.url()).signUp("ann@example.org", "a password for the tests");
            String schema = "{\"schema\":{\"type\":\"object\",\"required\":[\"city\"]},\"text\":";
            assertThat(fit(browser, schema + "\"{\\\"city\\\":1}\"}").body()).isEqualTo("{\"verdict\":\"fits\"}");
            assertThat(fit(browser, schema + "\"{}\"}").body()).isEqualTo("{\"verdict\":\"misfit\"}");
            assertThat(fit(browser, schema + "\"Oslo\"}").body()).isEqualTo("{\"verdict\":\"misfit\"}");
            assertThat(fit(browser, "{\"schema\":{\"$ref\":\"https://a.example/b\"},\"text\":\"1\"}")
                            .body())
                    .isEqualTo("{\"verdict\":\"undecided\"}");
            assertThat(fit(browser, schema + "1}").status()).isEqualTo(400);
            assertThat(gateway.number("SELECT COUNT(*) FROM call")).isZero();
        }
    }

    private static Browser.Page fit(Browser browser, String question) {
        return browser.call("/playground", "/playground/fit", question);
    }

    @Test
    void the_words_of_a_search_come_with_its_answer() {
        try (Gateway gateway = Gateway.start("sign-up.credits", "100")) {
            Browser browser = new Browser(gateway.url()).signUp("ann@example.org", "a password for the tests");
            String body = browser.call("/playground", "/playground/chat", """
                    {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"How long is the Øresund bridge?"}],
                    "tools":[{"type":"function","function":{"name":"googleSearch"}}]}""").body();
            assertThat(body).containsPattern("event: search\ndata: \\[\"[^\"]*øresund");
        }
    }
}
