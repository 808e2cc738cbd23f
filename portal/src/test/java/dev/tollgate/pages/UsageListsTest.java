package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.AccountHistory.Hit;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Lists for scripts over the running program: {@code /v1/usage} and {@code /v1/tasks}. */
class UsageListsTest {

    private static final String ADMIN_KEY = "a".repeat(32);

    private static final String CHAT =
            "{\"model\":\"%s\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"" + Prompts.LONG
                    + "\"}]}";

    private static PortalServer server;
    private Customer customer;
    private Customer second;
    private Customer manager;

    @BeforeAll
    static void start() {
        server = PortalServer.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void accounts() {
        server.script(UpstreamScript.says("Hello", 1_000, 200));
        customer = server.customer("1000");
        second = key(KeyKind.API);
        manager = key(KeyKind.MANAGEMENT);
    }

    private Customer key(KeyKind kind) {
        KeyResult.Made made = server.commands()
                .createKey(customer.account(), KeySettings.named("other").withKind(kind));
        return new Customer(server, customer.account(), made.key().id(), made.secret());
    }

    @Test
    void usage_tells_what_the_credits_went_for_and_counts_the_upstreams_tokens() {
        chat(customer, "gemini-2.5-pro");
        chat(customer, "gemini-3-pro");
        chat(customer, "google/gemini-2.5-pro");

        JsonNode usage = usage(customer, "?group_by=day,model,key");

        assertThat(usage.get("object").asString()).isEqualTo("usage");
        assertThat(usage.get("tz").asString()).isEqualTo("UTC");
        JsonNode totals = usage.get("totals");
        assertThat(totals.get("requests").toString())
                .isEqualTo("{\"total\":3,\"completed\":3,\"failed\":0,\"cancelled\":0}");
        assertThat(totals.get("tokens").toString())
                .isEqualTo("{\"input\":3000,\"cached\":0,\"output\":600,\"reasoning\":0,\"output_image\":0}");
        assertThat(totals.get("charged").decimalValue()).isEqualByComparingTo(customer.consumed());
        assertThat(totals.get("credits_consumed").decimalValue()).isEqualByComparingTo(customer.consumed());
        assertThat(usage.get("groups").valueStream().map(group -> group.get("model")
                        .asString()))
                .containsExactlyInAnyOrder("gemini-2.5-pro", "gemini-3-pro", "google/gemini-2.5-pro");
        assertThat(sum(usage.get("groups"), "charged")).isEqualByComparingTo(customer.consumed());
        assertThat(server.get("/usage", customer.key()).json().get("totals")).isEqualTo(totals);
    }

    @Test
    void an_api_key_sees_its_own_calls_and_a_management_key_the_accounts() {
        String one = chat(customer, "gemini-2.5-pro");
        String two = chat(second, "gemini-2.5-pro");

        assertThat(ids(customer, "")).containsExactly(one);
        assertThat(ids(second, "")).containsExactly(two);
        assertThat(ids(manager, "")).containsExactly(two, one);
        assertThat(ids(manager, "?key=" + customer.keyId())).containsExactly(one);
        assertThat(calls(usage(second, ""))).isEqualTo(1);
        assertThat(calls(usage(manager, ""))).isEqualTo(2);
        assertThat(calls(usage(manager, "?key=" + second.keyId()))).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"/v1/usage", "/v1/tasks"})
    void an_api_key_is_not_shown_another_keys_calls(String path) {
        PortalServer.Reply refused = server.get(path + "?key=" + second.keyId(), customer.key());

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().get("error").get("param").asString()).isEqualTo("key");
    }

    @Test
    void pages_of_tasks_have_each_call_once_the_newest_first() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(chat(customer, "gemini-2.5-pro"));
        }
        List<String> listed = new ArrayList<>();
        String query = "?limit=2";
        JsonNode page;
        do {
            page = server.get("/v1/tasks" + query, customer.key()).json();
            page.get("data").forEach(task -> listed.add(task.get("id").asString()));
            query = "?limit=2&after=" + page.get("next").asString("");
        } while (!page.get("next").isNull());

        assertThat(listed).isEqualTo(made);
    }

    @Test
    void pages_of_usage_have_each_group_once() {
        for (String model : List.of("gemini-2.5-pro", "gemini-3-pro", "google/gemini-2.5-pro")) {
            chat(customer, model);
            chat(second, model);
        }
        List<JsonNode> groups = new ArrayList<>();
        String after = "";
        JsonNode page;
        do {
            page = usage(manager, "?group_by=model,key&limit=4" + after);
            page.get("groups").forEach(groups::add);
            after = "&after=" + page.get("next").asString("");
        } while (!page.get("next").isNull());

        assertThat(groups).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void tasks_are_listed_by_how_they_ended_and_by_the_model_that_was_asked_for() {
        server.script("[{match: {text: fail}, respond: [{status: 400}]}, {respond: [{status: 500}]}]");
        customer.chat(CHAT.formatted("gemini-2.5-pro"));
        server.script(UpstreamScript.says("Hello", 1_000, 200));
        String completed = chat(customer, "gemini-3.1-pro");

        assertThat(ids(customer, "?status=completed")).containsExactly(completed);
        assertThat(ids(customer, "?model=gemini-3.1-pro")).containsExactly(completed);
        assertThat(ids(customer, "?status=failed,cancelled")).hasSize(1).doesNotContain(completed);
        assertThat(ids(customer, "?status=processing")).isEmpty();
        JsonNode totals = usage(customer, "").get("totals");
        assertThat(totals.get("requests").get("failed").asInt()).isEqualTo(1);
    }

    @Test
    void a_task_of_an_alias_has_the_id_of_the_price_list() {
        String id = chat(customer, "google/gemini-3.8-flash");

        JsonNode task = server.get("/v1/tasks/" + id, customer.key()).json();

        assertThat(task.get("model_id").asString()).isEqualTo("gemini-3.8-flash");
        assertThat(ids(customer, "?model=gemini-3.8-flash")).containsExactly(id);
    }

    @ParameterizedTest
    @CsvSource({"/v1/usage, start", "/v1/tasks, from"})
    void the_plus_of_an_offset_may_stand_in_a_url_as_it_is(String path, String from) {
        chat(customer, "gemini-2.5-pro");
        String midnight = path + "?" + from + "=2026-11-02T00:00:00";

        PortalServer.Reply plain = server.get(midnight + "+01:00", customer.key());

        assertThat(plain.status()).isEqualTo(200);
        assertThat(plain.json())
                .isEqualTo(server.get(midnight + "%2B01:00", customer.key()).json());
        assertThat(server.get(path + "?" + from + "=2026-11-02+00:00:00Z", customer.key())
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "/v1/usage?start=yesterday | start",
                "/v1/usage?tz=Berlin | tz",
                "/v1/usage?group_by=day,hour | group_by",
                "/v1/usage?start=2026-11-02&end=2026-11-02 | end",
                "/v1/usage?start=0001-01-01 | start",
                "/v1/usage?limit=0 | limit",
                "/v1/usage?after=x | after",
                "/v1/tasks?from=2026-13-01 | from",
                "/v1/tasks?status=done | status",
                "/v1/tasks?after=chatcmpl-1 | after",
                "/v1/tasks?limit=1001 | limit",
                "/v1/tasks?after=A | after",
                "/v1/tasks?after=1234567890abc | after"
            },
            delimiter = '|')
    void what_is_not_understood_is_refused_and_named(String path, String param) {
        PortalServer.Reply refused = server.get(path, customer.key());

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().get("error").get("param").asString()).isEqualTo(param);
        assertThat(refused.json().get("error").get("message").asString()).contains("'" + param + "'");
    }

    @Test
    void a_task_keeps_its_course_and_is_found_by_the_id_of_its_request() {
        server.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP"}],
                 "modelVersion":"gemini-2.5-pro","usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11}}"""));
        PortalServer.Reply answer = customer.chat(CHAT.formatted("gemini-2.5-pro"));
        String id = answer.json().get("id").asString();
        String requestId =
                answer.response().headers().firstValue("x-request-id").orElseThrow();

        try (Database database = Database.openReading(server.data())) {
            AccountHistory history = new AccountHistory(database, Duration.ofMinutes(10), InstantSource.system());
            JsonNode course =
                    history.call(customer.account(), id).orElseThrow().call().course();
            assertThat(course.get("request_id").asString()).isEqualTo(requestId);
            List<Long> steps = List.of("reserved", "asked", "first_byte", "done", "settled").stream()
                    .map(step -> course.get(step).asLong())
                    .toList();
            assertThat(steps).isSorted();
            assertThat(course.get("attempts").size()).isEqualTo(1);
            assertThat(course.at("/attempts/0/outcome").asString()).isEqualTo("answered");
            assertThat(course.at("/attempts/0/ms").asLong()).isEqualTo((steps.get(2) - steps.get(1)) / 1_000);
            assertThat(history.find(customer.account(), requestId)).containsExactly(new Hit.OfCall(id));
            for (String shown : List.of("chatcmpl-", "resp_", "msg_", "task_", "batch_req_")) {
                assertThat(history.find(customer.account(), id.replace("chatcmpl-", shown)))
                        .containsExactly(new Hit.OfCall(id));
            }
            assertThat(history.find(server.customer("0").account(), requestId)).isEmpty();
            assertThat(server.get("/admin/tasks/" + requestId, ADMIN_KEY)
                            .json()
                            .get("id")
                            .asString())
                    .isEqualTo(id);
        }
    }

    private static String chat(Customer by, String model) {
        PortalServer.Reply answer = by.chat(CHAT.formatted(model));
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().get("id").asString();
    }

    private static List<String> ids(Customer by, String query) {
        return server.get("/v1/tasks" + query, by.key())
                .json()
                .get("data")
                .valueStream()
                .map(task -> task.get("id").asString())
                .toList();
    }

    private static JsonNode usage(Customer by, String query) {
        PortalServer.Reply reply = server.get("/v1/usage" + query, by.key());
        assertThat(reply.status()).isEqualTo(200);
        return reply.json();
    }

    private static int calls(JsonNode usage) {
        return usage.get("totals").get("requests").get("total").asInt();
    }

    private static BigDecimal sum(JsonNode groups, String field) {
        return groups.valueStream()
                .map(group -> group.get(field).decimalValue())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
