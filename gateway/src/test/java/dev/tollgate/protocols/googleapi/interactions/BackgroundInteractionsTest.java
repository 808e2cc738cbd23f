package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.protocols.googleapi.interactions.Interactions.PATH;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.ask;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.json;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.made;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.steps;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Interactions whose callers do not wait (J1, J25, J30–J33). Bodies are written with single quotes. */
@Timeout(120)
class BackgroundInteractionsTest {

    private static final String SILENT = "- respond: [{delay_ms: 60000}]";
    private static final Tokens SOME = new Tokens(10, 600, 0);
    private static final String HI = "'input':'Hi','background':true";
    private static final String LOOK = ",'tools':[{'type':'function','name':'look','parameters':{'type':'object',"
            + "'properties':{'at':{'type':'string'}}}}]";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("1000");
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", SOME));
    }

    /** The next test has another script. */
    @AfterEach
    void end() {
        CallServer.await("ends", () -> gateway.number("SELECT COUNT(*) FROM job WHERE state = 'open'") == 0);
    }

    private String create(String members) {
        JsonNode created = made(gateway, customer, members);
        assertThat(created.path("status").asString()).isEqualTo("in_progress");
        return created.path("id").asString();
    }

    private Reply get(String id) {
        return gateway.get(PATH + "/" + id, customer.key());
    }

    private JsonNode until(String id, String status) {
        CallServer.await(
                status, () -> get(id).json().path("status").asString("").equals(status));
        return get(id).json();
    }

    private void untilItRuns(String id) {
        CallServer.await("its call", () -> get(id).json().has("task_id"));
    }

    private Reply cancel(String id) {
        return gateway.post(PATH + "/" + id + "/cancel", "", customer.key());
    }

    private Reply delete(String id) {
        return gateway.send("DELETE", PATH + "/" + id, null, customer.key());
    }

    private static String field(Reply refused) {
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        return refused.error().at("/details/1/fieldViolations/0/field").asString();
    }

    private long jobs() {
        return gateway.number("SELECT COUNT(*) FROM job WHERE account_id = '" + customer.account() + "'");
    }

    // ---- states ----

    @Test
    void an_interaction_is_made_after_its_caller_has_its_id() {
        JsonNode created = made(gateway, customer, HI);
        assertThat(created.path("object").asString()).isEqualTo("interaction");
        assertThat(created.path("status").asString()).isEqualTo("in_progress");
        assertThat(created.path("model").asString()).isEqualTo("gemini-3.8-flash");
        assertThat(created.path("steps")).isEmpty();
        String id = created.path("id").asString();
        assertThat(id).startsWith("v1_");

        JsonNode done = until(id, "completed");
        assertThat(done.path("id").asString()).isEqualTo(id);
        assertThat(steps(done)).containsExactly("user_input:Hi", "model_output:Done.");
        assertThat(done.path("created")).isEqualTo(created.path("created"));
        String task = done.path("task_id").asString();
        assertThat(gateway.text("SELECT request_id FROM call WHERE id = '" + task + "'"))
                .isEqualTo(id);
        assertThat(customer.consumed())
                .isEqualByComparingTo(done.path("credits_consumed").asString());
        assertThat(customer.tasks()).isEqualTo(1);
        assertThat(cancel(id).json()).as("as it is").isEqualTo(done);
    }

    @Test
    void a_call_of_a_function_requires_action_and_is_continued() {
        gateway.script(
                UpstreamScript.answers().call("look", "{\"at\":\"Rome\"}").finish("STOP", SOME));
        String first = create(HI + LOOK);
        JsonNode acts = until(first, "requires_action");
        assertThat(gateway.text("SELECT state FROM job WHERE id = 'chatcmpl-" + first.substring(3) + "'"))
                .isEqualTo("requires_action");
        gateway.script(UpstreamScript.answers().text("It rains.").finish("STOP", SOME));
        String call = acts.at("/steps/1/id").asString();
        String second = create("'background':true,'previous_interaction_id':'" + first
                + "','input':[{'type':'function_result','name':'look','call_id':'" + call + "','result':'rain'}]"
                + LOOK);
        JsonNode next = until(second, "completed");
        assertThat(steps(next)).last().asString().isEqualTo("model_output:It rains.");
        assertThat(next.path("previous_interaction_id").asString()).isEqualTo(first);
    }

    @Test
    void an_answer_that_was_cut_is_incomplete() {
        gateway.script(UpstreamScript.answers().text("Do").finish("MAX_TOKENS", SOME));
        assertThat(until(create(HI), "incomplete").path("native_finish_reason").asString())
                .isEqualTo("MAX_TOKENS");
    }

    @Test
    void an_answer_that_the_provider_refuses_is_failed_and_free() {
        gateway.script(
                "- respond: [{status: 400, body: {error: {code: 400, message: 'projects/secret-7', status: INVALID_ARGUMENT}}}]");
        JsonNode failed = until(create(HI), "failed");
        assertThat(failed.at("/errors/0/code").asString()).isEqualTo("upstream_error");
        assertThat(failed.at("/errors/0/message").asString()).isNotEmpty().doesNotContain("secret-7");
        assertThat(failed.path("steps")).isEmpty();
        assertThat(Instant.parse(failed.path("updated").asString()))
                .isAfterOrEqualTo(Instant.parse(failed.path("created").asString()));
        assertThat(customer.consumed()).isEqualByComparingTo("0");
    }

    @Test
    void a_running_interaction_is_cancelled_once() {
        gateway.script(SILENT);
        String id = create(HI);
        untilItRuns(id);
        assertThat(cancel(id).json().path("status").asString()).isEqualTo("cancelled");
        assertThat(cancel(id).json().path("status").asString()).isEqualTo("cancelled");
        assertThat(gateway.number("SELECT COUNT(*) FROM open_hold")).isZero();
    }

    @Test
    void a_cancelled_interaction_says_what_it_cost() {
        gateway.script(UpstreamScript.answers().text("Do", SOME).delay(60_000).finish("STOP", SOME));
        CallServer.await("one that was cancelled after a word", () -> {
            String id = create(HI);
            untilItRuns(id);
            JsonNode cancelled = cancel(id).json();
            assertThat(cancelled.path("status").asString()).isEqualTo("cancelled");
            return cancelled.path("credits_consumed").asDouble(0) > 0;
        });
        assertThat(customer.consumed()).isPositive();
    }

    @Test
    void an_interaction_above_a_limit_waits_and_says_why() {
        customer = gateway.customer("100", KeyOptions.spend("0.000001", null, null));
        String id = create(HI);
        CallServer.await("a pause", () -> get(id).json().has("paused"));
        JsonNode waits = get(id).json();
        assertThat(waits.path("status").asString()).isEqualTo("in_progress");
        assertThat(waits.at("/paused/reason").asString()).isEqualTo("limit");
        assertThat(Instant.parse(waits.at("/paused/retry_at").asString()))
                .isAfter(Instant.parse(waits.at("/paused/since").asString()));
        assertThat(cancel(id).json().path("status").asString()).isEqualTo("cancelled");
    }

    @Test
    void a_deleted_interaction_is_gone_and_its_call_ends() {
        gateway.script(SILENT);
        String id = create(HI);
        untilItRuns(id);
        assertThat(delete(id).text()).isEqualTo("{}");
        assertThat(get(id).status()).isEqualTo(404);
        assertThat(delete(id).status()).isEqualTo(404);
        end();
        assertThat(gateway.number("SELECT COUNT(*) FROM open_hold")).isZero();
    }

    @Test
    void a_request_that_cannot_be_read_any_more_is_shown() {
        gateway.script(SILENT);
        String id = create(HI);
        untilItRuns(id);
        gateway.execute("UPDATE job_line SET sealed = NULL WHERE line = 0");
        JsonNode shown = get(id).json();
        assertThat(shown.path("id").asString()).isEqualTo(id);
        assertThat(shown.path("status").asString()).isEqualTo("in_progress");
        cancel(id);
        until(id, "cancelled");
        delete(id);
    }

    // ---- refusals ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'input':'Hi','stream':true                                                  | background
            'input':'Hi','store':false                                                  | store
            'input':'Hi','webhook_config':{'uris':['https://example.org']}              | webhook_config
            'input':'Hi','agent':'deep-research'                                        | agent
            'input':'Hi','previous_interaction_id':'v1_1'                               | previous_interaction_id
            'input':'Hi','model':'gemini-3.8-flash-tts','response_format':{'type':'audio'} | background
            """)
    void what_cannot_be_made_in_the_background_is_refused_by_its_field(String members, String field) {
        assertThat(field(ask(gateway, customer, members + ",'background':true")))
                .isEqualTo(field);
        assertThat(jobs()).isZero();
    }

    @Test
    void a_request_is_refused_that_takes_too_much_compressed() {
        byte[] noise = new byte[600_000];
        new Random(1).nextBytes(noise);
        String text = Base64.getEncoder().encodeToString(noise); // about its bytes again, compressed
        assertThat(field(ask(gateway, customer, "'input':'" + text + "','background':true")))
                .isEqualTo("input");
    }

    @Test
    void a_server_that_keeps_nothing_makes_nothing_in_the_background() {
        try (CallServer other = CallServer.start("responses.store", "off")) {
            String body = json("{'model':'gemini-2.5-pro'," + HI + "}");
            assertThat(field(other.post(PATH, body, other.customer("1").key()))).isEqualTo("background");
        }
    }

    @Test
    void an_account_without_credits_begins_nothing() {
        customer = gateway.customer("0");
        assertThat(ask(gateway, customer, HI).status()).isEqualTo(402);
        assertThat(jobs()).isZero();
    }

    @Test
    void an_interaction_that_is_still_made_cannot_be_continued() {
        gateway.script(SILENT);
        String id = create(HI);
        String next = "'input':'And?','previous_interaction_id':'" + id + "'";
        Reply refused = ask(gateway, customer, next);
        assertThat(field(refused)).isEqualTo("previous_interaction_id");
        assertThat(refused.text()).contains("still being made");
        delete(id);
        assertThat(ask(gateway, customer, next).error().at("/details/0/reason").asString())
                .isEqualTo("previous_response_not_found");
    }

    @Test
    void neither_another_account_nor_the_other_door_finds_it() {
        gateway.script(SILENT);
        String id = create(HI);
        String response = gateway.post("/v1/responses", json("{'model':'gemini-3.8-flash'," + HI + "}"), customer.key())
                .json()
                .path("id")
                .asString();
        Customer other = gateway.customer("100");
        String mine = PATH + "/" + id;
        String asResponse = "/v1/responses/resp_" + id.substring("v1_".length());
        String asInteraction = PATH + "/v1_" + response.substring("resp_".length());
        for (String key : List.of(other.key(), customer.key())) {
            for (String path : key.equals(other.key()) ? List.of(mine) : List.of(asResponse, asInteraction)) {
                assertThat(gateway.get(path, key).status()).as(path).isEqualTo(404);
                assertThat(gateway.post(path + "/cancel", "", key).status())
                        .as(path)
                        .isEqualTo(404);
                assertThat(gateway.send("DELETE", path, null, key).status())
                        .as(path)
                        .isEqualTo(404);
            }
        }
        assertThat(gateway.post(
                                PATH,
                                json("{'model':'gemini-3.8-flash','input':'Hi','previous_interaction_id':'v1_"
                                        + response.substring("resp_".length()) + "'}"),
                                customer.key())
                        .text())
                .contains("must be the id of an interaction that is kept");
        assertThat(get(id).json().path("status").asString()).isEqualTo("in_progress");
        delete(id);
        gateway.send("DELETE", "/v1/responses/" + response, null, customer.key());
    }

    @Test
    void a_batch_is_no_answer_of_these_doors() {
        gateway.execute(
                "INSERT INTO job (id, account_id, owner, origin_id, kind, state, due_at, node_id, body_hash, created_at, deadline, gone_at,"
                        + " ended_at, sealed_bytes, charged_micros) SELECT 'chatcmpl-20261120115930123456789aaaaaaaa', account_id, '', id, 'batch', 'completed',"
                        + " 1, '', '', 1, 86400001, 9000000000000, 2, 0, 0 FROM api_key WHERE account_id = '"
                        + customer.account() + "'");
        for (String path : List.of("/v1/responses/resp_", PATH + "/v1_")) {
            String its = path + "20261120115930123456789aaaaaaaa";
            assertThat(gateway.get(its, customer.key()).status()).isEqualTo(404);
            assertThat(gateway.post(its + "/cancel", "", customer.key()).status())
                    .isEqualTo(404);
            assertThat(gateway.send("DELETE", its, null, customer.key()).status())
                    .isEqualTo(404);
        }
        assertThat(gateway.number("SELECT gone_at FROM job WHERE account_id = '" + customer.account() + "'"))
                .isPositive();
        gateway.execute("DELETE FROM job WHERE account_id = '" + customer.account() + "'");
    }

    // ---- the same request again ----

    private Reply send(String body, String name) {
        return gateway.send(
                gateway.request("POST", PATH, json("{'model':'gemini-3.8-flash'," + body + "}"), customer.key())
                        .header("Idempotency-Key", name));
    }

    @Test
    void an_idempotency_key_gives_the_first_interaction_as_it_is_now() {
        String id = send(HI, "once").json().path("id").asString();
        JsonNode done = until(id, "completed");
        assertThat(send(HI, "once").json()).isEqualTo(done);
        assertThat(field(send(HI + ",'generation_config':{'temperature':1}", "once")))
                .isEqualTo("Idempotency-Key");
        assertThat(jobs()).isEqualTo(1);
        delete(id);
        assertThat(send(HI, "once").json().path("id").asString()).isNotEqualTo(id);
    }

    // ---- images ----

    private static byte[] image() {
        byte[] noise = new byte[900_000];
        new Random(9).nextBytes(noise);
        ByteBuffer.wrap(noise)
                .putLong(0x89504e470d0a1a0aL)
                .putInt(13)
                .putInt(0x49484452)
                .putInt(64)
                .putInt(64);
        return noise;
    }

    private static void makes(byte[] image) {
        gateway.script(
                UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"inlineData":{"mimeType":"image/png","data":"%s"}}]},"finishReason":"STOP"}],
                 "usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":1120,
                 "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1120}],"totalTokenCount":1140}}""".formatted(Base64.getEncoder().encodeToString(image))));
    }

    @Test
    void an_image_is_whole_and_comes_with_its_data() {
        byte[] image = image();
        makes(image);
        Reply created = ask(
                gateway,
                customer,
                "'model':'gemini-3-pro-image','response_format':{'type':'image','delivery':'uri'}," + HI);
        assertThat(created.header("x-tollgate-ignored")).isEqualTo("response_format.delivery");
        JsonNode made = until(created.json().path("id").asString(), "completed");
        assertThat(Base64.getDecoder().decode(made.at("/steps/1/content/0/data").asString()))
                .isEqualTo(image);
    }

    private long images() {
        return gateway.number("SELECT COUNT(*) FROM stored_file WHERE account_id = '" + customer.account() + "'");
    }

    private String createWithoutRoom() {
        gateway.execute(
                "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                        + " SELECT 'full', id, '', 'key', 'kept', x'', 'image/png', 500000000, 0, '', 1, 9000000000000 FROM account WHERE id = '"
                        + customer.account() + "'");
        String id = create("'model':'gemini-3-pro-image'," + HI);
        CallServer.await("a pause", () -> get(id).json().has("paused"));
        return id;
    }

    private static void makeRoom() {
        gateway.execute("DELETE FROM stored_file WHERE id = 'full'");
    }

    @Test
    void a_deleted_interaction_leaves_no_image() {
        makes(image());
        String id = create("'model':'gemini-3-pro-image'," + HI);
        until(id, "completed");
        assertThat(images()).isEqualTo(1);
        delete(id);
        assertThat(images()).isZero();
    }

    /** Its server has not seen the wish yet. */
    @Test
    void an_interaction_that_is_deleted_as_it_ends_leaves_no_image() {
        makes(image());
        createWithoutRoom();
        gateway.execute("UPDATE job SET gone_at = 0, due_at = 1 WHERE state = 'open'");
        makeRoom();
        end();
        assertThat(customer.consumed()).isPositive();
        CallServer.await("no image", () -> images() == 0);
        assertThat(gateway.number("SELECT COUNT(*) FROM kept_response WHERE account_id = '" + customer.account() + "'"))
                .isZero();
    }

    @Test
    void an_image_for_which_there_is_no_room_is_waited_for() {
        makes(image());
        String id = createWithoutRoom();
        assertThat(get(id).json().at("/paused/reason").asString()).isEqualTo("storage");
        cancel(id);
        makeRoom();
    }
}
