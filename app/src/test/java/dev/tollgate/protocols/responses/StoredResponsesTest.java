package dev.tollgate.protocols.responses;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Kept responses of running servers (E28 to E31). */
@Timeout(240)
@ParameterizedClass
@MethodSource(Stores.USUAL)
class StoredResponsesTest {

    private static final Tokens SOME = new Tokens(100, 20, 0);
    private static final String RESPONSES = "/v1/responses";

    @Parameter
    Stores stores;

    private static Gateway gateway;
    private Customer customer;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = Gateway.startOn(stores);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("100");
        gateway.script(UpstreamScript.answers().text("Hello.").finish("STOP", SOME));
    }

    private long kept() {
        return gateway.number("SELECT COUNT(*) FROM kept_response WHERE account_id = '" + customer.account() + "'");
    }

    private Reply ask(String input, String members) {
        return gateway.post(
                RESPONSES, "{\"model\":\"gemini-2.5-pro\",\"input\":" + input + members + "}", customer.key());
    }

    /** Asks and returns the object of the response. */
    private JsonNode made(String input, String members) {
        Reply reply = ask(input, members);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return members.contains("\"stream\":true")
                ? ResponseEvents.of(reply.text()).last()
                : reply.json();
    }

    private String id(String input, String members) {
        return made(input, members).get("id").asString();
    }

    private static String after(String id) {
        return ",\"previous_response_id\":\"" + id + "\"";
    }

    private Reply get(String path) {
        return gateway.get(RESPONSES + "/" + path, customer.key());
    }

    private Reply delete(String id, String key) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + RESPONSES + "/" + id))
                .header("Authorization", "Bearer " + key)
                .DELETE());
    }

    private List<String> sent() {
        List<String> texts = new ArrayList<>();
        for (JsonNode content : gateway.lastAsked().get("contents")) {
            content.get("parts")
                    .forEach(part -> texts.add(content.path("role").asString() + ": "
                            + part.path("text").asString("")));
        }
        return texts;
    }

    // ---- retrieval ----

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"stream\":true"})
    void a_response_is_read_again_after_a_restart(String streamed) {
        JsonNode made = made("\"Hi\"", ",\"instructions\":\"Be brief.\",\"metadata\":{\"a\":\"b\"}" + streamed);
        gateway.restart();

        Reply found = get(made.get("id").asString());

        assertThat(found.status()).as(found.text()).isEqualTo(200);
        assertThat(found.json().get("output")).isEqualTo(made.get("output"));
        assertThat(found.json().get("store").asBoolean()).isTrue();
        assertThat(found.json().get("instructions").asString()).isEqualTo("Be brief.");
        if (streamed.isEmpty()) {
            assertThat(found.json()).isEqualTo(made);
        }
    }

    @Test
    void input_items_are_listed_in_pages() {
        String id = id("""
                [{"role":"user","content":"One"},{"type":"message","id":"msg_own","role":"assistant","content":"Two"},
                 {"role":"user","content":[{"type":"input_text","text":"Three"}]}]""", "");

        JsonNode all = get(id + "/input_items").json();
        JsonNode first = get(id + "/input_items?limit=2&order=asc").json();
        JsonNode rest = get(id + "/input_items?limit=2&order=asc&after=msg_own").json();

        assertThat(all.at("/data/0/content/0/text").asString()).isEqualTo("Three");
        assertThat(all.at("/data/1/content/0/type").asString()).isEqualTo("output_text");
        assertThat(all.get("has_more").asBoolean()).isFalse();
        assertThat(first.at("/data/0/content/0/text").asString()).isEqualTo("One");
        assertThat(first.get("last_id").asString()).isEqualTo("msg_own");
        assertThat(first.get("has_more").asBoolean()).isTrue();
        assertThat(rest.get("data").size()).isEqualTo(1);
        assertThat(get(id + "/input_items?limit=0").error().get("param").asString())
                .isEqualTo("limit");
        assertThat(get(id + "/input_items?order=up").error().get("param").asString())
                .isEqualTo("order");
        assertThat(get(id + "/input_items?after=msg_no").error().get("param").asString())
                .isEqualTo("after");
    }

    @Test
    void a_text_is_listed_as_a_message_of_the_user() {
        JsonNode items = get(id("\"Hi\"", "") + "/input_items").json();

        assertThat(items.at("/data/0/role").asString()).isEqualTo("user");
        assertThat(items.at("/data/0/content/0/text").asString()).isEqualTo("Hi");
        assertThat(items.at("/data/0/id").asString()).startsWith("msg_");
    }

    @Test
    void what_is_not_kept_is_a_404_for_everyone() {
        String id = id("\"Hi\"", "");
        String other = gateway.customer("1").key();
        String unkept = id("\"Hi\"", ",\"store\":false");

        for (Reply reply : List.of(
                get("resp_unknown"),
                get(unkept),
                get(unkept + "/input_items"),
                gateway.get(RESPONSES + "/" + id, other),
                delete(id, other),
                delete("resp_unknown", customer.key()),
                gateway.post(RESPONSES + "/" + unkept + "/cancel", "", customer.key()))) {
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.error().get("code").asString()).isEqualTo("task_not_found");
        }
        assertThat(get(id).status()).isEqualTo(200);
    }

    @Test
    void only_calls_in_the_background_can_be_cancelled() {
        String id = id("\"Hi\"", "");

        assertThat(gateway.post(RESPONSES + "/" + id + "/cancel", "", customer.key())
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_deleted_response_is_gone_at_once_and_its_charge_stays() {
        String id = id("\"Hi\"", "");
        String next = id("\"More\"", after(id));
        Reply deleted = delete(id, customer.key());

        assertThat(deleted.text()).isEqualTo("{\"id\":\"" + id + "\",\"object\":\"response\",\"deleted\":true}");
        assertThat(get(id).status()).isEqualTo(404);
        assertThat(delete(id, customer.key()).status()).isEqualTo(404);
        assertThat(ask("\"Again\"", after(next)).status()).isEqualTo(400);
        assertThat(kept()).isEqualTo(1);
        assertThat(Calls.count(gateway::number, Calls.chargedOf(customer.account())))
                .isEqualTo(2);
    }

    @Test
    void a_call_that_says_no_is_not_kept() {
        JsonNode made = made("\"Hi\"", ",\"store\":false");

        assertThat(made.get("store").asBoolean()).isFalse();
        assertThat(kept()).isZero();
    }

    @Test
    void a_failed_response_is_not_kept() {
        gateway.script(UpstreamScript.answers().text("Hel").fault("reset"));
        ask("\"Hi\"", ",\"stream\":true");

        assertThat(kept()).isZero();
    }

    // ---- conversations ----

    /** Row 11 of what happened elsewhere: a chain worked seconds later, or never. */
    @ParameterizedTest
    @ValueSource(strings = {"", ",\"stream\":true"})
    void a_conversation_continues_at_once_and_after_a_restart(String streamed) {
        String first = id("\"One\"", streamed);
        String second = id("[{\"role\":\"user\",\"content\":\"Two\"}]", after(first) + streamed);
        assertThat(sent()).containsExactly("user: One", "model: Hello.", "user: Two");
        gateway.restart();
        JsonNode third = made("\"Three\"", after(second) + streamed);

        assertThat(sent()).containsExactly("user: One", "model: Hello.", "user: Two", "model: Hello.", "user: Three");
        assertThat(third.get("previous_response_id").asString()).isEqualTo(second);
    }

    @Test
    void instructions_of_an_earlier_response_are_not_carried_over() {
        String first = id("\"One\"", ",\"instructions\":\"Be brief.\"");
        id("\"Two\"", after(first));

        assertThat(gateway.lastAsked().has("systemInstruction")).isFalse();
    }

    @Test
    void a_result_finds_its_call_in_the_response_before() {
        String tools = """
                ,"tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}]""";
        gateway.script(UpstreamScript.answers().call("f", "{\"a\":\"b\"}").finish("STOP", SOME));
        JsonNode called = made("\"Go\"", tools);
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", SOME));
        String callId = called.at("/output/0/call_id").asString();
        JsonNode done = made(
                "[{\"type\":\"function_call_output\",\"call_id\":\"" + callId + "\",\"output\":\"ok\"}]",
                tools + after(called.get("id").asString()));

        assertThat(done.at("/output/0/content/0/text").asString()).isEqualTo("Done.");
        assertThat(gateway.lastAsked()
                        .at("/contents/1/parts/0/functionCall/name")
                        .asString())
                .isEqualTo("f");
        assertThat(gateway.lastAsked()
                        .at("/contents/2/parts/0/functionResponse/name")
                        .asString())
                .isEqualTo("f");
    }

    @Test
    void a_previous_response_that_is_not_kept_is_a_400_that_names_it() {
        String foreign = id("\"Hi\"", "");
        customer = gateway.customer("100");
        for (String id : List.of(foreign, "resp_unknown", "chatcmpl-1", id("\"Hi\"", ",\"store\":false"))) {
            Reply reply = ask("\"More\"", after(id));
            assertThat(reply.status()).as(id).isEqualTo(400);
            assertError(reply, 400, "previous_response_not_found", "invalid_request_error");
            assertThat(reply.error().get("param").asString()).isEqualTo("previous_response_id");
        }
    }

    /** Row 12 of what happened elsewhere: a chat ended at its second step. */
    @Test
    void an_item_of_a_kept_response_is_found_by_its_id() {
        gateway.script(
                UpstreamScript.answers().thought("Think.", SOME).text("Hello.").finish("STOP", SOME));
        JsonNode first = made("\"One\"", ",\"reasoning\":{\"summary\":\"auto\"}");
        String thought = first.at("/output/0/id").asString();
        String message = first.at("/output/1/id").asString();
        Reply reply = ask("""
                [{"role":"user","content":"One"},{"type":"item_reference","id":"%s"},{"id":"%s"},
                 {"type":"item_reference","id":"rs_unknown"},{"role":"user","content":"Two"}]""".formatted(thought, message), "");

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sent()).containsExactly("user: One", "model: Hello.", "user: Two");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("input.3");
        String second = reply.json().get("id").asString();
        id("\"Three\"", after(second));
        assertThat(sent()).containsExactly("user: One", "model: Hello.", "user: Two", "model: Hello.", "user: Three");
    }

    @Test
    void an_item_behind_a_search_is_found_by_its_id() {
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"Rain."}]},"index":0,"finishReason":"STOP",
                "groundingMetadata":{"webSearchQueries":["rome weather"],"groundingChunks":[]}}],
                "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}}"""));
        JsonNode first = made("\"One\"", ",\"tools\":[{\"type\":\"web_search\"}]");
        String search = first.at("/output/0/id").asString();
        String message = first.at("/output/1/id").asString();

        Reply reply = ask(
                "[{\"role\":\"user\",\"content\":\"One\"},{\"id\":\"" + search + "\"},{\"id\":\"" + message
                        + "\",\"type\":null},{\"role\":\"user\",\"content\":\"Two\"}]",
                "");

        assertThat(search).startsWith("ws_");
        assertThat(message).startsWith("msg_");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sent()).containsExactly("user: One", "model: Rain.", "user: Two");
    }

    @Test
    void an_item_that_is_not_kept_is_a_404_that_names_the_input() {
        String message = made("\"One\"", "").at("/output/0/id").asString();
        for (String id : List.of("msg_unknown", message.replaceAll("_0$", "_7"), "fc_" + "1".repeat(31) + "_0")) {
            Reply reply = ask(
                    "[{\"role\":\"user\",\"content\":\"One\"},{\"type\":\"item_reference\",\"id\":\"" + id + "\"}]",
                    "");
            assertThat(reply.status()).as(id).isEqualTo(404);
            assertThat(reply.error().get("code").asString()).isEqualTo("invalid_request");
            assertThat(reply.error().get("param").asString()).isEqualTo("input");
        }
    }

    @Test
    void tokens_of_a_conversation_are_counted_with_what_is_kept() {
        String first = id("\"" + "One ".repeat(400) + "\"", "");
        String alone = "{\"model\":\"gemini-2.5-pro\",\"input\":\"Two\"";
        long less = gateway.post(RESPONSES + "/input_tokens", alone + "}", customer.key())
                .json()
                .get("input_tokens")
                .asLong();
        long more = gateway.post(RESPONSES + "/input_tokens", alone + after(first) + "}", customer.key())
                .json()
                .get("input_tokens")
                .asLong();

        assertThat(more).isGreaterThan(less + 100);
    }

    @Test
    void a_response_under_an_idempotency_key_is_kept_once() {
        String body = "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"}";
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + RESPONSES))
                    .header("Content-Type", "application/json")
                    .header("Authorization", "Bearer " + customer.key())
                    .header("Idempotency-Key", "once")
                    .POST(BodyPublishers.ofString(body)));
            ids.add(reply.json().get("id").asString());
        }

        assertThat(ids.getFirst()).isEqualTo(ids.getLast());
        assertThat(get(ids.getFirst()).status()).isEqualTo(200);
        assertThat(kept()).isEqualTo(1);
    }

    @Test
    void deleting_an_account_deletes_its_responses() {
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", "admin-key-of-the-tests");
        try (Gateway its = stores == Stores.SQLITE
                ? Gateway.start(environment)
                : Gateway.startOn(Postgres.migrated(), environment)) {
            Customer leaving = its.customer("10");
            its.script(UpstreamScript.answers().text("Hello.").finish("STOP", SOME));
            its.post(RESPONSES, "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"}", leaving.key());
            assertThat(its.number("SELECT COUNT(*) FROM kept_response")).isEqualTo(1);
            Reply deleted = its.post(
                    "/admin/accounts/" + leaving.account() + "/delete",
                    "{\"reason\":\"a test\"}",
                    "admin-key-of-the-tests");

            assertThat(deleted.status()).as(deleted.text()).isEqualTo(200);
            assertThat(its.number("SELECT COUNT(*) FROM kept_response")).isZero();
            assertThat(its.number("SELECT COUNT(*) FROM kept_share")).isZero();
        }
    }

    @Test
    void a_management_key_reads_no_kept_response() {
        String id = id("\"Hi\"", "");
        String key = gateway.commands()
                .createKey(customer.account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();

        for (String path : List.of(id, id + "/input_items")) {
            assertThat(gateway.get(RESPONSES + "/" + path, key).status()).isEqualTo(403);
        }
        assertThat(delete(id, key).status()).isEqualTo(403);
        assertThat(get(id).status()).isEqualTo(200);
    }

    private String keyOf(String member, String team) {
        var made = gateway.commands().createKey(customer.account(), KeySettings.named("owned"));
        gateway.own(made.key().id(), member, team);
        return made.secret();
    }

    @Test
    void a_response_and_its_task_are_read_by_their_owners_keys_alone() {
        for (int i = 1; i <= 2; i++) {
            gateway.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + i
                    + "', '" + customer.account() + "', 'per_" + i + "', 'member', 1)");
        }
        gateway.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_1', '" + customer.account()
                + "', 'Search', 1)");
        String mine = keyOf("mem_1", "");
        String mineInTeam = keyOf("mem_1", "team_1");
        String question = "{\"model\":\"gemini-2.5-pro\",\"input\":\"More\"}";
        String id = gateway.post(RESPONSES, question, mine).json().get("id").asString();
        String more = question.replace("}", after(id) + "}");
        String task = "/v1/tasks/" + id;

        for (String key : List.of(mine, mineInTeam)) {
            assertThat(gateway.get(RESPONSES + "/" + id, key).status()).isEqualTo(200);
            assertThat(gateway.get(task, key).status()).isEqualTo(200);
            assertThat(gateway.post(RESPONSES, more, key).status()).isEqualTo(200);
        }
        for (String key : List.of(customer.key(), keyOf("mem_2", "team_1"), keyOf("", "team_1"))) {
            for (String path : List.of(id, id + "/input_items")) {
                assertThat(gateway.get(RESPONSES + "/" + path, key).status()).isEqualTo(404);
            }
            assertThat(delete(id, key).status()).isEqualTo(404);
            assertThat(gateway.get(task, key).status()).isEqualTo(404);
            assertError(
                    gateway.post(RESPONSES, more, key), 400, "previous_response_not_found", "invalid_request_error");
        }
        String management = gateway.commands()
                .createKey(customer.account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();
        assertThat(gateway.get(task, management).status()).isEqualTo(200);
        assertThat(delete(id, mineInTeam).status()).isEqualTo(200);
    }

    /** Text of an item counts as often as it is referred to. */
    @Test
    void many_references_to_a_long_text_are_too_large_a_request() {
        gateway.script(UpstreamScript.answers().text("a".repeat(60_000)).finish("STOP", SOME));
        String reference = "{\"type\":\"item_reference\",\"id\":\""
                + made("\"One\"", "").at("/output/0/id").asString() + "\"},{\"role\":\"user\",\"content\":\"b\"}";
        String items = "[" + String.join(",", Collections.nCopies(600, reference)) + "]";

        for (Reply reply : List.of(
                ask(items, ""),
                gateway.post(
                        RESPONSES + "/input_tokens",
                        "{\"model\":\"gemini-2.5-pro\",\"input\":" + items + "}",
                        customer.key()))) {
            assertThat(reply.status()).as(reply.text()).isEqualTo(413);
        }
    }

    @Test
    void refused_calls_that_open_kept_content_share_the_limit_of_counts() {
        String id = id("\"Hi\"", "");
        String unanswered = "[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"o\"}]";
        for (int i = 0; i < 20; i++) {
            assertThat(ask("\"More\"", after(id)).status()).isEqualTo(200);
        }
        Reply refused = ask(unanswered, after(id));
        int sent = 1;
        for (; refused.status() == 400 && sent < 5_000; sent++) {
            refused = ask(unanswered, after(id));
        }
        String chat = "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        int estimates = 0;
        while (gateway.post("/v1/estimate", chat, customer.key()).status() == 200) {
            assertThat(++estimates).isLessThan(600);
        }

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("retry-after")).isNotEmpty();
        assertThat(sent).isGreaterThan(600); // calls that are paid for do not count
        assertThat(ask("\"Hi\"", "").status()).isEqualTo(200);
    }

    @Test
    void a_task_and_its_receipt_are_found_by_the_responses_id() {
        String id = id("\"Hi\"", "");
        String task = "chatcmpl-" + id.substring("resp_".length());

        assertThat(gateway.get("/v1/tasks/" + id, customer.key()).text())
                .isEqualTo(gateway.get("/v1/tasks/" + task, customer.key()).text())
                .contains(task);
        assertThat(gateway.get("/v1/receipts/" + id, customer.key()).text())
                .isEqualTo(gateway.get("/v1/receipts/" + task, customer.key()).text());
    }

    // ---- limits ----

    @Test
    void a_call_too_large_to_keep_says_so() {
        StringBuilder noise = new StringBuilder();
        Random random = new Random(5);
        while (noise.length() < 2_500_000) {
            noise.append(Long.toString(random.nextLong(), 36));
        }
        Reply reply = ask("\"" + noise + "\"", "");

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("store").asBoolean()).isFalse();
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("store");
        assertThat(kept()).isZero();
    }

    @Test
    void an_operator_who_keeps_nothing_makes_every_call_say_so() {
        Gateway off = Gateway.startOn(stores, "responses.store", "off");
        try {
            Customer its = off.customer("10");
            off.script(UpstreamScript.answers().text("Hello.").finish("STOP", SOME));
            Reply reply = off.post(RESPONSES, "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"}", its.key());

            assertThat(reply.json().get("store").asBoolean()).isFalse();
            assertThat(reply.header("x-tollgate-ignored")).isEqualTo("store");
            assertThat(off.number("SELECT COUNT(*) FROM kept_response")).isZero();
        } finally {
            off.close();
        }
    }

    @Test
    void a_conversation_continues_on_another_node() {
        String url = Postgres.migrated();
        try (Gateway one = Gateway.startOn(url, "timeouts.drain", "0ms");
                Gateway two = Gateway.startOn(url, "timeouts.drain", "0ms")) {
            Customer its = one.customer("10");
            UpstreamScript hello = UpstreamScript.answers().text("Hello.").finish("STOP", SOME);
            one.script(hello);
            two.script(hello);
            String body = "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"input\":\"";
            JsonNode first = ResponseEvents.of(
                            one.post(RESPONSES, body + "One\"}", its.key()).text())
                    .last();
            Reply second =
                    two.post(RESPONSES, body + "Two\"" + after(first.get("id").asString()) + "}", its.key());

            assertThat(second.status()).as(second.text()).isEqualTo(200);
            assertThat(two.lastAsked().get("contents").size()).isEqualTo(3);
            assertThat(two.get(RESPONSES + "/" + first.get("id").asString(), its.key())
                            .status())
                    .isEqualTo(200);
        }
    }
}
