package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** No token costs more than its key allows, and what would is refused before anything is held (C18). */
@Timeout(240)
class KeyCeilingTest {

    private static final Map<String, String> ADMIN = Map.of("TOLLGATE_ADMIN_KEY", "admin-key-of-the-tests");
    private static final Instant RISE = Instant.parse("2026-12-01T08:00:00Z");
    private static final String ABOVE =
            "gemini-4-argon costs 800 credits per million input tokens since 1 December 2026; this key allows 600.";
    private static final String CHAT = """
            {"model":"%s","stream":false,"max_tokens":50,"messages":[{"role":"user","content":"%s"}]%s}""";

    private static final Map<String, String> DOORS = Map.of(
            "/v1/messages",
            """
            {"model":"gemini-4-argon","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}""",
            "/v1/responses",
            "{\"model\":\"gemini-4-argon\",\"input\":\"Hi\"}",
            "/v1beta/models/gemini-4-argon:generateContent",
            "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}",
            "/v1beta/interactions",
            "{\"model\":\"gemini-4-argon\",\"input\":\"Hi\"}",
            "/v1/completions",
            "{\"model\":\"gemini-4-argon\",\"prompt\":\"Hi\"}");

    private static String key(Gateway gateway, Customer customer, String settings) {
        Reply made = gateway.post(
                "/admin/accounts/" + customer.account() + "/keys",
                "{\"name\":\"ceiling\"," + settings + ",\"reason\":\"a test\"}",
                ADMIN.get("TOLLGATE_ADMIN_KEY"));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.json().get("key").asString();
    }

    private static void assertAbove(Reply reply, String message) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(402);
        JsonNode error = reply.json().get("error");
        assertThat(error.get("code").asString()).isEqualTo("price_above_limit");
        assertThat(error.get("message").asString()).isEqualTo(message);
    }

    @Test
    void a_price_that_rises_above_the_ceiling_ends_calls_at_its_instant() {
        try (Gateway gateway = Gateway.start(ADMIN)) {
            gateway.setNow(RISE.minusMillis(100));
            Customer customer = gateway.customer("10000");
            String key = key(gateway, customer, "\"max_input_price\":600");
            String call = CHAT.formatted("gemini-4-argon", "Hi", "");
            assertThat(gateway.post("/v1/chat/completions", call, key).status()).isEqualTo(200);
            assertAbove(
                    gateway.post(
                            "/v1/chat/completions",
                            CHAT.formatted("gemini-4-argon", "Hi", ",\"service_tier\":\"priority\""),
                            key),
                    "gemini-4-argon costs 720 credits per million input tokens at tier priority; this key allows 600.");
            gateway.setNow(RISE.plusSeconds(60)); // a call has arrived before it is priced, by a standing clock too
            assertAbove(gateway.post("/v1/chat/completions", call, key), ABOVE);
            for (Map.Entry<String, String> door : DOORS.entrySet()) {
                Reply reply = gateway.post(door.getKey(), door.getValue(), key);
                assertThat(reply.status()).as(reply.text()).isEqualTo(402);
                assertThat(reply.text()).as(door.getKey()).contains(ABOVE);
            }
            assertThat(gateway.number("SELECT COUNT(*) FROM call"))
                    .as("nothing was held")
                    .isEqualTo(1);
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void a_key_that_one_server_makes_has_its_ceiling_on_both() {
        String url = Postgres.migrated();
        try (Gateway one = Gateway.startOn(url, ADMIN);
                Gateway two = Gateway.startOn(url, ADMIN)) {
            Customer customer = one.customer("10000");
            String key = key(one, customer, "\"max_output_price\":100");
            for (Gateway each : List.of(one, two)) {
                Reply reply = each.post("/v1/chat/completions", CHAT.formatted("gemini-2.5-pro", "Hi", ""), key);
                assertAbove(reply, "gemini-2.5-pro costs 450 credits per million output tokens; this key allows 100.");
            }
            assertThat(one.number("SELECT COUNT(*) FROM call"))
                    .as("nothing was held")
                    .isZero();
            assertThat(one.number("SELECT COUNT(*) FROM open_hold")).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3.1-pro-preview, max_input_price, 400, 200000",
        "gemini-3.1-pro-preview, max_output_price, 2399, 0",
        "gemini-3.1-pro-preview, max_output_price, 2400, 200000"
    })
    void the_step_is_the_one_that_the_hold_reckons_with(String model, String field, long most, int above) {
        try (Gateway gateway = Gateway.start(ADMIN)) {
            Customer customer = gateway.customer("10000");
            String key = key(gateway, customer, "\"" + field + "\":" + most);
            Reply small = gateway.post("/v1/chat/completions", CHAT.formatted(model, "Hi", ""), key);
            Reply large = gateway.post("/v1/chat/completions", CHAT.formatted(model, "word ".repeat(250_000), ""), key);
            assertThat(small.status()).as(small.text()).isEqualTo(above == 0 ? 402 : 200);
            assertThat(large.status()).as(large.text()).isEqualTo(402);
            assertThat(large.json().at("/error/message").asString())
                    .contains(above == 0 ? "this key allows" : " of prompts above 200,000 tokens");
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void a_ceiling_is_a_price_or_none_and_counts_as_a_refusal() {
        try (Gateway gateway = Gateway.start(ADMIN)) {
            Customer customer = gateway.customer("1000");
            String own = customer.key();
            String path = "/admin/accounts/" + customer.account() + "/keys";
            for (String wrong : List.of("-1", "1000001", "\"dear\"", "0.0000001")) {
                Reply refused = gateway.post(
                        path,
                        "{\"name\":\"x\",\"max_output_price\":" + wrong + ",\"reason\":\"a test\"}",
                        ADMIN.get("TOLLGATE_ADMIN_KEY"));
                assertThat(refused.status()).as(wrong).isEqualTo(400);
                assertThat(refused.json().at("/error/param").asString()).isEqualTo("max_output_price");
            }
            String key = key(gateway, customer, "\"max_output_price\":0");
            assertThat(gateway.post("/v1/chat/completions", CHAT.formatted("gemini-2.5-pro", "Hi", ""), key)
                            .status())
                    .isEqualTo(402);
            assertThat(gateway.post("/v1/chat/completions", CHAT.formatted("gemini-2.5-pro", "Hi", ""), own)
                            .status())
                    .isEqualTo(200);
        }
    }
}
