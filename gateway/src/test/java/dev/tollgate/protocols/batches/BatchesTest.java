package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.BatchClient;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Batches from their creation to their results (J24–J29). */
@Timeout(120)
class BatchesTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String CHAT = "/v1/chat/completions";

    /** The members of openai's type. */
    private static final Set<String> OPENAIS = Set.of(
            "id",
            "completion_window",
            "created_at",
            "endpoint",
            "input_file_id",
            "object",
            "status",
            "cancelled_at",
            "cancelling_at",
            "completed_at",
            "error_file_id",
            "errors",
            "expired_at",
            "expires_at",
            "failed_at",
            "finalizing_at",
            "in_progress_at",
            "metadata",
            "model",
            "output_file_id",
            "request_counts",
            "usage");

    private static final Set<String> OURS =
            Set.of("credits_consumed", "min_credits", "max_credits", "projected_credits", "paused", "notes");

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
        customer = gateway.customer("100");
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 600, 10)));
    }

    private static String line(String id, String endpoint, String body) {
        return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}\n".formatted(id, endpoint, body);
    }

    private static String chat(String id, String more) {
        return line(id, CHAT, chatBody("gemini-3.5-flash", more));
    }

    private static String chatBody(String model, String more) {
        return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":1000%s}"
                .formatted(model, more);
    }

    private static String chats(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> chat("i" + i, "")).collect(Collectors.joining());
    }

    private BatchClient client() {
        return new BatchClient(gateway, customer.key());
    }

    private String upload(String content) {
        return client().upload(content);
    }

    private CallServer.Reply send(String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("authorization", "Bearer " + customer.key())
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return gateway.send(request);
    }

    private JsonNode create(String input, String endpoint, String more) {
        CallServer.Reply reply = send("/v1/batches", BatchClient.creation(upload(input), endpoint, more));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private JsonNode get(String id) {
        return gateway.get("/v1/batches/" + id, customer.key()).json();
    }

    private JsonNode ended(String id) {
        return client().ended(id);
    }

    private List<JsonNode> results(JsonNode batch, String member) {
        List<JsonNode> lines = new ArrayList<>();
        client().results(batch, member).lines().forEach(line -> lines.add(JSON.readTree(line)));
        return lines;
    }

    private static BigDecimal credits(JsonNode node) {
        return new BigDecimal(node.toString());
    }

    // ---- a batch that runs ----

    /** As OpenAI counts them, and as the Responses API does here. */
    @Test
    void tokens_of_thoughts_are_output_tokens() {
        gateway.script(UpstreamScript.answers()
                .thought("Hm.", new Tokens(10, 0, 0))
                .text("Done.")
                .finish("STOP", new Tokens(10, 20, 7)));
        JsonNode usage =
                ended(create(chat("a", ""), CHAT, "").path("id").asString()).path("usage");
        assertThat(usage.at("/output_tokens_details/reasoning_tokens").asInt()).isEqualTo(7);
        assertThat(usage.path("output_tokens").asInt()).isEqualTo(27);
        assertThat(usage.path("total_tokens").asInt())
                .isEqualTo(usage.path("input_tokens").asInt()
                        + usage.path("output_tokens").asInt());
    }

    @Test
    void a_batch_is_answered_line_by_line() {
        JsonNode created = create(
                "\uFEFF" + chat("one", "") + "\r\n" + chat("two", ",\"stream\":true") + chat("bad", ",\"n\":99"),
                CHAT,
                ",\"metadata\":{\"a\":\"b\"}");
        assertThat(created.path("status").asString()).isEqualTo("validating");
        Set<String> members = new TreeSet<>(OPENAIS);
        members.addAll(OURS);
        assertThat(new TreeSet<>(created.propertyNames())).isEqualTo(members);
        JsonNode batch = ended(created.path("id").asString());
        assertThat(batch.path("status").asString()).as(batch.toString()).isEqualTo("completed");
        assertThat(batch.path("request_counts").toString()).isEqualTo("{\"total\":3,\"completed\":2,\"failed\":1}");
        assertThat(batch.path("metadata").toString()).isEqualTo("{\"a\":\"b\"}");
        assertThat(batch.path("model").asString()).isEqualTo("gemini-3.5-flash");
        assertThat(batch.path("errors").isNull()).isTrue();
        assertThat(batch.path("usage").toString())
                .isEqualTo("{\"input_tokens\":20,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":1220,"
                        + "\"output_tokens_details\":{\"reasoning_tokens\":20},\"total_tokens\":1240}");
        List<JsonNode> answers = results(batch, "output_file_id");
        assertThat(answers).hasSize(2);
        JsonNode two = answers.get(1);
        String task = two.path("response").path("request_id").asString();
        assertThat(two.path("id").asString()).isEqualTo("batch_req_" + task.substring("chatcmpl-".length()));
        assertThat(two.path("custom_id").asString()).isEqualTo("two");
        assertThat(two.path("response").path("status_code").asInt()).isEqualTo(200);
        assertThat(two.path("response").path("ignored").toString()).isEqualTo("[\"stream\"]");
        assertThat(two.path("error").isNull()).isTrue();
        JsonNode body = two.path("response").path("body");
        assertThat(body.path("choices").path(0).path("message").path("content").asString())
                .isEqualTo("Done.");
        assertThat(gateway.text("SELECT request_id FROM call WHERE id = '" + task + "'"))
                .isEqualTo(batch.path("id").asString() + "/2");
        JsonNode bad = results(batch, "error_file_id").getFirst();
        assertThat(bad.path("custom_id").asString()).isEqualTo("bad");
        assertThat(bad.path("response").path("status_code").asInt()).isEqualTo(400);
        assertThat(bad.path("response").path("request_id").asString()) // async-openai wants a text
                .isEqualTo(bad.path("id").asString());
        assertThat(bad.path("response").path("body").path("error").path("param").asString())
                .isEqualTo("n");
        BigDecimal sum = answers.stream()
                .map(each -> credits(each.path("response").path("body").path("credits_consumed")))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(credits(batch.path("credits_consumed"))).isEqualByComparingTo(sum);
        assertThat(customer.consumed()).isEqualByComparingTo(sum);
    }

    @Test
    void lines_ask_for_flex_if_their_channel_grants_it() {
        JsonNode batch = ended(create(chat("a", "") + chat("b", ",\"service_tier\":\"default\""), CHAT, "")
                .path("id")
                .asString());
        List<JsonNode> answers = results(batch, "output_file_id");
        BigDecimal flex = credits(answers.get(0).path("response").path("body").path("credits_consumed"));
        BigDecimal standard =
                credits(answers.get(1).path("response").path("body").path("credits_consumed"));
        assertThat(flex.multiply(new BigDecimal(2))).isEqualByComparingTo(standard);
        assertThat(batch.path("notes").toString())
                .isEqualTo("[\"'gemini-3.5-flash': 1 line at the service tier flex, at 50 % of the price.\","
                        + "\"'gemini-3.5-flash': 1 line without the service tier flex, at the price of any call.\"]");
    }

    @Test
    void responses_and_embeddings_run_in_lines() {
        String body = "{\"model\":\"gemini-3.5-flash\",\"input\":\"Hi\",\"store\":true,\"background\":true}";
        JsonNode responses = ended(create(line("r", "/v1/responses", body), "/v1/responses", "")
                .path("id")
                .asString());
        JsonNode answer = results(responses, "output_file_id").getFirst();
        assertThat(answer.path("response").path("body").path("store").asBoolean())
                .isFalse();
        assertThat(answer.path("response").path("ignored").toString()).isEqualTo("[\"store\",\"background\"]");
        assertThat(gateway.number("SELECT COUNT(*) FROM kept_response WHERE account_id = '" + customer.account() + "'"))
                .isZero();
        String inputs = IntStream.range(0, 101).mapToObj(i -> "\"x\"").collect(Collectors.joining(","));
        String vectors = "{\"model\":\"gemini-embedding-001\",\"dimensions\":128,\"input\":[%s]}";
        JsonNode embeddings = ended(create(
                        line("ok", "/v1/embeddings", vectors.formatted("\"x\""))
                                + line("many", "/v1/embeddings", vectors.formatted(inputs)),
                        "/v1/embeddings",
                        "")
                .path("id")
                .asString());
        assertThat(results(embeddings, "output_file_id")
                        .getFirst()
                        .path("response")
                        .path("body")
                        .path("data")
                        .size())
                .isEqualTo(1);
        assertThat(results(embeddings, "error_file_id")
                        .getFirst()
                        .path("response")
                        .path("body")
                        .path("error")
                        .path("message")
                        .asString())
                .isEqualTo("'input' must have at most 100 strings in a line of a batch, got 101.");
    }

    @Test
    void lines_of_models_that_make_images_are_refused() {
        JsonNode batch = ended(create(line("a", CHAT, chatBody("gemini-2.5-flash-image", "")), CHAT, "")
                .path("id")
                .asString());
        assertThat(results(batch, "error_file_id")
                        .getFirst()
                        .path("response")
                        .path("body")
                        .path("error")
                        .path("param")
                        .asString())
                .isEqualTo("model");
        assertThat(batch.path("status").asString()).isEqualTo("completed");
    }

    @Test
    void an_unfit_input_fails_the_batch() {
        JsonNode batch = ended(create(chat("a", "") + chat("a", "") + "{\n", CHAT, "")
                .path("id")
                .asString());
        assertThat(batch.path("status").asString()).isEqualTo("failed");
        assertThat(batch.path("errors").toString())
                .isEqualTo(
                        "{\"object\":\"list\",\"data\":[{\"code\":\"duplicate_custom_id\",\"line\":2,"
                                + "\"message\":\"The custom_id is that of an earlier line. Each line of a batch needs its own.\",\"param\":\"custom_id\"},"
                                + "{\"code\":\"invalid_json_line\",\"line\":3,\"message\":\"The line is not valid JSON: it ends too early.\",\"param\":null}]}");
        assertThat(batch.path("output_file_id").isNull()).isTrue();
        assertThat(batch.path("error_file_id").isNull()).isTrue();
        assertThat(customer.consumed()).isEqualByComparingTo("0");
    }

    // ---- what creations are refused ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"endpoint":"/v1/chat/completions","completion_window":"24h"}                      | 400 | input_file_id
            {"input_file_id":"FILE","completion_window":"24h"}                                 | 400 | endpoint
            {"input_file_id":"FILE","endpoint":"/v1/completions","completion_window":"24h"}    | 400 | endpoint
            {"input_file_id":"FILE","endpoint":"/v1/chat/completions"}                         | 400 | completion_window
            {"input_file_id":"FILE","endpoint":"/v1/chat/completions","completion_window":"1h"} | 400 | completion_window
            {"input_file_id":"file-00","endpoint":"/v1/responses","completion_window":"24h"}   | 404 | input_file_id
            {"input_file_id":"FILE","endpoint":"/v1/responses","completion_window":"24h","requests":[]} | 400 | requests
            {"input_file_id":"FILE","endpoint":"/v1/responses","completion_window":"24h","webhook_config":{}} | 400 | webhook_config
            {"input_file_id":"FILE","endpoint":"/v1/responses","completion_window":"24h","callback_url":"x"} | 400 | callback_url
            {"input_file_id":"FILE","endpoint":"/v1/responses","completion_window":"24h","metadata":{"a":1}} | 400 | metadata.a
            {"input_file_id":"FILE","endpoint":"/v1/responses","completion_window":"24h","output_expires_after":{"anchor":"x","seconds":3600}} | 400 | output_expires_after.anchor
            {"input_file_id":"FILE","endpoint":"/v1/responses","completion_window":"24h","output_expires_after":{"anchor":"created_at","seconds":3599}} | 400 | output_expires_after.seconds
            """)
    void a_creation_is_refused_by_the_name_of_its_field(String body, int status, String param) {
        CallServer.Reply reply = send("/v1/batches", body.replace("FILE", upload(chat("a", ""))));
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.json().path("error").path("param").asString()).isEqualTo(param);
    }

    @Test
    void a_creation_needs_a_balance() {
        String file = upload(chat("a", ""));
        String set = "UPDATE account SET balance_micros = %d, purchased_micros = %d WHERE id = '%s'";
        gateway.execute(set.formatted(0, 0, customer.account()));
        CallServer.Reply reply = send("/v1/batches", BatchClient.creation(file, CHAT, ""));
        gateway.execute(set.formatted(100_000_000, 100_000_000, customer.account()));
        assertThat(reply.status()).isEqualTo(402);
    }

    @Test
    void four_batches_are_open_at_most() {
        customer = gateway.customer("0.001"); // each waits for credits
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(create(chat("a", ""), CHAT, "").path("id").asString());
        }
        CallServer.Reply fifth = send("/v1/batches", BatchClient.creation(upload(chat("a", "")), CHAT, ""));
        assertThat(fifth.status()).isEqualTo(429);
        assertThat(fifth.json().path("error").path("message").asString())
                .startsWith("The account has 4 batches that have not ended, which is the most.");
        ids.forEach(id -> {
            CallServer.await("its start", () -> !get(id).path("paused").isNull());
            CallServer.Reply cancelled = send("/v1/batches/" + id + "/cancel", "");
            assertThat(cancelled.json().path("status").asString()).isIn("cancelling", "cancelled");
        });
    }

    @Test
    void creations_and_estimates_of_a_day_are_limited() {
        String file = upload(chat("a", ""));
        String estimate = "{\"input_file_id\":\"" + file + "\",\"endpoint\":\"" + CHAT + "\"}";
        for (int i = 0; i < 200; i++) {
            assertThat(send("/v1/batches/estimate", estimate).status()).isEqualTo(200);
        }
        assertThat(send("/v1/batches/estimate", estimate).status()).isEqualTo(429);
        CallServer.Reply creation = send("/v1/batches", BatchClient.creation(file, CHAT, ""));
        assertThat(creation.status()).isEqualTo(429);
        assertThat(creation.json().path("error").path("message").asString())
                .startsWith("The account has created or estimated 200 batches within a day");
    }

    // ---- estimates ----

    /** A second calculator: no tokenizer makes more tokens than a text has bytes, and a message has 64 more. */
    @Test
    void an_estimate_is_the_sum_of_what_lines_cost_at_most() {
        Random random = new Random(Effort.seed("test.seed"));
        BigDecimal most = BigDecimal.ZERO;
        Map<String, Integer> tiers = new TreeMap<>(Map.of("flex", 0, "standard", 0, "priority", 0));
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            int tier = random.nextInt(3);
            String word = List.of("", ",\"service_tier\":\"default\"", ",\"service_tier\":\"priority\"")
                    .get(tier);
            String name = List.of("flex", "standard", "priority").get(tier);
            tiers.merge(name, 1, Integer::sum);
            int bytes = 1 + random.nextInt(500);
            int max = 1 + random.nextInt(5_000);
            input.append(line(
                    "i" + i,
                    CHAT,
                    "{\"model\":\"gemini-3.5-flash\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}"
                            .formatted(max, "x".repeat(bytes), word)));
            BigDecimal cost = BigDecimal.valueOf(300L * (bytes + 64) + 1_800L * max, 6)
                    .multiply(new BigDecimal(List.of("0.5", "1", "1.8").get(tier)));
            most = most.add(cost.setScale(6, RoundingMode.CEILING));
        }
        String body = "{\"input_file_id\":\"" + upload(input.toString()) + "\",\"endpoint\":\"" + CHAT + "\"}";
        JsonNode estimate = send("/v1/batches/estimate", body).json();
        assertThat(estimate.path("lines").asInt()).isEqualTo(200);
        tiers.forEach((tier, lines) ->
                assertThat(estimate.path("tiers").path(tier).asInt()).isEqualTo(lines));
        BigDecimal told = new BigDecimal(estimate.path("max_credits").asString());
        assertThat(told.subtract(most).abs()).isLessThanOrEqualTo(new BigDecimal("0.0002"));
    }

    @Test
    void an_estimate_of_an_unfit_input_names_its_faults() {
        String body = "{\"input_file_id\":\"" + upload("{}\n") + "\",\"endpoint\":\"" + CHAT + "\"}";
        JsonNode estimate = send("/v1/batches/estimate", body).json();
        assertThat(estimate.path("max_credits").isNull()).isTrue();
        assertThat(estimate.path("errors").path("data").path(0).path("param").asString())
                .isEqualTo("custom_id");
    }

    // ---- once ----

    @Test
    void a_repeated_creation_is_one_batch() {
        String body = BatchClient.creation(upload(chat("a", "")), CHAT, "");
        String first = send("/v1/batches", body, "Idempotency-Key", "k1")
                .json()
                .path("id")
                .asString();
        assertThat(send("/v1/batches", body, "Idempotency-Key", "k1")
                        .json()
                        .path("id")
                        .asString())
                .isEqualTo(first);
        assertThat(send("/v1/batches", body + " ", "Idempotency-Key", "k1").status())
                .isEqualTo(400);
        assertThat(send("/v1/batches", body, "x-stainless-retry-count", "1")
                        .json()
                        .path("id")
                        .asString())
                .as("an SDK repeats a lost creation")
                .isEqualTo(first);
        String second = send("/v1/batches", body, "x-stainless-retry-count", "0")
                .json()
                .path("id")
                .asString();
        assertThat(second).isNotEqualTo(first);
        assertThat(send("/v1/batches", body).json().path("id").asString()).isNotEqualTo(second);
    }

    // ---- who reads ----

    @Test
    void others_learn_nothing_of_a_batch() {
        JsonNode batch = ended(create(chat("a", ""), CHAT, "").path("id").asString());
        String id = batch.path("id").asString();
        String file = batch.path("input_file_id").asString();
        Customer other = gateway.customer("10");
        for (String path : List.of("/v1/batches/" + id, "/v1/batches/batch_0", "/v1/batches/" + id + "0")) {
            assertThat(gateway.get(path, other.key()).status()).as(path).isEqualTo(404);
        }
        assertThat(gateway.post("/v1/batches/" + id + "/cancel", "", other.key())
                        .status())
                .isEqualTo(404);
        assertThat(gateway.get("/v1/batches?after=" + id, other.key()).status()).isEqualTo(404);
        assertThat(gateway.get("/v1/batches", other.key()).json().path("data").size())
                .isZero();
        customer = other;
        assertThat(send("/v1/batches", BatchClient.creation(file, CHAT, "")).status())
                .isEqualTo(404);
        assertThat(send("/v1/batches/estimate", "{\"input_file_id\":\"" + file + "\",\"endpoint\":\"" + CHAT + "\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_batch_is_read_by_keys_of_its_owner() {
        String id = ended(create(chat("a", ""), CHAT, "").path("id").asString())
                .path("id")
                .asString();
        String second = gateway.createKey(customer.account(), KeySettings.named("second"))
                .secret();
        assertThat(gateway.get("/v1/batches/" + id, second).status()).isEqualTo(200);
        String management = gateway.createKey(
                        customer.account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();
        assertThat(gateway.get("/v1/batches/" + id, management).status()).isEqualTo(403);
    }

    @Test
    void batches_are_listed_page_by_page() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.addFirst(ended(create(chat("a", ""), CHAT, "").path("id").asString())
                    .path("id")
                    .asString());
        }
        JsonNode first = gateway.get("/v1/batches?limit=2", customer.key()).json();
        assertThat(first.path("has_more").asBoolean()).isTrue();
        assertThat(first.path("first_id").asString()).isEqualTo(ids.get(0));
        assertThat(first.path("last_id").asString()).isEqualTo(ids.get(1));
        JsonNode second = gateway.get("/v1/batches?limit=2&after=" + ids.get(1), customer.key())
                .json();
        assertThat(second.path("has_more").asBoolean()).isFalse();
        assertThat(second.path("data").path(0).path("id").asString()).isEqualTo(ids.get(2));
        assertThat(gateway.get("/v1/batches?limit=0", customer.key()).status()).isEqualTo(400);
    }

    // ---- ends ----

    @Test
    void a_batch_without_room_for_results_waits_and_goes_on() {
        String full = create(chats(1), CHAT, "").path("id").asString();
        ended(full);
        String ofFull = " WHERE id = 'chatcmpl-" + full.substring("batch_".length()) + "'";
        long bytes = gateway.number("SELECT sealed_bytes FROM job" + ofFull);
        gateway.script("- respond: [{delay_ms: 700}]");
        String id = create(chats(60), CHAT, "").path("id").asString();
        CallServer.await("its start", () -> get(id).path("status").asString("").equals("in_progress"));
        gateway.execute("UPDATE job SET sealed_bytes = " + (1L << 40) + ofFull);
        CallServer.await("a pause", () -> get(id).path("paused").isObject());
        assertThat(get(id).path("paused").path("reason").asString()).isEqualTo("storage");
        gateway.execute("UPDATE job SET sealed_bytes = " + bytes + ofFull);
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 600, 10)));
        gateway.execute("UPDATE job SET due_at = 1 WHERE pause = 'storage'");
        assertThat(ended(id).path("status").asString()).isEqualTo("completed");
        assertThat(get(id).path("paused").isNull()).isTrue();
    }

    @Test
    void a_cancelled_batch_names_the_lines_that_never_ran() {
        gateway.script("- respond: [{delay_ms: 1500}]");
        String id = create(chats(300), CHAT, "").path("id").asString();
        CallServer.await("its start", () -> get(id).path("status").asString("").equals("in_progress"));
        JsonNode cancelling = send("/v1/batches/" + id + "/cancel", "").json();
        assertThat(cancelling.path("cancelling_at").isNull()).isFalse();
        assertThat(send("/v1/batches/" + id + "/cancel", "").status()).isEqualTo(200);
        JsonNode batch = ended(id);
        assertThat(batch.path("status").asString()).isEqualTo("cancelled");
        List<JsonNode> lines = results(batch, "error_file_id");
        assertThat(lines.getLast().path("custom_id").asString()).isEqualTo("i300");
        assertThat(lines.getLast().path("error").path("code").asString()).isEqualTo("batch_cancelled");
        assertThat(lines.size() + results(batch, "output_file_id").size()).isEqualTo(300);
    }

    @Test
    void results_are_in_the_order_of_lines() {
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(1, 1, 0)));
        JsonNode batch = ended(create(chats(120), CHAT, "").path("id").asString());
        List<String> ids = results(batch, "output_file_id").stream()
                .map(each -> each.path("custom_id").asString())
                .toList();
        assertThat(ids)
                .isEqualTo(IntStream.rangeClosed(1, 120).mapToObj(i -> "i" + i).toList());
        assertThat(batch.path("projected_credits")).isEqualTo(batch.path("credits_consumed"));
    }
}
