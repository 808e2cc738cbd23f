package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.UpstreamScript;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The ten rows of the documents' error reference and {@code context_length_exceeded}, each reached as a caller would reach it. */
@Timeout(240)
public class ErrorListTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}]}""";

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
        gateway.setNow(Instant.parse("2026-11-20T12:34:56Z"));
        gateway.script(UpstreamScript.says("Hello.", 10, 5));
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    // ---- 400 invalid_request ----

    @Test
    void a_missing_model_is_said_in_the_documents_words() {
        CallServer.Reply reply = gateway.chat("""
                {"messages":[{"role":"user","content":"Hi"}]}""");
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("message").asString()).isEqualTo("'model' is required.");
        assertThat(reply.error().get("param").asString()).isEqualTo("model");
    }

    // ---- 401 invalid_api_key ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer sk-ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "Bearer pk-0123456789abcdef",
                "Bearer sk-",
                "Bearer sk-' OR '1'='1",
                "Bearer",
                "Basic c2stZGVtbw==",
                "sk-demo-key-for-tests-0123456789abcdef"
            })
    void what_is_no_known_key_is_refused(String authorization) {
        CallServer.Reply reply = gateway.send(call().header("Authorization", authorization));
        assertError(reply, 401, "invalid_api_key", "authentication_error");
        assertThat(reply.text()).doesNotContain("ffffffff", "0123456789abcdef");
    }

    @Test
    void a_missing_key_is_refused_with_the_way_to_show_one() {
        CallServer.Reply reply = gateway.send(call());
        assertError(reply, 401, "invalid_api_key", "authentication_error");
        assertThat(reply.header("www-authenticate")).isEqualTo("Bearer");
    }

    @Test
    void a_disabled_key_is_refused_from_the_next_call_on() {
        Customer customer = gateway.customer("1");
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        gateway.disableKey(customer.keyId());
        assertError(customer.chat(CALL), 401, "invalid_api_key", "authentication_error");
        assertThat(customer.chat(CALL).error().get("message").asString()).contains("disabled");
    }

    @Test
    void an_expired_key_is_refused() {
        Customer customer = gateway.customer("1");
        gateway.execute("UPDATE api_key SET expires_at = 1000 WHERE id = '" + customer.keyId() + "'");
        assertError(customer.chat(CALL), 401, "invalid_api_key", "authentication_error");
        assertThat(customer.chat(CALL).error().get("message").asString()).contains("expired");
    }

    @Test
    void the_key_of_a_blocked_account_is_refused() {
        Customer customer = gateway.customer("1");
        gateway.execute("UPDATE account SET blocked = 1 WHERE id = '" + customer.account() + "'");
        assertError(customer.chat(CALL), 401, "invalid_api_key", "authentication_error");
    }

    // ---- 402 insufficient_credits ----

    @Test
    void an_empty_balance_is_said_in_the_documents_words_first() {
        Customer customer = gateway.customer("0");
        CallServer.Reply reply = customer.chat(CALL);
        assertError(reply, 402, "insufficient_credits", "billing_error");
        assertThat(reply.error().get("message").asString())
                .startsWith("Your credit balance is too low. Please top up.");
        assertThat(reply.header("retry-after")).isEmpty();
        assertThat(customer.tasks()).isZero();
    }

    // ---- 403 ip_not_allowed ----

    @Test
    void an_address_outside_the_allowlist_is_refused() {
        Customer customer = gateway.customer("1", KeyOptions.allow("192.0.2.0/24", "2001:db8::/32"));
        CallServer.Reply reply = customer.chat(CALL);
        assertError(reply, 403, "ip_not_allowed", "permission_error");
        assertThat(gateway.get("/v1/credits", customer.key()).status()).isEqualTo(403);
    }

    @Test
    void a_forged_forwarding_header_opens_no_allowlist() {
        Customer customer = gateway.customer("1", KeyOptions.allow("192.0.2.7"));
        CallServer.Reply reply = gateway.send(
                call().header("Authorization", "Bearer " + customer.key()).header("X-Forwarded-For", "192.0.2.7"));
        assertError(reply, 403, "ip_not_allowed", "permission_error");
    }

    @Test
    void an_address_inside_the_allowlist_is_served() {
        Customer customer = gateway.customer("1", KeyOptions.allow("127.0.0.0/8"));
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
    }

    // ---- 404 model_not_found, task_not_found ----

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4o", "models/gemini-2.5-pro", "GEMINI-2.5-PRO", "gemini-9-flash", "../etc/passwd"})
    void an_unknown_model_is_not_found(String model) {
        CallServer.Reply reply = gateway.chat(CALL.replace("gemini-2.5-pro", model));
        assertError(reply, 404, "model_not_found", "invalid_request_error");
        assertThat(reply.error().get("message").asString()).contains(model);
        assertThat(reply.error().get("param").asString()).isEqualTo("model");
    }

    @Test
    void an_unknown_model_is_not_found_among_the_models_either() {
        assertError(gateway.get("/v1/models/gpt-4o"), 404, "model_not_found", "invalid_request_error");
    }

    @Test
    void an_unknown_task_is_not_found() {
        assertError(gateway.get("/v1/tasks/chatcmpl-1"), 404, "task_not_found", "invalid_request_error");
    }

    @Test
    void another_accounts_task_is_not_found() {
        String id = gateway.chat(CALL).json().get("id").asString();
        Customer other = gateway.customer("1");
        assertThat(gateway.get("/v1/tasks/" + id).status()).isEqualTo(200);
        assertError(gateway.get("/v1/tasks/" + id, other.key()), 404, "task_not_found", "invalid_request_error");
    }

    // ---- 429 rate_limit_exceeded ----

    @Test
    void requests_above_the_rate_get_a_retry_time() {
        Customer customer = gateway.customer("1", KeyOptions.perMinute(1));
        CallServer.Reply first = customer.chat(CALL);
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("1");
        assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("0");
        CallServer.Reply second = customer.chat(CALL);
        assertError(second, 429, "rate_limit_exceeded", "rate_limit_error");
        assertThat(Integer.parseInt(second.header("retry-after"))).isBetween(1, 60);
        assertThat(Integer.parseInt(second.header("retry-after-ms"))).isBetween(1, 60_000);
        assertThat(second.header("x-ratelimit-limit-requests")).isEqualTo("1");
        assertThat(second.header("x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(second.header("x-ratelimit-reset-requests")).matches("(\\d+m)?\\d+s");
        assertThat(customer.tasks()).isEqualTo(1);
    }

    // ---- 402 spend_limit_exceeded ----

    @ParameterizedTest
    @CsvSource({"hourly, 0.12,,", "daily,, 0.12,"})
    void a_spend_window_that_frees_itself_says_when(String word, String hour, String day, String total) {
        Customer customer = gateway.customer("100", KeyOptions.spend(hour, day, total));
        CallServer.Reply reply = customer.chat(CALL);
        for (int calls = 1; calls < 20 && reply.status() == 200; calls++) {
            reply = customer.chat(CALL);
        }
        assertError(reply, 402, "spend_limit_exceeded", "billing_error");
        assertThat(reply.error().get("message").asString())
                .contains(word)
                .matches(".*will reset at \\d{4}-\\d\\d-\\d\\dT\\d\\d:00:00Z\\.");
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(reply.header("retry-after")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"12:58:59, 402, '', ''", "12:59:00, 429, 60, 60000", "12:59:59.5, 429, 1, 500"})
    void a_window_that_resets_within_a_minute_stays_a_429(String time, int status, String seconds, String millis) {
        Customer customer = gateway.customer("100", KeyOptions.spend("0.11", null, null));
        Instant before = Instant.parse("2026-11-20T12:34:56Z");
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        gateway.setNow(Instant.parse("2026-11-20T" + time + "Z"));
        CallServer.Reply reply = customer.chat(CALL);
        gateway.setNow(before);
        assertError(reply, status, "spend_limit_exceeded", "billing_error");
        assertThat(reply.header("retry-after")).isEqualTo(seconds);
        assertThat(reply.header("retry-after-ms")).isEqualTo(millis);
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(reply.error().at("/budget/resets_at").asString()).isEqualTo("2026-11-20T13:00:00Z");
    }

    @Test
    void the_limit_that_is_named_decides_the_status() {
        Customer customer = gateway.customer("100", KeyOptions.spend("0.11", null, "0.115"));
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        gateway.setNow(Instant.parse("2026-11-20T12:59:30Z"));
        CallServer.Reply reply = customer.chat(CALL);
        gateway.setNow(Instant.parse("2026-11-20T12:34:56Z"));
        assertError(reply, 402, "spend_limit_exceeded", "billing_error");
        assertThat(reply.error().at("/budget/window").asString()).isEqualTo("total");
    }

    @Test
    void the_total_spend_limit_does_not_free_itself_and_says_so() {
        Customer customer = gateway.customer("100", KeyOptions.spend(null, null, "0.05"));
        CallServer.Reply reply = customer.chat(CALL);
        assertError(reply, 402, "spend_limit_exceeded", "billing_error");
        assertThat(reply.error().get("message").asString()).contains("total").doesNotContain("will reset at");
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(reply.header("retry-after")).isEmpty();
    }

    @Test
    void a_raised_spend_limit_holds_at_once_and_what_was_spent_stays_counted() {
        Customer customer = gateway.customer("100", KeyOptions.spend(null, null, "0.11"));
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        assertThat(customer.chat(CALL).status()).isEqualTo(402);
        gateway.setKey(customer.keyId(), settings -> settings.withSpend(new SpendLimits(null, null, 120_000L)));
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        assertThat(customer.chat(CALL).error().get("message").asString()).contains("0.02 are used");
    }

    // ---- 500 internal_error ----

    @Test
    void a_store_that_cannot_be_read_is_an_internal_error_without_details() {
        gateway.execute("ALTER TABLE call RENAME TO call_away");
        try {
            CallServer.Reply reply = gateway.get("/v1/tasks/chatcmpl-1");
            assertError(reply, 503, "internal_error", "api_error");
            assertThat(reply.header("retry-after")).isEqualTo("1");
            assertThat(reply.text()).doesNotContainIgnoringCase("sql", "call_away", "no such table", "exception");
        } finally {
            gateway.execute("ALTER TABLE call_away RENAME TO call");
        }
    }

    @Test
    void after_one_failed_write_no_further_call_starts() {
        // A call that ends at once is in the second alone.
        try (CallServer.Fault _ = gateway.fault("INSERT", "open_hold", "true");
                CallServer.Fault _ = gateway.fault("INSERT", "call", "true")) {
            assertError(gateway.chat(CALL), 503, "internal_error", "api_error");
            int asked = gateway.asked().size();
            CallServer.Reply reply = gateway.chat(CALL);
            assertError(reply, 503, "internal_error", "api_error");
            assertThat(reply.header("retry-after")).isNotEmpty();
            assertThat(reply.text()).doesNotContain("fire");
            assertThat(gateway.asked()).hasSize(asked);
        }
        assertThat(gateway.chat(CALL).status()).isEqualTo(200);
    }

    @Test
    void an_answer_whose_charge_cannot_be_recorded_is_not_given_and_its_hold_comes_back() {
        Customer customer = gateway.customer("5");
        try (CallServer.Fault _ = gateway.fault("INSERT", "call", "NEW.charged_micros > 0")) {
            CallServer.Reply reply = customer.chat(CALL);
            assertError(reply, 503, "internal_error", "api_error");
            assertThat(reply.text()).doesNotContain("Hello.");
        }
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
        assertThat(customer.balance()).isEqualByComparingTo("5");
    }

    // ---- D28: statuses that are more precise ----

    @Test
    void unknown_paths_and_methods_are_invalid_requests_of_their_own_status() {
        assertError(gateway.get("/v1/edits"), 404, "invalid_request", "invalid_request_error");
        CallServer.Reply reply = gateway.get("/v1/chat/completions");
        assertError(reply, 405, "invalid_request", "invalid_request_error");
        assertThat(reply.header("allow")).contains("POST");
    }

    @Test
    void a_body_that_is_not_json_by_its_type_is_415() {
        CallServer.Reply reply = gateway.send(gateway.request("/v1/chat/completions")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("model=gemini-2.5-pro")));
        assertError(reply, 415, "invalid_request", "invalid_request_error");
    }

    @Test
    void a_management_key_calls_no_model() {
        Customer customer = gateway.customer("1");
        KeySettings choice = KeySettings.named("m").withKind(KeyKind.MANAGEMENT);
        String key = gateway.createKey(customer.account(), choice).secret();
        assertError(gateway.post("/v1/chat/completions", CALL, key), 403, "invalid_api_key", "authentication_error");
    }

    private static HttpRequest.Builder call() {
        return HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(CALL));
    }

    /** One shape for all (D11): four members, {@code param} null where no field is to blame; a reached limit names itself in a fifth. */
    public static void assertError(CallServer.Reply reply, int status, String code, String type) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.header("content-type")).startsWith("application/json");
        assertThat(reply.json().propertyNames()).containsExactly("error");
        JsonNode error = reply.error();
        List<String> members = new ArrayList<>(List.of("code", "message", "type", "param"));
        if (code.equals("spend_limit_exceeded")) {
            members.add("budget");
        }
        assertThat(error.propertyNames()).containsExactlyInAnyOrderElementsOf(members);
        assertThat(error.get("code").asString()).isEqualTo(code);
        assertThat(error.get("type").asString()).isEqualTo(type);
        assertThat(error.get("message").asString()).isNotBlank();
        assertThat(error.get("param").isNull() || error.get("param").isString()).isTrue();
        assertThat(reply.header("x-request-id")).isNotEmpty();
    }
}
