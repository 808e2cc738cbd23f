package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of requests and tokens a minute and of concurrent calls, of a key, an account and a model. */
class RatesTest {

    private static final String OTHER_MODEL = "gemini-3.1-pro";
    private static final String NATIVE = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}";

    private static final String ADMIN_KEY = "admin-key-of-the-tests";

    @TempDir
    private static Path folder;

    private static Gateway gateway;

    /** The catalogue that is built in, with a limit on one of its models. */
    @BeforeAll
    static void start() throws IOException {
        try (InputStream in = Objects.requireNonNull(RatesTest.class.getResourceAsStream("/models.yaml"))) {
            String built = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String row = "  - id: " + OTHER_MODEL + "\n";
            assertThat(built).contains(row);
            Path file = Files.writeString(
                    folder.resolve("models.yaml"),
                    built.replace(row, row + "    rates: {requests: 2, concurrency: 1}\n"));
            gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "models.file", file.toString());
        }
        gateway.script(UpstreamScript.answers()
                .whenAsked("slow")
                .text("a")
                .delay(60_000)
                .finish("STOP", new UpstreamScript.Tokens(10, 20, 30))
                .next()
                .whenAsked("broken")
                .event("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}")
                .next()
                .text("b")
                .finish("STOP", new UpstreamScript.Tokens(10, 20, 30)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String body(String model, String text, String more) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]" + more
                + "}";
    }

    private static String call(String text) {
        return body("gemini-2.5-pro", text, ",\"stream\":false");
    }

    /** Before its key is used. */
    private static Customer limited(String column, long limit) {
        Customer customer = gateway.customer("100");
        gateway.execute("UPDATE api_key SET " + column + " = " + limit + " WHERE id = '" + customer.keyId() + "'");
        return customer;
    }

    private static void assertRefused(Reply reply, String message) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(429);
        assertThat(reply.error().get("code").asString()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.error().get("message").asString()).contains(message);
        long millis = Long.parseLong(reply.header("retry-after-ms"));
        assertThat(Long.parseLong(reply.header("retry-after"))).isEqualTo(Math.ceilDiv(millis, 1_000));
        assertThat(millis).isPositive();
    }

    private static Reply google(Customer customer) {
        return gateway.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/v1beta/models/gemini-2.5-pro:generateContent"))
                        .header("x-goog-api-key", customer.key())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(NATIVE)));
    }

    @Test
    void responses_show_the_remaining_rate_and_refusals_the_reset_time() {
        Customer customer = limited("rate_requests", 2);
        Reply first = customer.chat(call("Hi"));
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("1");
        assertThat(first.header("x-ratelimit-reset-requests")).matches("30s|2[5-9]s");
        assertThat(first.header("x-ratelimit-limit-tokens")).isEmpty();
        Reply stream = customer.chat(body("gemini-2.5-pro", "Hi", ",\"stream\":true"));
        assertThat(stream.header("x-ratelimit-remaining-requests")).isEqualTo("0");
        Reply refused = customer.chat(call("Hi"));
        assertRefused(refused, "this API key may make 2 requests a minute.");
        assertThat(refused.header("x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(Long.parseLong(refused.header("retry-after"))).isBetween(20L, 30L);
        Reply googles = google(customer);
        assertThat(googles.status()).isEqualTo(429);
        assertThat(googles.error().get("status").asString()).isEqualTo("RESOURCE_EXHAUSTED");
    }

    @Test
    void all_keys_of_an_account_share_its_limit() {
        Customer customer = gateway.customer("100");
        gateway.execute("INSERT INTO account_rates (account_id, requests, tokens) VALUES ('" + customer.account()
                + "', 3, 100000)");
        gateway.execute("UPDATE api_key SET rate_requests = 50 WHERE id = '" + customer.keyId() + "'");
        Reply first = customer.chat(call("Hi"));
        assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("3");
        assertThat(first.header("x-ratelimit-limit-tokens")).isEqualTo("100000");
        assertThat(customer.chat(call("Hi")).status()).isEqualTo(200);
        assertThat(google(customer).status()).isEqualTo(200);
        assertRefused(customer.chat(call("Hi")), "this account may make 3 requests a minute.");
    }

    @Test
    void an_operator_limits_an_account_from_its_next_call_on_and_it_stands_in_the_audit_log() {
        Customer customer = gateway.customer("100");
        assertThat(customer.chat(call("Hi")).header("x-ratelimit-limit-requests"))
                .isEmpty();
        String path = "/admin/accounts/" + customer.account() + "/limits";
        Reply set = gateway.post(path, "{\"requests\":1,\"reason\":\"too eager\"}", ADMIN_KEY);
        assertThat(set.status()).as(set.text()).isEqualTo(200);
        assertThat(gateway.get(path, ADMIN_KEY).text())
                .isEqualTo("{\"requests\":1,\"tokens\":null,\"concurrency\":null,"
                        + "\"spend\":{\"hour\":null,\"day\":null,\"total\":null}}");
        assertThat(customer.chat(call("Hi")).status()).isEqualTo(200);
        assertRefused(customer.chat(call("Hi")), "this account may make 1 requests a minute.");
        String row = gateway.get("/admin/audit", ADMIN_KEY).text();
        assertThat(row).contains("account.limits", "too eager", customer.account());
        assertThat(gateway.post(path, "{\"requests\":null,\"reason\":\"enough\"}", ADMIN_KEY)
                        .status())
                .isEqualTo(200);
        assertThat(customer.chat(call("Hi")).status()).isEqualTo(200);
        Reply wrong = gateway.post(path, "{\"tokens\":0,\"reason\":\"because\"}", ADMIN_KEY);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.error().get("param").asString()).isEqualTo("tokens");
        assertThat(gateway.post(path, "{\"tokens\":5}", ADMIN_KEY).status()).isEqualTo(400);
        assertThat(gateway.post("/admin/accounts/acc_9/limits", "{\"reason\":\"because\"}", ADMIN_KEY)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void an_operator_limits_what_all_keys_of_an_account_spend_and_the_refusal_says_whose_limit_it_is() {
        Customer customer = gateway.customer("100");
        assertThat(customer.chat(call("Hi")).status()).isEqualTo(200);
        String path = "/admin/accounts/" + customer.account() + "/limits";
        String limits = "{\"spend\":{\"day\":0.01},\"reason\":\"a trial\"}";
        assertThat(gateway.post(path, limits, ADMIN_KEY).status()).isEqualTo(200);
        assertThat(gateway.get(path, ADMIN_KEY).text())
                .contains("\"spend\":{\"hour\":null,\"day\":0.01,\"total\":null}");
        Reply refused = customer.chat(call("Hi"));
        assertThat(refused.status()).isEqualTo(402);
        assertThat(refused.error().get("code").asString()).isEqualTo("spend_limit_exceeded");
        assertThat(refused.error().get("message").asString())
                .startsWith("The account's daily spend limit of 0.01 credits is reached: ")
                .contains(" are used by all its keys, the call needs up to ", "A new window begins at ", "T00:00:00Z.");
        assertThat(gateway.get("/admin/audit", ADMIN_KEY).text()).contains("\"day\":0.01", "a trial");
        Reply wrong = gateway.post(path, "{\"spend\":{\"day\":-1},\"reason\":\"because\"}", ADMIN_KEY);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.error().get("param").asString()).isEqualTo("spend.day");
        assertThat(gateway.post(path, "{\"spend\":{\"week\":1},\"reason\":\"because\"}", ADMIN_KEY)
                        .status())
                .isEqualTo(400);
        assertThat(gateway.post(path, "{\"spend\":null,\"reason\":\"enough\"}", ADMIN_KEY)
                        .status())
                .isEqualTo(200);
        assertThat(customer.chat(call("Hi")).status()).isEqualTo(200);
    }

    @Test
    void limits_of_an_account_that_a_request_does_not_name_stay() {
        String path = "/admin/accounts/" + gateway.customer("1").account() + "/limits";
        String first = "{\"requests\":5,\"tokens\":70,\"spend\":{\"hour\":1,\"day\":2},\"reason\":\"a trial\"}";
        assertThat(gateway.post(path, first, ADMIN_KEY).status()).isEqualTo(200);
        String second = "{\"tokens\":null,\"concurrency\":3,\"spend\":{\"hour\":null,\"total\":9},\"reason\":\"more\"}";
        String after = "{\"requests\":5,\"tokens\":null,\"concurrency\":3,"
                + "\"spend\":{\"hour\":null,\"day\":2,\"total\":9}}";
        assertThat(gateway.post(path, second, ADMIN_KEY).text()).isEqualTo(after);
        assertThat(gateway.post(path, "{\"reason\":\"nothing\"}", ADMIN_KEY).text())
                .isEqualTo(after);
        assertThat(gateway.get(path, ADMIN_KEY).text()).isEqualTo(after);
        assertThat(gateway.get("/admin/audit", ADMIN_KEY).text()).contains(after);
        assertThat(gateway.post(path, "{\"spend\":null,\"reason\":\"free\"}", ADMIN_KEY)
                        .text())
                .endsWith("\"spend\":{\"hour\":null,\"day\":null,\"total\":null}}");
    }

    @Test
    void a_model_has_a_limit_for_each_account_and_counts_of_it_count_too() {
        Customer customer = gateway.customer("100");
        String other = body(OTHER_MODEL, "Hi", ",\"stream\":false");
        Reply first = customer.chat(other);
        assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("1");
        Reply estimate = gateway.post("/v1/estimate", other, customer.key());
        assertThat(estimate.status()).isEqualTo(200);
        assertThat(estimate.header("x-ratelimit-remaining-requests")).isEqualTo("0");
        String limit = "this account may make 2 requests a minute of the model '" + OTHER_MODEL + "'.";
        assertRefused(customer.chat(other), limit);
        assertRefused(gateway.post("/v1/estimate", other, customer.key()), limit);
        assertThat(customer.chat(call("Hi")).status()).isEqualTo(200);
        assertThat(gateway.customer("100").chat(other).status()).isEqualTo(200);
        assertThat(customer.tasks()).isEqualTo(2);
    }

    @Test
    void tokens_count_as_they_were_used_once_a_call_has_ended() {
        Customer customer = limited("rate_tokens", 5_000);
        Reply first = customer.chat(call("Hi"));
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("x-ratelimit-limit-tokens")).isEqualTo("5000");
        assertThat(Long.parseLong(first.header("x-ratelimit-remaining-tokens"))).isBetween(850L, 910L);
        for (int i = 0; i < 4; i++) {
            Reply next = customer.chat(call("Hi"));
            assertThat(next.status()).as(next.text()).isEqualTo(200);
        }
        try (RawCall slow = customer.chatRaw(body("gemini-2.5-pro", "slow", ",\"stream\":true"))) {
            slow.readUntil("data:");
            assertRefused(
                    customer.chat(call("Hi")),
                    "this API key may use 5000 tokens a minute, and this call counts as 4097");
            Reply little = customer.chat(body("gemini-2.5-pro", "Hi", ",\"stream\":false,\"max_tokens\":100"));
            assertThat(little.status()).as(little.text()).isEqualTo(200);
        }
    }

    @Test
    void a_place_is_free_again_however_a_call_ends() {
        Customer customer = limited("rate_concurrency", 1);
        String stream = body("gemini-2.5-pro", "slow", ",\"stream\":true");
        try (RawCall slow = customer.chatRaw(stream)) {
            slow.readUntil("data:");
            assertRefused(customer.chat(call("Hi")), "this API key may have 1 running.");
            assertRefused(customer.chat(call("Hi"), "a-name"), "this API key may have 1 running.");
            assertThat(google(customer).status()).isEqualTo(429);
            assertThat(gateway.post("/v1/estimate", call("Hi"), customer.key()).status())
                    .isEqualTo(200);
        }
        Gateway.await("the caller's departure", () -> customer.chat(call("Hi")).status() == 200);
        assertThat(customer.chat(call("broken")).status()).isEqualTo(503);
        assertThat(customer.chat(body("gemini-2.5-pro", "Hi", ",\"stream\":true"))
                        .status())
                .isEqualTo(200);
        assertThat(google(customer).status()).isEqualTo(200);
        assertThat(customer.chat(call("kept"), "its-name").status()).isEqualTo(200);
        assertThat(customer.chat(call("Hi")).status()).isEqualTo(200);
        assertThat(gateway.app().calls().open()).isZero();
    }

    @Test
    void what_is_answered_again_takes_no_place_and_no_tokens() {
        Customer customer = limited("rate_concurrency", 1);
        gateway.execute("UPDATE api_key SET rate_tokens = 100000 WHERE id = '" + customer.keyId() + "'");
        Reply first = customer.chat(call("Hi"), "once");
        assertThat(first.status()).isEqualTo(200);
        try (RawCall slow = customer.chatRaw(body("gemini-2.5-pro", "slow", ",\"stream\":true"))) {
            slow.readUntil("data:");
            Reply again = customer.chat(call("Hi"), "once");
            assertThat(again.status()).as(again.text()).isEqualTo(200);
            assertThat(again.text()).isEqualTo(first.text());
        }
    }

    @Test
    void without_limits_no_rate_headers_are_sent() {
        Reply reply = gateway.customer("100").chat(call("Hi"));
        assertThat(reply.response().headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }
}
