package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What callers of responses in the background send and read (J1, J9, J30–J32). Bodies are written with single quotes. */
@Timeout(20)
class BackgroundDoorTest {

    private static final String SILENT = "- respond: [{delay_ms: 60000}]";
    private static final Tokens SOME = new Tokens(10, 600, 0);

    private static final String SCHEMA =
            ",'text':{'format':{'type':'json_schema','name':'p','strict':true,'schema':{'type':'object',"
                    + "'properties':{'age':{'type':'integer'}},'required':['age'],'additionalProperties':false}}}";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
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

    private static String body(String more) {
        return ("{'model':'gemini-3.5-flash','input':'Hi','background':true" + more + "}").replace('\'', '"');
    }

    private Reply send(String body, String name, String key) {
        var request = gateway.request("POST", "/v1/responses", body, key);
        return gateway.send(name == null ? request : request.header("Idempotency-Key", name));
    }

    private Reply send(String body) {
        return send(body, null, customer.key());
    }

    private String create(String body) {
        Reply reply = send(body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("id").asString();
    }

    private Reply get(String path) {
        return gateway.get("/v1/responses/" + path, customer.key());
    }

    private JsonNode until(String id, String status) {
        CallServer.await(
                status, () -> get(id).json().path("status").asString("").equals(status));
        return get(id).json();
    }

    private long jobs() {
        return gateway.number("SELECT COUNT(*) FROM job WHERE account_id = '" + customer.account() + "'");
    }

    // ---- refusals ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            /v1/responses         | 'input':'Hi','stream':true                       | background
            /v1/responses         | 'input':[{'role':'user','content':'Hi'},{'type':'compaction_trigger'}] | background
            /v1/responses/compact | 'input':'Hi'                                     | background
            /v1/responses         | 'input':'Hi','tools':[{'type':'computer'}]       | tools.0.type
            /v1/responses         | 'input':'Hi','previous_response_id':'resp_1'     | previous_response_id
            """)
    void what_cannot_be_made_in_the_background_is_refused_by_its_field(String path, String more, String field) {
        Reply refused = gateway.post(
                path,
                ("{'model':'gemini-3.5-flash','background':true," + more + "}").replace('\'', '"'),
                customer.key());
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo(field);
        assertThat(jobs()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'yes'", "1", "[]"})
    void background_is_true_or_false(String value) {
        Reply refused = send(body("").replace("true", value.replace('\'', '"')));
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo("background");
    }

    @Test
    void a_null_background_is_no_background() {
        Reply answered = send(body("").replace("true", "null"));
        assertThat(answered.json().path("status").asString()).isEqualTo("completed");
        assertThat(answered.json().path("background").asBoolean()).isFalse();
    }

    @Test
    void a_request_is_refused_that_takes_too_much_compressed() {
        byte[] noise = new byte[450_000];
        new Random(1).nextBytes(noise);
        String text = Base64.getEncoder().encodeToString(noise); // about its bytes again, compressed
        Reply fits = send(body("").replace("\"Hi\"", "\"" + text + "\""));
        assertThat(fits.status()).as(fits.text()).isEqualTo(200);
        Reply refused = send(body("").replace("\"Hi\"", "\"" + text + text.substring(0, 200_000) + "\""));
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo("input");
        assertThat(refused.error().path("message").asString()).contains("512 KiB");
    }

    @Test
    void a_request_is_refused_whose_response_would_repeat_too_much() {
        Reply refused = send(body(",'instructions':'" + "all ".repeat(300_000) + "'"));
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo("instructions");
    }

    @ParameterizedTest
    @CsvSource({"?stream=true,stream", "?starting_after=3,starting_after"})
    void it_is_not_streamed_again(String query, String field) {
        Reply refused = get(create(body("")) + query);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo(field);
    }

    @Test
    void a_server_that_keeps_nothing_makes_nothing_in_the_background() {
        try (CallServer other = CallServer.start("responses.store", "off")) {
            Reply refused = other.post(
                    "/v1/responses",
                    body("").replace("3.5-flash", "2.5-pro"),
                    other.customer("1").key());
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.error().path("param").asString()).isEqualTo("background");
        }
    }

    @Test
    void an_account_without_credits_begins_nothing() {
        customer = gateway.customer("0");
        assertThat(send(body("")).status()).isEqualTo(402);
        assertThat(jobs()).isZero();
    }

    // ---- the same request again ----

    @Test
    void an_idempotency_key_gives_the_first_response_as_it_is_now() {
        String id = send(body(""), "once", customer.key()).json().path("id").asString();
        until(id, "completed");
        Reply again = send(body(""), "once", customer.key());
        assertThat(again.json().path("id").asString()).isEqualTo(id);
        assertThat(again.json().path("status").asString()).isEqualTo("completed");
        Reply other = send(body(",'temperature':1"), "once", customer.key());
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.error().path("param").asString()).isEqualTo("Idempotency-Key");
        assertThat(jobs()).isEqualTo(1);

        gateway.send("DELETE", "/v1/responses/" + id, null, customer.key());
        assertThat(send(body(""), "once", customer.key()).json().path("id").asString())
                .isNotEqualTo(id);
    }

    @Test
    void a_failed_response_is_returned_again_to_its_key_only() {
        gateway.script("- respond: [{status: 400, body: {error: {code: 400, message: no, status: INVALID_ARGUMENT}}}]");
        String id = send(body(""), "once", customer.key()).json().path("id").asString();
        until(id, "failed");
        assertThat(send(body(""), "once", customer.key()).json().path("status").asString())
                .isEqualTo("failed");
        Customer other = gateway.customer("10");
        assertThat(send(body(""), "once", other.key()).json().path("id").asString())
                .isNotEqualTo(id);
    }

    // ---- what is read ----

    @Test
    void the_creation_has_the_headers_of_a_call() {
        Reply created = send(body(",'top_k':3"));
        assertThat(created.header("x-tollgate-model")).isEqualTo("gemini-3.5-flash");
        assertThat(created.header("x-tollgate-ignored")).contains("top_k");
    }

    @Test
    void the_input_can_be_read_before_the_end() {
        gateway.script(SILENT);
        String id = create(body(""));
        JsonNode items = get(id + "/input_items").json();
        assertThat(items.at("/data/0/content/0/text").asString()).isEqualTo("Hi");
        gateway.send("DELETE", "/v1/responses/" + id, null, customer.key());
        assertThat(get(id + "/input_items").status()).isEqualTo(404);
    }

    @Test
    void a_response_has_its_time_of_creation_from_begin_to_end() {
        Reply created = send(body(""));
        JsonNode done = until(created.json().path("id").asString(), "completed");
        assertThat(done.path("created_at").asLong())
                .isEqualTo(created.json().path("created_at").asLong());
    }

    @Test
    void a_response_that_is_still_made_cannot_be_continued() {
        gateway.script(SILENT);
        String id = create(body(""));
        Reply refused = send(body(",'previous_response_id':'" + id + "'"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asString()).isEqualTo("previous_response_id");
        assertThat(refused.error().path("message").asString()).contains("still being made");
        gateway.send("DELETE", "/v1/responses/" + id, null, customer.key());
        assertThat(send(body(",'previous_response_id':'" + id + "'"))
                        .error()
                        .path("code")
                        .asString())
                .isEqualTo("previous_response_not_found");
    }

    @Test
    void a_call_of_a_function_is_answered_in_the_background() {
        gateway.script(
                UpstreamScript.answers().call("weather", "{\"city\":\"Rome\"}").finish("STOP", SOME));
        String tools = ",'tools':[{'type':'function','name':'weather','strict':false,"
                + "'parameters':{'type':'object','properties':{'city':{'type':'string'}}}}]";
        String first =
                create(body(tools + ",'reasoning':{'summary':'auto'},'include':['reasoning.encrypted_content']"));
        JsonNode call = until(first, "completed").path("output").path(0);
        gateway.script(UpstreamScript.answers().text("It rains.").finish("STOP", SOME));
        String second = create(body(tools + ",'previous_response_id':'" + first + "'")
                .replace(
                        "\"Hi\"",
                        "[{\"type\":\"function_call_output\",\"call_id\":" + call.path("call_id")
                                + ",\"output\":\"rain\"}]"));
        assertThat(until(second, "completed").at("/output/0/content/0/text").asString())
                .isEqualTo("It rains.");
    }

    @Test
    void an_answer_that_does_not_fit_its_schema_is_asked_for_again() {
        gateway.script(UpstreamScript.answers()
                .text("{\"age\":\"old\"}")
                .finish("STOP", SOME)
                .times(1)
                .next()
                .text("{\"age\":3}")
                .finish("STOP", SOME));
        String id = create(body(SCHEMA));
        assertThat(until(id, "completed").at("/output/0/content/0/text").asString())
                .isEqualTo("{\"age\":3}");
    }

    @Test
    void the_call_has_the_labels_of_the_creation() {
        gateway.execute(
                "UPDATE account SET tag_names = 'feature team', end_users = 1 WHERE id = '" + customer.account() + "'");
        var request = gateway.request(
                "POST", "/v1/responses", body(",'metadata':{'team':'red'},'user':'ann'"), customer.key());
        String id = gateway.send(request.header("x-tollgate-tags", "feature=search"))
                .json()
                .path("id")
                .asString();
        String task = until(id, "completed").path("task_id").asString();
        assertThat(gateway.text("SELECT labels FROM call WHERE id = '" + task + "'")
                        .split(" "))
                .hasSize(3); // a tag of the header, one of the metadata, the end user
    }

    @Test
    void the_creation_says_what_is_left_of_a_rate() {
        customer = gateway.customer("1000", KeyOptions.perMinute(2));
        Reply created = send(body(""));
        assertThat(created.header("x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(created.header("x-ratelimit-remaining-requests")).isEqualTo("1");
    }

    @Test
    void an_answer_that_was_cut_is_incomplete() {
        gateway.script(UpstreamScript.answers().text("Do").finish("MAX_TOKENS", SOME));
        JsonNode cut = until(create(body("")), "incomplete");
        assertThat(cut.at("/incomplete_details/reason").asString()).isEqualTo("max_output_tokens");
    }

    @Test
    void an_image_is_whole_as_soon_as_the_response_is_complete() {
        byte[] image = image(900_000);
        makes(image);
        String id = create(body("").replace("gemini-3.5-flash", "gemini-3-pro-image"));
        JsonNode made = until(id, "completed");
        assertThat(Base64.getDecoder().decode(made.findValuesAsString("result").getFirst()))
                .isEqualTo(image);
    }

    @Test
    void an_image_for_which_there_is_no_room_is_waited_for() {
        makes(image(900_000));
        gateway.execute(
                "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                        + " SELECT 'full', id, '', 'key', 'kept', x'', 'image/png', 500000000, 0, '', 1, 9000000000000 FROM account WHERE id = '"
                        + customer.account() + "'");
        String id = create(body("").replace("gemini-3.5-flash", "gemini-3-pro-image"));
        CallServer.await("a pause", () -> get(id).json().has("paused"));
        assertThat(get(id).json().at("/paused/reason").asString()).isEqualTo("storage");
        gateway.post("/v1/responses/" + id + "/cancel", "", customer.key());
        gateway.execute("DELETE FROM stored_file WHERE id = 'full'");
    }

    private static byte[] image(int bytes) {
        byte[] noise = new byte[bytes];
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
    void a_request_that_cannot_be_read_any_more_fails_and_is_shown() {
        gateway.script(SILENT);
        String id = create(body(""));
        until(id, "in_progress");
        gateway.execute("UPDATE job_line SET sealed = NULL WHERE line = 0");
        JsonNode shown = get(id).json();
        assertThat(shown.path("id").asString()).isEqualTo(id);
        assertThat(shown.path("status").asString()).isEqualTo("in_progress");
        gateway.post("/v1/responses/" + id + "/cancel", "", customer.key());
        until(id, "cancelled");
    }

    @Test
    void a_failure_names_nothing_of_the_provider() {
        gateway.script(
                "- respond: [{status: 400, body: {error: {code: 400, message: 'projects/secret-7 at https://upstream.test', status: INVALID_ARGUMENT}}}]");
        JsonNode failed = until(create(body("")), "failed");
        assertThat(failed.path("error").toString()).doesNotContain("secret-7").doesNotContain("upstream.test");
        assertThat(failed.path("output")).isEmpty();
    }
}
