package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.whole;

import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.testing.Today;
import dev.tollgate.testing.VertexCredentials;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The channel to Vertex AI against the sandbox's paths of a project, which know no more than Vertex does (protocol 1.1; docs/sandbox.md). */
@Timeout(240)
class VertexSandboxTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String MODELS = "/v1beta/models/";

    private final Vertx vertx = Vertx.vertx();
    private final FarServer tokens = new FarServer(
            request -> whole(200, "{\"access_token\":\"ya29.token\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"));
    private Sandbox sandbox;
    private Path credentials;
    private CallChannels channels;

    @BeforeEach
    void start() throws Exception {
        sandbox = await(Sandbox.start(vertx, SandboxOptions.defaults().withClock(Today::instant)));
        credentials = VertexCredentials.file(tokens.url());
        channels = CallChannels.of(
                """
                channels: [{id: v, kind: vertex, base_url: "%s", location: europe-west4, credentials_file: "%s"}]
                """.formatted(sandbox.baseUrl(), credentials), Map.of("TOLLGATE_MEDIA_GS", "open-bucket"));
    }

    @AfterEach
    void stop() throws Exception {
        channels.close();
        await(sandbox.close());
        await(vertx.close());
        tokens.close();
        Files.delete(credentials);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private CallServer.Reply post(String path, JsonNode body) {
        return channels.gateway()
                .post(path, body.toString(), channels.customer().key());
    }

    private static ObjectNode nativeBody() {
        ObjectNode body = JSON.createObjectNode();
        body.putArray("contents");
        return body;
    }

    private static ObjectNode content(ObjectNode body, String role, String parts) {
        ObjectNode content = ((ArrayNode) body.get("contents")).addObject().put("role", role);
        content.set("parts", JSON.readTree(parts));
        return body;
    }

    private JsonNode lastAsked() {
        return sandbox.requests().getLast().body();
    }

    @Test
    void answers_come_whole_and_in_pieces_through_both_doors_with_usage_on_the_last_event() {
        CallServer.Reply chat = channels.customer().chat("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"What is 2+2?"}]}""");
        assertThat(chat.json().at("/choices/0/message/content").asString()).isEqualTo("2 + 2 = 4.");
        ObjectNode question = content(nativeBody(), "user", "[{\"text\":\"What is 2+2?\"}]");
        for (String method : new String[] {"generateContent", "streamGenerateContent?alt=sse"}) {
            CallServer.Reply reply = post(MODELS + "gemini-3-pro:" + method, question);
            assertThat(reply.text()).contains("2 + 2 = 4.", "\"credits_consumed\":");
        }
        assertThat(sandbox.requests()).allSatisfy(request -> {
            assertThat(request.path())
                    .startsWith("/v1/projects/acme-prod/locations/europe-west4/publishers/google/models/");
            assertThat(request.headers()).containsEntry("authorization", "Bearer ya29.token");
        });
        assertThat(channels.customer().lastTask().get("usage_flags")).isEmpty();
    }

    /** The sandbox refuses ids on 2.x, signatures that are altered, and on 3 calls without them. */
    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void a_loop_of_calls_with_ids_is_walked_through_the_gemini_door(String model) {
        ObjectNode body = content(nativeBody(), "user", "[{\"text\":\"Weather in Oslo and Rome\"}]");
        body.set("tools", JSON.readTree("""
                [{"functionDeclarations":[{"name":"get_weather","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}}]}]"""));
        for (int turn = 0; turn < 2; turn++) {
            CallServer.Reply asked = post(MODELS + model + ":generateContent", body);
            assertThat(asked.status()).as(asked.text()).isEqualTo(200);
            ArrayNode parts = (ArrayNode) asked.json().at("/candidates/0/content/parts");
            ArrayNode results = JSON.createArrayNode();
            for (JsonNode part : parts) {
                if (part.get("functionCall") instanceof ObjectNode call) {
                    call.put("id", "of-the-caller-" + results.size()); // as a client that makes ids of its own
                    results.addObject()
                            .putObject("functionResponse")
                            .put("id", call.get("id").asString())
                            .put("name", "get_weather")
                            .putObject("response")
                            .put("output", "4C");
                }
            }
            assertThat(results.size()).isEqualTo(2);
            content(body, "model", parts.toString());
            content(body, "user", results.toString());
            CallServer.Reply told = post(MODELS + model + ":generateContent", body);
            assertThat(told.status()).as(told.text()).isEqualTo(200);
            content(body, "model", told.json().at("/candidates/0/content/parts").toString());
            content(body, "user", "[{\"text\":\"And the weather in Oslo and Rome now?\"}]");
        }
    }

    private static final String WEATHER = """
            [{"functionDeclarations":[{"name":"get_weather","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}}]}]""";

    /** Results come in the other order, and only the ids say so. */
    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void ids_that_the_upstream_did_not_make_stay_here_and_each_result_with_its_call(String model) {
        ObjectNode body = askedForTwoCities(model, "call_");

        CallServer.Reply told = post(MODELS + model + ":generateContent", body);

        assertThat(told.status()).as(told.text()).isEqualTo(200);
        JsonNode contents = lastAsked().get("contents");
        assertThat(contents.findValues("id")).isEmpty();
        assertThat(contents.get(1).findValuesAsString("city")).containsExactly("Oslo", "Rome");
        assertThat(contents.get(2).findValuesAsString("of")).containsExactly("Oslo", "Rome");
    }

    @Test
    void ids_that_the_upstream_made_go_back_to_it() {
        ObjectNode body = askedForTwoCities("gemini-3-pro", null);

        CallServer.Reply told = post(MODELS + "gemini-3-pro:generateContent", body);

        assertThat(told.status()).as(told.text()).isEqualTo(200);
        JsonNode contents = lastAsked().get("contents");
        assertThat(contents.get(2).findValuesAsString("of")).containsExactly("Rome", "Oslo");
        assertThat(contents).isEqualTo(body.get("contents"));
        assertThat(contents.findValues("id")).hasSize(4);
    }

    @Test
    void an_older_model_gets_not_even_the_ids_that_a_newer_one_has_made() {
        ObjectNode body = askedForTwoCities("gemini-3-pro", null);

        CallServer.Reply told = post(MODELS + "gemini-2.5-pro:generateContent", body);

        assertThat(told.status()).as(told.text()).isEqualTo(200);
        JsonNode contents = lastAsked().get("contents");
        assertThat(contents.findValues("id")).isEmpty();
        assertThat(contents.get(1).findValuesAsString("city")).containsExactly("Oslo", "Rome");
        assertThat(contents.get(2).findValuesAsString("of")).containsExactly("Oslo", "Rome");
    }

    /** @param ids what the ids of the caller's own begin with; null: the upstream's are kept */
    private ObjectNode askedForTwoCities(String model, String ids) {
        ObjectNode body = content(nativeBody(), "user", "[{\"text\":\"Weather in Oslo and Rome\"}]");
        body.set("tools", JSON.readTree(WEATHER));
        JsonNode parts = post(MODELS + model + ":generateContent", body).json().at("/candidates/0/content/parts");
        ArrayNode results = JSON.createArrayNode();
        int made = 0;
        for (JsonNode part : parts) {
            if (part.get("functionCall") instanceof ObjectNode call) {
                String id = ids == null ? call.get("id").asString() : ids + made++;
                ObjectNode result = call.put("id", id).objectNode();
                result.putObject("functionResponse")
                        .put("id", id)
                        .put("name", "get_weather")
                        .putObject("response")
                        .set("of", call.at("/args/city"));
                results.insert(0, result);
            }
        }
        content(body, "model", parts.toString());
        return content(body, "user", results.toString());
    }

    @Test
    void a_conversation_started_elsewhere_is_sent_without_its_ids() {
        String calls = """
                {"model":"gemini-3-pro","stream":false,"messages":[{"role":"user","content":"Weather in Oslo?"},{"role":"assistant",\
                "content":null,"tool_calls":[{"id":"%s","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},\
                {"role":"tool","tool_call_id":"%s","content":"4C"}]}""";
        for (String id : new String[] {"toolu_01A", "call_1", "chatcmpl-tool-1"}) {
            CallServer.Reply reply = channels.customer().chat(calls.formatted(id, id));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(lastAsked().get("contents").findValues("id")).as(id).isEmpty();
        }
    }

    @Test
    void its_own_conversation_is_sent_with_ids_through_the_openai_door() {
        String tools =
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}]";
        String question = "{\"role\":\"user\",\"content\":\"Weather in Oslo and Rome\"}";
        CallServer.Reply asked = channels.customer()
                .chat("{\"model\":\"gemini-3-pro\",\"stream\":false," + tools + ",\"messages\":[" + question + "]}");
        JsonNode message = asked.json().at("/choices/0/message");
        StringBuilder results = new StringBuilder();
        message.get("tool_calls")
                .forEach(call -> results.append(",{\"role\":\"tool\",\"content\":\"4C\",\"tool_call_id\":")
                        .append(call.get("id"))
                        .append('}'));

        CallServer.Reply told = channels.customer()
                .chat("{\"model\":\"gemini-3-pro\",\"stream\":false," + tools + ",\"messages\":[" + question + ","
                        + message + results + "]}");

        assertThat(told.status()).as(told.text()).isEqualTo(200);
        assertThat(lastAsked().get("contents").findValues("id")).hasSize(4);
    }

    @Test
    void files_in_an_open_bucket_are_named_and_everything_else_goes_along_in_the_body() {
        CallServer.Reply bucket = post(MODELS + "gemini-2.5-pro:generateContent", content(nativeBody(), "user", """
                        [{"text":"What is it?"},{"fileData":{"fileUri":"gs://open-bucket/a.mp4","mimeType":"video/mp4"}}]"""));
        assertThat(bucket.status()).as(bucket.text()).isEqualTo(200);
        assertThat(lastAsked().findValue("fileUri").asString()).isEqualTo("gs://open-bucket/a.mp4");
        CallServer.Reply closed = post(MODELS + "gemini-2.5-pro:generateContent", content(nativeBody(), "user", """
                        [{"fileData":{"fileUri":"gs://other/a.mp4","mimeType":"video/mp4"}}]"""));
        assertThat(closed.status()).isEqualTo(400);

        byte[] video = MediaSamples.video(16_000_000, 1);
        CallServer.Reply large = channels.customer().chat(MediaSamples.call(MediaSamples.dataUrl("video/mp4", video)));
        assertThat(large.status()).as(large.text()).isEqualTo(200);
        assertThat(large.json().at("/choices/0/message/content").asString())
                .contains("video/mp4 (16000000 bytes)")
                .doesNotContain("the file");
        assertThat(sandbox.filesBytes()).isZero();
    }

    @Test
    void tokens_are_counted_by_its_flat_body() {
        ObjectNode body = content(nativeBody(), "user", "[{\"text\":\"" + "x".repeat(400) + "\"}]");
        body.putObject("generationConfig").put("temperature", 0.5);
        CallServer.Reply reply = post(MODELS + "gemini-2.5-pro:countTokens", body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("totalTokens").asInt()).isEqualTo(100);
        assertThat(reply.json().get("promptTokensDetails").toString()).contains("\"TEXT\"");
    }

    @Test
    void a_token_that_the_sandbox_does_not_take_is_our_trouble() {
        tokens.script(whole(200, "{\"access_token\":\"invalid-token\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"));
        CallServer.Reply reply = channels.call();
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).doesNotContain("credentials", "token");
        assertThat(channels.customer().consumed()).isZero();
    }
}
