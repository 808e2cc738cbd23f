package dev.tollgate.sandbox;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.genai.Chat;
import com.google.genai.Client;
import com.google.genai.Pager;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.errors.ClientException;
import com.google.genai.errors.ServerException;
import com.google.genai.types.Content;
import com.google.genai.types.CountTokensConfig;
import com.google.genai.types.File;
import com.google.genai.types.FinishReason;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.GoogleSearch;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.ListFilesConfig;
import com.google.genai.types.ListModelsConfig;
import com.google.genai.types.Model;
import com.google.genai.types.Part;
import com.google.genai.types.Schema;
import com.google.genai.types.ThinkingConfig;
import com.google.genai.types.Tool;
import com.google.genai.types.Type;
import com.google.genai.types.UploadFileConfig;
import dev.tollgate.sandbox.routes.SandboxModel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Google's own client for Java, as it comes, with nothing but another base URL. */
class GoogleGenAiTest {

    private static final String GEMINI_25 = "gemini-2.5-pro";
    private static final String GEMINI_3 = "gemini-3.1-pro-preview";
    private static final Tool WEATHER = Tool.builder()
            .functionDeclarations(FunctionDeclaration.builder()
                    .name("get_weather")
                    .description("The weather of a city")
                    .parameters(Schema.builder()
                            .type(Type.Known.OBJECT)
                            .properties(Map.of(
                                    "city",
                                    Schema.builder().type(Type.Known.STRING).build()))
                            .required("city")))
            .build();

    private static final SettableClock clock = new SettableClock();
    private static SandboxClient sandbox;
    private static Client client;

    @BeforeAll
    static void start() {
        sandbox = new SandboxClient(SandboxOptions.defaults().withClock(clock));
        client = Client.builder()
                .apiKey("test-key")
                .httpOptions(options(sandbox.sandbox.baseUrl()))
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        sandbox.close();
    }

