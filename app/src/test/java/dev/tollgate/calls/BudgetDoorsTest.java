package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.whole;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No way leads around an exhausted budget: each door, the playground, further channels, a successor. */
@Timeout(240)
class BudgetDoorsTest {

    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    /** Each door with a body. */
    private static final Map<String, String> DOORS = Map.ofEntries(
            Map.entry("/v1/chat/completions", CHAT),
            Map.entry("/v1/completions", "{\"model\":\"gemini-2.5-pro\",\"prompt\":\"Hi\"}"),
            Map.entry("/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"input\":\"Hi\"}"),
            Map.entry(
                    "/v1/messages",
                    "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"),
            Map.entry("/v1/images/generations", "{\"model\":\"gemini-3-pro-image\",\"prompt\":\"Hi\",\"n\":2}"),
            Map.entry(
                    "/v1/images/edits",
                    "{\"model\":\"gemini-3-pro-image\",\"prompt\":\"Hi\",\"image\":\"data:image/png;base64,iVBORw0KGgo=\"}"),
            Map.entry("/v1/embeddings", "{\"model\":\"gemini-embedding-001\",\"input\":\"Hi\"}"),
            Map.entry(
                    "/v1beta/models/gemini-2.5-pro:generateContent",
                    "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}"),
            Map.entry(
                    "/v1beta/models/gemini-2.5-pro:streamGenerateContent",
                    "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}"),
            Map.entry(
                    "/v1beta/models/gemini-embedding-001:embedContent",
                    "{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}"),
            Map.entry(
                    "/v1beta/models/gemini-embedding-001:batchEmbedContents",
                    "{\"requests\":[{\"model\":\"models/gemini-embedding-001\",\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}"));

    private static void set(Gateway gateway, String account, String owner, String windows) {
        Reply reply = gateway.setBudgets(account, owner, windows);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private static void assertRefused(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(402);
        assertThat(reply.text()).contains("spend_limit_exceeded", "account").doesNotContain("RetryInfo");
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(reply.header("retry-after")).isEmpty();
    }

    @Test
    void an_exhausted_budget_closes_every_door_and_the_playground() {
        try (Gateway gateway =
                Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Channels.ADMIN_KEY), "sign-up.credits", "100")) {
            Customer customer = gateway.customer("100");
            set(gateway, customer.account(), "account", "\"month\":0");
            DOORS.forEach((path, body) -> {
                Reply reply = gateway.post(path, body, customer.key());
                assertThat(reply.text()).as(path).contains("of 0 credits").doesNotContain("will reset");
                if (path.equals("/v1/messages")) {
                    assertThat(reply.status()).isEqualTo(429);
                } else {
                    assertRefused(reply);
                }
            });

            Browser browser = new Browser(gateway.url()).signUp("ann@example.org", "a password for the tests");
            set(
                    gateway,
                    gateway.text("SELECT account_id FROM person WHERE email = 'ann@example.org'"),
                    "each_member",
                    "\"day\":0");
            Browser.Page page = browser.call("/playground", "/playground/chat", CHAT);
            assertThat(page.status()).as(page.body()).isEqualTo(402);
            assertThat(page.body()).contains("spend_limit_exceeded");

            assertThat(gateway.asked()).as("what the upstream was asked").isEmpty();
            for (String path : new String[] {"/v1/models", "/v1/credits", "/v1/usage", "/v1/tasks"}) {
                assertThat(gateway.get(path, customer.key()).status()).as(path).isEqualTo(200);
            }
            for (String path : new String[] {"/dashboard", "/dashboard/usage", "/playground"}) {
                assertThat(browser.get(path).status()).as(path).isEqualTo(200);
            }
            gateway.assertBooksAreClosed();
        }
    }

    // ---- channels; a call holds at least 0.19 credits and costs 0.1: a budget of 0.28 has room for one ----

    @Test
    void a_call_that_fails_over_counts_once_against_its_budget() {
        try (FarServer a = FarServer.saying("from a");
                FarServer b = FarServer.saying("from b");
                Channels channels = Channels.of(Channels.firstAndSecond(a, b))) {
            a.script(request -> whole(503, "{}"));
            assertOneCallFits(channels);
            assertThat(a.asked()).isPositive();
            assertThat(b.asked()).isEqualTo(1);
        }
    }

    @Test
    void a_call_that_is_hedged_counts_once_against_its_budget() {
        try (HandServer silent = new HandServer((request, out) -> {
                    request.read();
                    request.awaitDeparture();
                });
                FarServer b = FarServer.saying("from b");
                Channels channels = Channels.of("hedge_after: 100ms\n"
                        + """
                        channels:
                          - {id: a, kind: gemini, base_url: "%s", key: %s, priority: 1}
                          - {id: b, kind: gemini, base_url: "%s", key: %s, priority: 2}
                        """.formatted(silent.url(), Channels.KEY_A, b.url(), Channels.KEY_B))) {
            assertOneCallFits(channels);
            assertThat(b.asked()).isEqualTo(1);
        }
    }

    private static void assertOneCallFits(Channels channels) {
        Customer customer = channels.customer();
        set(channels.gateway(), customer.account(), "account", "\"total\":0.28");
        assertThat(channels.text()).isEqualTo("from b");
        assertThat(used(customer)).isEqualByComparingTo("0.1");
        assertRefused(channels.call());
        assertThat(used(customer)).isEqualByComparingTo("0.1");
        assertThat(customer.tasks()).isEqualTo(1);
        channels.gateway().assertBooksAreClosed();
    }

    private static BigDecimal used(Customer customer) {
        assertThat(customer.credits().at("/budgets/0/held").asInt()).isZero();
        return customer.credits().at("/budgets/0/used").decimalValue();
    }

    // ---- models ----

    @Test
    void a_successor_s_call_counts_against_the_budget() {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Channels.ADMIN_KEY))) {
            gateway.setNow(Instant.parse("2026-12-01T00:00:00Z"));
            Customer customer = gateway.customer("100");
            set(gateway, customer.account(), "account", "\"day\":50");
            assertThat(customer.chat(CHAT).status()).isEqualTo(200);
            assertThat(gateway.asked().getLast().path()).contains("gemini-3.8-flash");
            BigDecimal used = used(customer);
            assertThat(used).isPositive().isEqualByComparingTo(customer.consumed());
            set(gateway, customer.account(), "account", "\"day\":" + used);
            int asked = gateway.asked().size();
            assertRefused(customer.chat(CHAT));
            assertThat(gateway.asked()).hasSize(asked);
            gateway.assertBooksAreClosed();
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 200", "1, 402"})
    void a_free_model_answers_while_a_budget_is_exhausted(long output, int status) {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Channels.ADMIN_KEY))) {
            Customer customer = gateway.customer("100");
            Reply price = gateway.post(
                    "/admin/models/google/gemini-2.5-pro/prices",
                    "{\"input\":0,\"output\":" + output + ",\"reason\":\"for a test\"}",
                    Channels.ADMIN_KEY);
            assertThat(price.status()).as(price.text()).isLessThan(300);
            set(gateway, customer.account(), "account", "\"total\":0");
            Reply reply = customer.chat(CHAT.replace("gemini-2.5-pro", "google/gemini-2.5-pro"));
            assertThat(reply.status()).as(reply.text()).isEqualTo(status);
            assertThat(customer.consumed()).isEqualByComparingTo("0");
            gateway.assertBooksAreClosed();
        }
    }
}
