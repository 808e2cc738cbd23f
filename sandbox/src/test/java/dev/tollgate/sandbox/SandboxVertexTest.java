package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Where Vertex AI differs. */
class SandboxVertexTest {

    private static final String PROJECT = "/v1/projects/acme/locations/europe-west4/publishers/google/models/";
    private static final String TOOL = ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"weather\","
            + "\"parametersJsonSchema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}},{\"name\":\"refresh\"}]}]";

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PROJECT,
                "/v1beta1/projects/acme/locations/global/publishers/google/models/",
                "/v1beta1/publishers/google/models/",
                "/v1/publishers/google/models/"
            })
    void answers_come_on_all_of_its_paths(String models) {
        assertThat(post(models + GEMINI_25 + ":generateContent", user("What is 2+2?", ""), "Bearer token")
                        .answer())
                .isEqualTo("2 + 2 = 4.");
        assertThat(client.post(models + GEMINI_25 + ":generateContent", user("What is 2+2?", ""))
                        .answer())
                .isEqualTo("2 + 2 = 4.");
    }

    @Test
    void a_token_that_is_missing_or_bad_is_401_and_the_gemini_api_takes_none() {
        String path = PROJECT + GEMINI_25 + ":generateContent";

        SandboxClient.Reply missing = post(path, user("Hello", ""), "");
        assertThat(missing.status()).isEqualTo(401);
        assertThat(missing.json().path("error").path("status").asString()).isEqualTo("UNAUTHENTICATED");
        assertThat(post(path, user("Hello", ""), "Bearer invalid-token").error())
                .startsWith("Request had invalid authentication credentials.");
        assertThat(post("/v1beta/models/" + GEMINI_25 + ":generateContent", user("Hello", ""), "Bearer token")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void usage_stands_on_the_last_event_and_zero_indexes_nowhere() {
        SandboxClient.Reply reply = post(
                PROJECT + GEMINI_25 + ":streamGenerateContent?alt=sse",
                user("Write 40 words", ",\"generationConfig\":{\"candidateCount\":2}"),
                "Bearer token");

        List<JsonNode> events = reply.events();
        assertThat(events.subList(0, events.size() - 1)).allSatisfy(event -> assertThat(event.path("usageMetadata"))
                .hasToString("{\"trafficType\":\"ON_DEMAND\"}"));
        JsonNode usage = events.getLast().path("usageMetadata");
        assertThat(usage.path("totalTokenCount").asInt())
                .isEqualTo(usage.path("promptTokenCount").asInt()
                        + usage.path("candidatesTokenCount").asInt()
                        + usage.path("thoughtsTokenCount").asInt());
        assertThat(usage.path("trafficType").asString()).isEqualTo("ON_DEMAND");
        assertThat(events.stream()
                        .map(event ->
                                event.path("candidates").path(0).path("index").asInt(-1)))
                .contains(-1, 1)
                .doesNotContain(0);
        assertThat(events).allMatch(event -> event.has("createTime"));
    }

    @Test
    void an_unknown_model_has_its_long_name() {
        assertThat(post(PROJECT + "gemini-9:generateContent", user("Hello", ""), "Bearer token")
                        .error())
                .startsWith(
                        "Publisher Model `projects/acme/locations/europe-west4/publishers/google/models/gemini-9` was"
                                + " not found");
    }

    @Test
    void fields_of_the_other_side_are_unknown_on_each() {
        for (String field : List.of("\"store\":true", "\"toolConfig\":{\"includeServerSideToolInvocations\":true}")) {
            assertThat(post(PROJECT + GEMINI_3 + ":generateContent", user("Hello", "," + field), "Bearer token")
                            .error())
                    .contains("Cannot find field.");
        }
        String labels = user("Hello", ",\"labels\":{\"team\":\"a\"}");
        assertThat(client.generate(GEMINI_3, labels).error())
                .isEqualTo("Invalid JSON payload received. Unknown name \"labels\": Cannot find field.");
        assertThat(post(PROJECT + GEMINI_3 + ":generateContent", labels, "Bearer token")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void several_candidates_log_probabilities_and_penalties_are_taken_here() {
        String several =
                user("Say: one two three", ",\"generationConfig\":{\"candidateCount\":2,\"presencePenalty\":1}");
        String logprobs =
                user("Say: one two three", ",\"generationConfig\":{\"responseLogprobs\":true,\"logprobs\":3}");

        assertThat(post(PROJECT + GEMINI_3 + ":generateContent", several, "Bearer t")
                        .json()
                        .path("candidates"))
                .hasSize(2);
        JsonNode candidate = post(PROJECT + GEMINI_25 + ":generateContent", logprobs, "Bearer t")
                .candidate();
        assertThat(candidate.path("avgLogprobs").asDouble()).isNegative();
        assertThat(candidate
                        .path("logprobsResult")
                        .path("chosenCandidates")
                        .valueStream()
                        .map(token -> token.path("token").asString()))
                .containsExactly("one ", "two ", "three");
        assertThat(candidate
                        .path("logprobsResult")
                        .path("topCandidates")
                        .path(1)
                        .path("candidates"))
                .hasSize(3);
        assertThat(post(PROJECT + GEMINI_3 + ":generateContent", logprobs, "Bearer t")
                        .error())
                .isEqualTo("Logprobs is not supported for this model.");
    }

    @Test
    void ids_of_calls_are_unknown_on_2_x_and_calls_without_arguments_have_no_args() {
        String turn = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Go\"}]},{\"role\":\"model\",\"parts\":"
                + "[{\"functionCall\":{\"id\":\"1\",\"name\":\"weather\"}}]},{\"role\":\"user\",\"parts\":"
                + "[{\"functionResponse\":{\"id\":\"1\",\"name\":\"weather\",\"response\":{}}}]}]}";

        assertThat(post(PROJECT + GEMINI_25 + ":generateContent", turn, "Bearer t")
                        .error())
                .isEqualTo("Invalid JSON payload received. Unknown name \"id\" at 'contents[1].parts[0].function_call':"
                        + " Cannot find field.");
        assertThat(client.generate(GEMINI_25, turn).status()).isEqualTo(200);
        JsonNode call = post(PROJECT + GEMINI_25 + ":generateContent", user("Please refresh", TOOL), "Bearer t")
                .parts()
                .getFirst()
                .path("functionCall");
        assertThat(call).hasToString("{\"name\":\"refresh\"}");
    }

    @Test
    void tokens_are_counted_with_the_characters_that_are_billed() {
        JsonNode count = post(
                        PROJECT + GEMINI_25 + ":countTokens",
                        user("ab cd ef", ",\"systemInstruction\":{\"parts\":[{\"text\":\"1234\"}]}"),
                        "Bearer t")
                .json();

        assertThat(count.path("totalTokens").asInt()).isEqualTo(3);
        assertThat(count.path("totalBillableCharacters").asInt()).isEqualTo(6);
        assertThat(client.post(
                                "/v1beta/models/" + GEMINI_25 + ":countTokens",
                                user("a", ",\"systemInstruction\":{\"parts\":[]}"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void signatures_are_of_one_project() {
        JsonNode asked = post(PROJECT + GEMINI_3 + ":generateContent", user("Weather in Oslo", TOOL), "Bearer t")
                .candidate();
        String turn = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Weather in Oslo\"}]},"
                + JsonTrees.write(asked.path("content"))
                + ",{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":"
                + asked.path("content")
                        .path("parts")
                        .path(0)
                        .path("functionCall")
                        .path("id")
                + ",\"name\":\"weather\",\"response\":{\"output\":\"4C\"}}}]}]" + TOOL + "}";

        assertThat(post(PROJECT + GEMINI_3 + ":generateContent", turn, "Bearer other-token")
                        .status())
                .isEqualTo(200);
        assertThat(post(PROJECT.replace("acme", "umbrella") + GEMINI_3 + ":generateContent", turn, "Bearer t")
                        .error())
                .isEqualTo("Corrupted thought signature.");
        assertThat(client.generate(GEMINI_3, turn).error()).isEqualTo("Corrupted thought signature.");
    }

    @Test
    void files_of_a_bucket_are_named_and_models_listed() {
        String bucket =
                "{\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":\"gs://b/a.mp4\",\"mimeType\":\"video/mp4\"}}]}]}";

        assertThat(post(PROJECT + GEMINI_25 + ":generateContent", bucket, "Bearer t")
                        .answer())
                .contains("the file at gs://b/a.mp4");
        assertThat(client.get("/v1beta1/publishers/google/models")
                        .json()
                        .path("publisherModels")
                        .path(0)
                        .path("name")
                        .asString())
                .isEqualTo("publishers/google/models/gemini-2.5-pro");
    }

    /** Without a key; without a token where that is empty. */
    private static SandboxClient.Reply post(String path, String body, String authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(client.sandbox.baseUrl() + path))
                .POST(BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build());
    }
}