    private static HttpOptions options(String url) {
        return HttpOptions.builder()
                .baseUrl(url)
                .retryOptions(HttpRetryOptions.builder().attempts(1))
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {GEMINI_25, GEMINI_3})
    void an_answer_comes_whole_and_in_pieces(String model) {
        GenerateContentResponse whole = client.models.generateContent(model, "What is 2+2?", thoughts());

        assertThat(whole.text()).isEqualTo("2 + 2 = 4.");
        assertThat(whole.finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
        assertThat(whole.parts().getFirst().thought()).contains(true);
        assertThat(whole.modelVersion()).contains(model);
        assertThat(whole.usageMetadata().orElseThrow().totalTokenCount().orElseThrow())
                .isEqualTo(whole.usageMetadata().get().promptTokenCount().orElseThrow()
                        + whole.usageMetadata().get().candidatesTokenCount().orElseThrow()
                        + whole.usageMetadata().get().thoughtsTokenCount().orElseThrow());

        StringBuilder text = new StringBuilder();
        List<GenerateContentResponse> events = new ArrayList<>();
        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(model, "Write 100 words about rivers", null)) {
            stream.forEach(event -> {
                events.add(event);
                text.append(event.text());
            });
        }
        assertThat(events).hasSizeGreaterThan(5);
        assertThat(text.toString().split(" ")).hasSize(100);
        assertThat(events.getLast().finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
        assertThat(events)
                .extracting(event -> event.responseId().orElseThrow())
                .containsOnly(events.getFirst().responseId().orElseThrow());
    }

    @Test
    void a_conversation_goes_on_and_one_tool_is_called() {
        Chat chat = client.chats.create(
                GEMINI_3, GenerateContentConfig.builder().tools(WEATHER).build());

        assertThat(chat.sendMessage("Say: one").text()).isEqualTo("one");
        GenerateContentResponse asked = chat.sendMessage("What is the weather in Oslo?");
        assertThat(asked.functionCalls())
                .extracting(call -> call.args().orElseThrow().get("city"))
                .containsExactly("Oslo");
        assertThat(chat.sendMessage(results(asked.functionCalls())).text()).contains("get_weather says 4C");
        assertThat(sandbox.sandbox.requests().getLast().body().get("contents").size())
                .isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/pdf|%PDF-1.7 1 0 obj<<>>endobj",
                "audio/wav|RIFF....WAVEfmt ................",
                "video/mp4|....ftypisom....................",
                "text/plain|Just a few words."
            })
    void bytes_that_go_along_are_seen_for_what_they_are(String type, String bytes) {
        Part part = Part.fromBytes(bytes.getBytes(StandardCharsets.ISO_8859_1), type);
        GenerateContentResponse reply =
                client.models.generateContent(GEMINI_25, Content.fromParts(Part.fromText("What is this?"), part), null);

        assertThat(reply.text()).contains(type + " (" + bytes.length() + " bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {GEMINI_25, GEMINI_3, "gemini-3-flash-preview"})
    void tools_are_called_in_parallel_and_in_many_steps_with_their_signatures(String model) {
        GenerateContentConfig config =
                GenerateContentConfig.builder().tools(WEATHER).build();
        List<Content> history = new ArrayList<>();
        for (int step = 0; step < 5; step++) {
            history.add(Content.fromParts(Part.fromText("What is the weather in Oslo and Rome? Round " + step)));
            GenerateContentResponse asked = client.models.generateContent(model, history, config);
            assertThat(asked.functionCalls())
                    .extracting(call -> call.args().orElseThrow().get("city"))
                    .containsExactly("Oslo", "Rome");
            history.add(asked.candidates().orElseThrow().getFirst().content().orElseThrow());
            history.add(results(asked.functionCalls()));
            GenerateContentResponse told = client.models.generateContent(model, history, config);
            assertThat(told.text()).startsWith("Here is what I found: get_weather says 4C; get_weather says 18C");
            history.add(told.candidates().orElseThrow().getFirst().content().orElseThrow());
        }
        assertThat(history).hasSize(20);
    }

    @Test
    void calls_of_a_stream_can_be_sent_back_and_an_altered_signature_is_seen() {
        GenerateContentConfig config =
                GenerateContentConfig.builder().tools(WEATHER).build();
        List<Part> calls = new ArrayList<>();
        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(GEMINI_3, "Weather in Oslo and Rome", config)) {
            stream.forEach(event -> event.parts().stream()
                    .filter(part -> part.functionCall().isPresent())
                    .forEach(calls::add));
        }
        Content question = Content.fromParts(Part.fromText("Weather in Oslo and Rome"));
        Content answer = results(
                calls.stream().map(part -> part.functionCall().orElseThrow()).toList());
        Content called = Content.builder().role("model").parts(calls).build();

        assertThat(client.models
                        .generateContent(GEMINI_3, List.of(question, called, answer), config)
                        .text())
                .contains("get_weather says 4C");

        byte[] signature = calls.getFirst().thoughtSignature().orElseThrow().clone();
        signature[7] ^= 1;
        calls.set(0, calls.getFirst().toBuilder().thoughtSignature(signature).build());
        Content altered = Content.builder().role("model").parts(calls).build();
        assertThatThrownBy(() -> client.models.generateContent(GEMINI_3, List.of(question, altered, answer), config))
                .isInstanceOfSatisfying(ClientException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(400);
                    assertThat(failure.message()).isEqualTo("Corrupted thought signature.");
                });
    }

    @Test
    void both_kinds_of_schema_are_followed_in_their_order() {
        GenerateContentConfig json = GenerateContentConfig.builder()
                .responseMimeType("application/json")
                .responseJsonSchema(Map.of(
                        "type", "object",
                        "properties", Map.of("names", Map.of("type", "array", "items", Map.of("type", "string"))),
                        "required", List.of("names")))
                .build();
        GenerateContentConfig own = GenerateContentConfig.builder()
                .responseMimeType("application/json")
                .responseSchema(Schema.builder()
                        .type(Type.Known.OBJECT)
                        .properties(Map.of(
                                "b", Schema.builder().type(Type.Known.INTEGER).build(),
                                "a", Schema.builder().type(Type.Known.BOOLEAN).build()))
                        .propertyOrdering("b", "a"))
                .build();

        assertThat(client.models
                        .generateContent(GEMINI_25, "List 2 names", json)
                        .text())
                .isEqualTo("{\"names\":[\"Sample names 1\",\"Sample names 2\"]}");
        assertThat(client.models.generateContent(GEMINI_3, "Go", own).text()).isEqualTo("{\"b\":1,\"a\":true}");
    }

    @Test
    void search_gives_sources() {
        GenerateContentResponse reply = client.models.generateContent(
                GEMINI_3,
                "Weather forecast for Oslo",
                GenerateContentConfig.builder()
                        .tools(Tool.builder()
                                .googleSearch(GoogleSearch.builder())
                                .build())
                        .build());

        assertThat(reply.candidates()
                        .orElseThrow()
                        .getFirst()
                        .groundingMetadata()
                        .orElseThrow()
                        .groundingSupports()
                        .orElseThrow())
                .hasSize(2);
    }

