package dev.tollgate.protocols.embeddings;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.SandboxRequest;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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

/** {@code POST /v1/embeddings} and Google's methods, against the sandbox (E67 to E69). */
@Timeout(240)
class EmbeddingsTest {

    private static final String PATH = "/v1/embeddings";
    private static final String FIRST = "gemini-embedding-001";

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
    void begin() {
        gateway.script("[]");
        customer = gateway.customer("100");
    }

    private CallServer.Reply embed(String body) {
        return gateway.post(PATH, body, customer.key());
    }

    private static String body(String more) {
        return "{\"model\":\"" + FIRST + "\"," + more + "}";
    }

    private static List<Float> floats(JsonNode embedding) {
        List<Float> floats = new ArrayList<>();
        if (embedding.isString()) {
            ByteBuffer little = ByteBuffer.wrap(Base64.getDecoder().decode(embedding.stringValue()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (little.hasRemaining()) {
                floats.add(little.getFloat());
            }
        } else {
            embedding.forEach(number -> floats.add(Float.valueOf(number.toString())));
        }
        return floats;
    }

    private static double length(List<Float> vector) {
        return Math.sqrt(vector.stream().mapToDouble(it -> (double) it * it).sum());
    }

    private static long askedFor(String method) {
        return gateway.asked().stream()
                .filter(it -> it.path().endsWith(":" + method))
                .count();
    }

    @Test
    void a_text_becomes_a_list_of_one_vector_and_is_charged_by_its_tokens() {
        CallServer.Reply reply = embed(body("\"input\":\"Hello embeddings, how are you?\""));
        assertThat(reply.status()).isEqualTo(200);
        JsonNode json = reply.json();
        assertThat(json.get("object").stringValue()).isEqualTo("list");
        assertThat(json.get("model").stringValue()).isEqualTo(FIRST);
        JsonNode data = json.get("data");
        assertThat(data.size()).isEqualTo(1);
        assertThat(data.get(0).get("object").stringValue()).isEqualTo("embedding");
        assertThat(data.get(0).get("index").intValue()).isZero();
        assertThat(data.get(0).get("embedding").size()).isEqualTo(3_072);
        long tokens = json.get("usage").get("prompt_tokens").longValue(); // counted by the upstream
        assertThat(tokens).isEqualTo(8);
        assertThat(json.get("usage").get("total_tokens").longValue()).isEqualTo(tokens);
        BigDecimal credits = json.get("credits_consumed").decimalValue();
        assertThat(credits).isEqualByComparingTo("0.00024"); // 8 tokens at 30 credits a million
        assertThat(customer.consumed()).isEqualByComparingTo(credits);

        JsonNode task = customer.lastTask();
        assertThat(task.get("usage_flags").isEmpty()).isTrue();
        assertThat(reply.header("x-tollgate-task-id")).isEqualTo(task.get("id").stringValue());
        JsonNode receipt = gateway.get("/v1/receipts/" + task.get("id").stringValue(), customer.key())
                .json();
        assertThat(receipt.toString()).contains("\"prompt_tokens\":8");
    }

    @Test
    void base64_is_the_same_vector_as_the_numbers() {
        String input = "\"input\":[\"one\",\"two words\"],\"dimensions\":256";
        JsonNode numbers = embed(body(input)).json().get("data");
        JsonNode coded =
                embed(body(input + ",\"encoding_format\":\"base64\"")).json().get("data");
        for (int i = 0; i < 2; i++) {
            List<Float> vector = floats(numbers.get(i).get("embedding"));
            assertThat(vector).hasSize(256);
            assertThat(floats(coded.get(i).get("embedding"))).isEqualTo(vector);
        }
    }

    @Test
    void a_shorter_vector_has_length_1_though_the_upstream_leaves_it_longer() {
        List<Float> vector = floats(embed(body("\"input\":\"shortened\",\"dimensions\":768"))
                .json()
                .get("data")
                .get(0)
                .get("embedding"));
        assertThat(vector).hasSize(768);
        assertThat(length(vector)).isBetween(0.999, 1.001);
        JsonNode asked = gateway.asked().stream()
                .filter(it -> it.path().endsWith(":batchEmbedContents"))
                .toList()
                .getLast()
                .body();
        assertThat(asked.get("requests").get(0).get("outputDimensionality").intValue())
                .isEqualTo(768);
    }

    @Test
    void hundreds_of_texts_are_split_into_requests_of_a_hundred_in_order() {
        long before = askedFor("batchEmbedContents");
        String inputs =
                IntStream.range(0, 250).mapToObj(i -> "\"text" + i + "\"").collect(Collectors.joining(","));
        JsonNode all = embed(body("\"input\":[" + inputs + "],\"dimensions\":128"))
                .json()
                .get("data");
        assertThat(all.size()).isEqualTo(250);
        assertThat(askedFor("batchEmbedContents") - before).isEqualTo(3);
        for (int i : new int[] {0, 99, 100, 199, 200, 249}) {
            assertThat(all.get(i).get("index").intValue()).isEqualTo(i);
            JsonNode alone = embed(body("\"input\":\"text" + i + "\",\"dimensions\":128"))
                    .json();
            assertThat(all.get(i).get("embedding"))
                    .isEqualTo(alone.get("data").get(0).get("embedding"));
        }
    }

    @Test
    void a_failed_part_makes_the_whole_call_free() {
        gateway.script("[{match: {method: batchEmbedContents, text: text200}, respond: [{status: 400}]}]");
        String inputs =
                IntStream.range(0, 250).mapToObj(i -> "\"text" + i + "\"").collect(Collectors.joining(","));
        CallServer.Reply reply = embed(body("\"input\":[" + inputs + "],\"dimensions\":128"));
        assertThat(reply.status()).isEqualTo(503);
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        assertThat(customer.lastTask().get("status").stringValue()).isEqualTo("failed");
    }

    @Test
    void a_passing_failure_is_retried() {
        gateway.script("[{match: {method: batchEmbedContents}, times: 1, respond: [{status: 500}]}]");
        CallServer.Reply reply = embed(body("\"input\":\"try again\""));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
    }

    @Test
    void an_uncounted_call_is_charged_by_an_estimate() {
        gateway.script("[{match: {method: countTokens}, respond: [{status: 500}]}]");
        JsonNode json =
                embed(body("\"input\":\"a text of thirty-two bytes, yes.\"")).json();
        assertThat(json.get("usage").get("prompt_tokens").longValue()).isEqualTo(8);
        assertThat(customer.lastTask().toString()).contains("estimated");
    }

    @Test
    void an_input_above_the_limit_is_named_and_costs_nothing() {
        String fits = "\"" + "word ".repeat(1_600) + "\""; // 8,000 bytes are 2,000 of 2,048 tokens
        String tooLong = "\"" + "word ".repeat(1_700) + "\"";
        assertThat(embed(body("\"input\":[\"short\"," + fits + "]")).status()).isEqualTo(200);
        BigDecimal before = customer.consumed();
        CallServer.Reply reply = embed(body("\"input\":[\"short\"," + fits + "," + tooLong + "]"));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").stringValue()).isEqualTo("input.2");
        assertThat(reply.error().get("message").stringValue()).contains("at most 2048 tokens", "got 2125");
        assertThat(customer.consumed()).isEqualByComparingTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "input":""                                            | input      | check_embedding_ctx_length=False
            "input":["a",""]                                      | input.1    | check_embedding_ctx_length=False
            "input":[1,2,3]                                       | input.0    | check_embedding_ctx_length=False
            "input":[[1,2],[3]]                                   | input.0    | check_embedding_ctx_length=False
            "input":[]                                            | input      | at least 1
            "input":7                                             | input      | string
            "user":"u"                                            | input      | required
            "input":"a","dimensions":127                          | dimensions | between 128 and 3072
            "input":"a","dimensions":3073                         | dimensions | between 128 and 3072
            "input":"a","dimensions":0                            | dimensions | integer
            "input":"a","encoding_format":"hex"                   | encoding_format | float
            "input":"a","google":{"task_type":"SONG"}             | google.task_type | RETRIEVAL_QUERY
            "input":"a","google":{"title":"t"}                    | google.title | RETRIEVAL_DOCUMENT
            """)
    void what_cannot_be_embedded_is_refused_by_its_field(String more, String field, String message) {
        CallServer.Reply reply = embed(body(more));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").stringValue()).isEqualTo(field);
        assertThat(reply.error().get("message").stringValue()).contains(message);
        assertThat(customer.tasks()).isZero();
    }

    @Test
    void more_inputs_than_allowed_are_refused() {
        String inputs = "\"a\",".repeat(2_048) + "\"a\"";
        CallServer.Reply reply = embed(body("\"input\":[" + inputs + "]"));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("message").stringValue()).contains("2048");
    }

    @Test
    void a_chat_model_makes_no_embeddings_and_the_reverse() {
        CallServer.Reply chat = embed("{\"model\":\"gemini-2.5-pro\",\"input\":\"a\"}");
        assertThat(chat.status()).isEqualTo(400);
        assertThat(chat.error().get("message").stringValue()).contains("makes no embeddings");
        CallServer.Reply embedding = customer.chat(body("\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]"));
        assertThat(embedding.status()).isEqualTo(400);
        assertThat(embedding.error().get("param").stringValue()).isEqualTo("model");
        assertThat(embedding.error().get("message").stringValue()).contains("/v1/embeddings");
        CallServer.Reply generate = google(FIRST, "generateContent", "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]}");
        assertThat(generate.status()).isEqualTo(400);
        assertThat(google("gemini-2.5-pro", "embedContent", "{\"content\":{\"parts\":[{\"text\":\"a\"}]}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void task_type_and_title_go_upstream_where_the_model_knows_them() {
        String google = "\"google\":{\"task_type\":\"retrieval_document\",\"title\":\"A title\"}";
        CallServer.Reply known = embed(body("\"input\":\"a\",\"user\":\"u\"," + google));
        assertThat(known.header("x-tollgate-ignored")).isEqualTo("user");
        JsonNode asked = lastBatch().get("requests").get(0);
        assertThat(asked.get("taskType").stringValue()).isEqualTo("RETRIEVAL_DOCUMENT");
        assertThat(asked.get("title").stringValue()).isEqualTo("A title");

        CallServer.Reply unknown = embed("{\"model\":\"gemini-embedding-2\",\"input\":\"a\"," + google + "}");
        assertThat(unknown.header("x-tollgate-ignored")).contains("google.task_type", "google.title");
        assertThat(lastBatch().get("requests").get(0).has("taskType")).isFalse();
    }

    private static JsonNode lastBatch() {
        return gateway.asked().stream()
                .filter(it -> it.path().endsWith(":batchEmbedContents"))
                .map(SandboxRequest::body)
                .toList()
                .getLast();
    }

    @Test
    void a_repeated_idempotency_key_replays_the_vectors_and_charges_once() {
        String body = body("\"input\":\"once\"");
        CallServer.Reply first = gateway.send(keyed(body));
        CallServer.Reply again = gateway.send(keyed(body));
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(customer.lastTask().get("status").stringValue()).isEqualTo("completed");
        assertThat(customer.tasks()).isEqualTo(1);
        assertThat(customer.consumed())
                .isEqualByComparingTo(first.json().get("credits_consumed").decimalValue());
    }

    private java.net.http.HttpRequest.Builder keyed(String body) {
        return gateway.request(PATH)
                .setHeader("Authorization", "Bearer " + customer.key())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "embed-once")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body));
    }

    @Test
    void an_account_that_cannot_pay_is_refused_before_the_upstream_is_asked() {
        Customer poor = gateway.customer("0.000001");
        long before = askedFor("batchEmbedContents");
        CallServer.Reply reply = gateway.post(PATH, body("\"input\":\"" + "word ".repeat(1_000) + "\""), poor.key());
        assertThat(reply.status()).isEqualTo(402);
        assertThat(askedFor("batchEmbedContents")).isEqualTo(before);
    }

    @Test
    void the_limits_of_a_key_count_embeddings() {
        Customer limited = gateway.customer("1", CallServer.KeyOptions.perMinute(1));
        assertThat(gateway.post(PATH, body("\"input\":\"a\""), limited.key()).status())
                .isEqualTo(200);
        CallServer.Reply second = gateway.post(PATH, body("\"input\":\"a\""), limited.key());
        assertThat(second.status()).isEqualTo(429);
        Customer other = gateway.customer("1", CallServer.KeyOptions.allow("203.0.113.0/24"));
        assertThat(gateway.post(PATH, body("\"input\":\"a\""), other.key()).status())
                .isEqualTo(403);
    }

    @Test
    void a_small_balance_suffices_once_the_tokens_are_counted() {
        Customer poor =
                gateway.customer("0.04"); // 5,000 bytes are held as 5,064 tokens: 0.15 credits; counted they are 0.0375
        CallServer.Reply reply = gateway.post(PATH, body("\"input\":\"" + "word ".repeat(1_000) + "\""), poor.key());
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().get("credits_consumed").decimalValue()).isEqualByComparingTo("0.0375");
    }

    @Test
    void googles_methods_answer_in_googles_form_at_the_same_price() {
        CallServer.Reply one = google(
                FIRST,
                "embedContent",
                "{\"content\":{\"parts\":[{\"text\":\"one\"}]},\"task_type\":\"CLUSTERING\",\"outputDimensionality\":128}");
        assertThat(one.status()).isEqualTo(200);
        JsonNode values = one.json().get("embedding").get("values");
        assertThat(values.size()).isEqualTo(128);
        assertThat(one.json().get("usageMetadata").get("promptTokenCount").intValue())
                .isEqualTo(1);

        CallServer.Reply batch = google(
                FIRST,
                "batchEmbedContents",
                "{\"requests\":[{\"model\":\"models/x\",\"content\":{\"parts\":[{\"text\":\"one\"}]},\"outputDimensionality\":128},"
                        + "{\"content\":{\"parts\":[{\"text\":\"two\"},{\"text\":\"parts\"}]}}]}");
        JsonNode embeddings = batch.json().get("embeddings");
        assertThat(embeddings.get(0).get("values")).isEqualTo(values);
        assertThat(embeddings.get(1).get("values").size()).isEqualTo(3_072);
        assertThat(batch.header("x-tollgate-task-id")).isNotEmpty();
        JsonNode same = embed(body("\"input\":\"one\",\"dimensions\":128")).json();
        assertThat(same.get("data").get(0).get("embedding")).isEqualTo(values);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            embedContent       | {}                                                                  | content
            embedContent       | {"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AA=="}}]}} | content.parts[0]
            embedContent       | {"content":{"parts":[{"text":"a"}]},"outputDimensionality":1}       | output_dimensionality
            embedContent       | {"content":{"parts":[{"text":"a"}]},"taskType":"SONG"}              | task_type
            batchEmbedContents | {"requests":[]}                                                     | requests
            batchEmbedContents | {"requests":[{"content":{"parts":[{"text":""}]}}]}                  | requests[0].content
            """)
    void googles_methods_name_what_is_wrong(String method, String body, String field) {
        CallServer.Reply reply = google(FIRST, method, body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("status").stringValue()).isEqualTo("INVALID_ARGUMENT");
        assertThat(reply.error().toString()).contains("\"field\":\"" + field + "\"");
    }

    private CallServer.Reply google(String model, String method, String body) {
        return gateway.send(gateway.request("/v1beta/models/" + model + ":" + method)
                .header("x-goog-api-key", customer.key())
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void lists_tell_models_of_embeddings_from_others() {
        JsonNode model = gateway.get("/v1/models/" + FIRST, customer.key()).json();
        assertThat(model.get("kind").stringValue()).isEqualTo("embedding");
        assertThat(model.get("dimensions").get("max").intValue()).isEqualTo(3_072);
        assertThat(model.get("pricing").get("input").decimalValue()).isEqualByComparingTo("30");
        assertThat(model.has("max_output_tokens")).isFalse();
        JsonNode google = gateway.send(gateway.request("/v1beta/models/" + FIRST)
                        .header("x-goog-api-key", customer.key())
                        .GET())
                .json();
        assertThat(google.get("supportedGenerationMethods").toString()).contains("embedContent");
        assertThat(gateway.get("/v1/prices", customer.key()).text()).contains(FIRST);
    }

    @Test
    void the_path_works_without_its_version() {
        assertThat(gateway.post("/embeddings", body("\"input\":\"a\""), customer.key())
                        .status())
                .isEqualTo(200);
    }
}