    @Test
    void tokens_are_counted() {
        assertThat(client.models.countTokens(GEMINI_25, "x".repeat(400), null).totalTokens())
                .contains(100);
    }

    @Test
    void models_are_listed_by_pages_and_described() {
        List<String> names = new ArrayList<>();
        for (Model model :
                client.models.list(ListModelsConfig.builder().pageSize(2).build())) {
            names.add(model.name().orElseThrow());
        }

        assertThat(names)
                .hasSize(SandboxModel.all().size())
                .contains("models/" + GEMINI_3)
                .doesNotHaveDuplicates();
        assertThat(client.models.get(GEMINI_3, null).outputTokenLimit()).contains(65_536);
    }

    @Test
    void a_large_file_goes_up_in_pieces_becomes_active_and_is_seen() {
        byte[] video = new byte[(20 << 20) + 13];
        new Random(5).nextBytes(video);

        File file = client.files.upload(
                video,
                UploadFileConfig.builder()
                        .mimeType("video/mp4")
                        .displayName("trip")
                        .build());
        assertThat(file.state().orElseThrow()).hasToString("PROCESSING");
        assertThat(file.sizeBytes()).contains((long) video.length);
        Content ask = Content.fromParts(
                Part.fromText("What is this?"), Part.fromUri(file.uri().orElseThrow(), "video/mp4"));
        assertThatThrownBy(() -> client.models.generateContent(GEMINI_25, ask, null))
                .hasMessageContaining("is not in an ACTIVE state and usage is not allowed.");

        clock.move(Duration.ofSeconds(1));
        assertThat(client.files.get(file.name().orElseThrow(), null).state().orElseThrow())
                .hasToString("ACTIVE");
        assertThat(client.models.generateContent(GEMINI_25, ask, null).text())
                .startsWith("I received the file " + file.name().orElseThrow() + ", video/mp4 (20971533 bytes).");

        Pager<File> list =
                client.files.list(ListFilesConfig.builder().pageSize(1).build());
        assertThat(StreamSupport.stream(list.spliterator(), false)
                        .map(each -> each.displayName().orElse("")))
                .contains("trip");
        client.files.delete(file.name().orElseThrow(), null);
        assertThatThrownBy(() -> client.files.get(file.name().orElseThrow(), null))
                .isInstanceOfSatisfying(ClientException.class, failure -> assertThat(failure.code())
                        .isEqualTo(403));
    }

    @Test
    void errors_before_and_in_the_middle_of_an_answer_are_understood() {
        assertThatThrownBy(() -> client.models.generateContent("gemini-9", "Hello", null))
                .isInstanceOfSatisfying(ClientException.class, failure -> assertThat(failure.code())
                        .isEqualTo(404));
        assertThatThrownBy(() -> client.models.generateContent(GEMINI_25 + "~quota=minute", "Hello", null))
                .isInstanceOfSatisfying(ClientException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(429);
                    assertThat(failure.status()).isEqualTo("RESOURCE_EXHAUSTED");
                });
        assertThatThrownBy(() -> client.models.generateContent(
                        GEMINI_25,
                        "Hello",
                        GenerateContentConfig.builder().temperature(3f).build()))
                .isInstanceOfSatisfying(ClientException.class, failure -> assertThat(failure.status())
                        .isEqualTo("INVALID_ARGUMENT"));
        try (Client stranger = Client.builder()
                .apiKey("invalid-key")
                .httpOptions(options(sandbox.sandbox.baseUrl()))
                .build()) {
            assertThatThrownBy(() -> stranger.models.generateContent(GEMINI_25, "Hello", null))
                    .isInstanceOfSatisfying(ClientException.class, failure -> assertThat(failure.message())
                            .contains("API key not valid"));
        }
        assertThatThrownBy(() -> client.models.generateContent(GEMINI_25 + "~status=503", "Hello", null))
                .isInstanceOfSatisfying(ServerException.class, failure -> assertThat(failure.status())
                        .isEqualTo("UNAVAILABLE"));
        assertThatThrownBy(() -> {
                    try (ResponseStream<GenerateContentResponse> stream = client.models.generateContentStream(
                            GEMINI_25, "Write 100 words [[sandbox: error_event after=3]]", null)) {
                        stream.forEach(event -> assertThat(event.candidates()).isPresent());
                    }
                })
                .isInstanceOfSatisfying(ApiException.class, failure -> assertThat(failure.code())
                        .isEqualTo(503));
    }

    @Test
    void a_failure_that_passes_is_survived_by_trying_again() {
        try (Client patient = Client.builder()
                .apiKey("test-key")
                .httpOptions(HttpOptions.builder()
                        .baseUrl(sandbox.sandbox.baseUrl())
                        .retryOptions(HttpRetryOptions.builder()
                                .attempts(4)
                                .initialDelay(0.01)
                                .jitter(0.0))
                        .build())
                .build()) {
            assertThat(patient.models
                            .generateContent(GEMINI_25, "Say: made it [[sandbox: status=503 times=2 id=patient]]", null)
                            .text())
                    .isEqualTo("made it");
        }
    }

    @Test
    void vertex_with_a_token_speaks_to_the_paths_of_a_project() {
        GoogleCredentials token = GoogleCredentials.create(
                new AccessToken("test-token", Date.from(Instant.now().plusSeconds(3_600))));
        try (Client vertex = Client.builder()
                .vertexAI(true)
                .project("acme")
                .location("global")
                .credentials(token)
                .httpOptions(options(sandbox.sandbox.baseUrl()))
                .build()) {
            speaksVertex(vertex);
            assertThat(sandbox.sandbox.requests().getLast().path())
                    .startsWith("/v1beta1/projects/acme/locations/global/publishers/google/models/");
        }
    }

    @Test
    void vertex_with_a_key_speaks_to_the_paths_without_a_project() {
        try (Client vertex = Client.builder()
                .vertexAI(true)
                .apiKey("express-key")
                .httpOptions(options(sandbox.sandbox.baseUrl()))
                .build()) {
            speaksVertex(vertex);
            assertThat(sandbox.sandbox.requests().getLast().path()).startsWith("/v1beta1/publishers/google/models/");
        }
    }

    /** Text, stream, tools with signatures, log probabilities and tokens; the last call is a count. */
    private static void speaksVertex(Client vertex) {
        GenerateContentConfig config =
                GenerateContentConfig.builder().tools(WEATHER).build();
        assertThat(vertex.models
                        .generateContent(GEMINI_25, "What is 2+2?", null)
                        .text())
                .isEqualTo("2 + 2 = 4.");
        List<GenerateContentResponse> events = new ArrayList<>();
        try (ResponseStream<GenerateContentResponse> stream =
                vertex.models.generateContentStream(GEMINI_3, "Write 30 words", null)) {
            stream.forEach(events::add);
        }
        assertThat(events.getFirst().usageMetadata().orElseThrow().totalTokenCount())
                .isEmpty();
        assertThat(events.getLast().usageMetadata().orElseThrow().totalTokenCount())
                .isPresent();
        for (String model : List.of(GEMINI_25, GEMINI_3)) {
            Content question = Content.fromParts(Part.fromText("Weather in Oslo and Rome"));
            GenerateContentResponse asked = vertex.models.generateContent(model, question, config);
            Content called =
                    asked.candidates().orElseThrow().getFirst().content().orElseThrow();
            assertThat(vertex.models
                            .generateContent(model, List.of(question, called, results(asked.functionCalls())), config)
                            .text())
                    .contains("get_weather says 18C");
        }
        assertThat(vertex.models
                        .generateContent(
                                GEMINI_25,
                                "Say: one two",
                                GenerateContentConfig.builder()
                                        .responseLogprobs(true)
                                        .logprobs(2)
                                        .build())
                        .candidates()
                        .orElseThrow()
                        .getFirst()
                        .logprobsResult()
                        .orElseThrow()
                        .chosenCandidates()
                        .orElseThrow())
                .hasSize(2);
        assertThat(vertex.models
                        .countTokens(
                                GEMINI_25,
                                "12345678",
                                CountTokensConfig.builder()
                                        .systemInstruction(Content.fromParts(Part.fromText("1234")))
                                        .build())
                        .totalTokens())
                .contains(3);
    }

    private static GenerateContentConfig thoughts() {
        return GenerateContentConfig.builder()
                .thinkingConfig(ThinkingConfig.builder().includeThoughts(true))
                .build();
    }

    /** 4C for the first, 18C for all others. */
    private static Content results(List<FunctionCall> calls) {
        List<Part> parts = new ArrayList<>();
        for (FunctionCall call : calls) {
            FunctionResponse.Builder response = FunctionResponse.builder()
                    .name(call.name().orElseThrow())
                    .response(Map.of("output", parts.isEmpty() ? "4C" : "18C"));
            call.id().ifPresent(response::id);
            parts.add(Part.builder().functionResponse(response).build());
        }
        return Content.builder().role("user").parts(parts).build();
    }
}
