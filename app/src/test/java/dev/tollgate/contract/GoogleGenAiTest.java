package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.genai.Chat;
import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.errors.ClientException;
import com.google.genai.errors.ServerException;
import com.google.genai.types.CachedContent;
import com.google.genai.types.Content;
import com.google.genai.types.CreateCachedContentConfig;
import com.google.genai.types.File;
import com.google.genai.types.FileSearch;
import com.google.genai.types.FinishReason;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.GoogleSearch;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.ListModelsConfig;
import com.google.genai.types.Model;
import com.google.genai.types.Part;
import com.google.genai.types.Schema;
import com.google.genai.types.ThinkingConfig;
import com.google.genai.types.Tool;
import com.google.genai.types.ToolCodeExecution;
import com.google.genai.types.Type;
import com.google.genai.types.UpdateCachedContentConfig;
import com.google.genai.types.UploadFileConfig;
import com.google.genai.types.UrlContext;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.testing.NodePackages;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Google's own client for Java, as it comes, with a key of ours and another base URL. */
@Timeout(240)
class GoogleGenAiTest {

    private static final String PRO = "gemini-2.5-pro";
    private static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
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

    private static Gateway gateway;
    private static Client client;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        client = client(Gateway.DEMO_KEY, "");
    }

    @AfterAll
    static void stop() {
        client.close();
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void natural() {
        gateway.script(Scripts.NONE);
    }

    private static Client client(String key, String path) {
        return client(key, HttpOptions.builder().baseUrl(gateway.url() + path));
    }

    private static Client client(String key, HttpOptions.Builder options) {
        return Client.builder()
                .apiKey(key)
                .httpOptions(options.retryOptions(HttpRetryOptions.builder().attempts(1))
                        .build())
                .build();
    }

    private static GenerateContentConfig tools(Tool... tools) {
        return GenerateContentConfig.builder().tools(tools).build();
    }

    // ---- files ----

    @Test
    void a_file_of_two_pieces_is_uploaded_listed_asked_about_and_deleted() {
        byte[] content = Arrays.copyOf(MediaSamples.BY_TYPE.get("audio/wav"), 9_900_000);
        File file = client.files.upload(
                content,
                UploadFileConfig.builder()
                        .mimeType("audio/wav")
                        .displayName("bridge.wav")
                        .build());
        String name = file.name().orElseThrow();
        assertThat(file.sizeBytes()).hasValue((long) content.length);
        assertThat(client.files.get(name, null).displayName()).hasValue("bridge.wav");
        assertThat(client.files.list(null)).anyMatch(each -> each.name().equals(file.name()));
        GenerateContentResponse answer = client.models.generateContent(
                PRO,
                Content.fromParts(Part.fromUri(file.uri().orElseThrow(), "audio/wav"), Part.fromText("What is paid?")),
                null);
        assertThat(answer.text()).isNotEmpty();
        client.files.delete(name, null);
        assertThatThrownBy(() -> client.files.get(name, null))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("You do not have permission to access the File");
    }

    @Test
    void googles_client_for_javascript_does_the_same() throws IOException {
        NodePackages.Run run = NodePackages.run(
                NodePackages.installed(),
                NodePackages.node(),
                NodePackages.node(),
                "doors.mjs",
                "files",
                gateway.url(),
                Gateway.DEMO_KEY,
                PRO);
        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output().lines().toList().getLast())
                .isEqualTo(
                        "{\"bytes\":9900000,\"state\":\"ACTIVE\",\"shown\":\"bridge.wav\",\"listed\":true,\"answer\":true,\"gone\":[403,true],\"cache\":[\"tolls\",true,true,1,403]}");
    }

    @Test
    void contents_are_cached_asked_about_prolonged_listed_and_deleted() {
        CachedContent cache = client.caches.create(
                PRO,
                CreateCachedContentConfig.builder()
                        .displayName("tolls")
                        .ttl(Duration.ofHours(2))
                        .contents(Content.fromParts(Part.fromText("A toll is paid at the bridge. ".repeat(200))))
                        .build());
        String name = cache.name().orElseThrow();
        assertThat(cache.usageMetadata().orElseThrow().totalTokenCount().orElseThrow())
                .isGreaterThan(1_000);
        GenerateContentResponse answer = client.models.generateContent(
                PRO,
                "Who pays?",
                GenerateContentConfig.builder().cachedContent(name).build());
        assertThat(answer.text()).isNotEmpty();
        assertThat(gateway.lastAsked().get("contents").size()).isEqualTo(2);
        CachedContent later = client.caches.update(
                name,
                UpdateCachedContentConfig.builder().ttl(Duration.ofDays(1)).build());
        assertThat(later.expireTime().orElseThrow()).isAfter(cache.expireTime().orElseThrow());
        assertThat(client.caches.list(null)).anyMatch(each -> each.name().equals(cache.name()));
        client.caches.delete(name, null);
        assertThatThrownBy(() -> client.caches.get(name, null))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("CachedContent not found");
    }

    // ---- answers ----

    @ParameterizedTest
    @ValueSource(strings = {PRO, "gemini-3-pro", "gemini-3.1-pro", "google/gemini-2.5-pro"})
    void an_answer_comes_whole_and_in_pieces(String model) {
        GenerateContentConfig config = GenerateContentConfig.builder()
                .thinkingConfig(ThinkingConfig.builder().includeThoughts(true))
                .build();

        GenerateContentResponse whole = client.models.generateContent(model, "What is 2+2?", config);
        StringBuilder text = new StringBuilder();
        List<GenerateContentResponse> chunks = new ArrayList<>();
        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(model, "Write 100 words about rivers", null)) {
            stream.forEach(chunk -> {
                chunks.add(chunk);
                text.append(chunk.text() == null ? "" : chunk.text());
            });
        }

        assertThat(whole.text()).isEqualTo("2 + 2 = 4.");
        assertThat(whole.finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
        assertThat(whole.parts().getFirst().thought()).contains(true);
        assertThat(whole.usageMetadata().orElseThrow().promptTokenCount().orElseThrow())
                .isPositive();
        assertThat(chunks).hasSizeGreaterThan(2);
        assertThat(text.toString().split(" ")).hasSize(100);
        assertThat(chunks.getLast().finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
        assertThat(chunks.getLast().usageMetadata()).isPresent();
    }

    /** A part of a long response ends where a request brings it no further. */
    @Test
    void a_long_response_over_several_requests_is_one() {
        try (Gateway all = Gateway.start("models.file", "models/gemini-all.yaml")) {
            for (String credits : List.of("150", "10000")) {
                Customer customer = all.customer(credits);
                try (Client its = client(customer.key(), HttpOptions.builder().baseUrl(all.url()))) {
                    for (boolean streams : new boolean[] {false, true}) {
                        String whole = longResponse(its, customer, streams, "hop=99999", "STOP", 1);
                        assertThat(longResponse(its, customer, streams, "hop=320", "STOP", 5))
                                .isEqualTo(whole);
                        assertThat(whole)
                                .startsWith(
                                        longResponse(its, customer, streams, "hop=320 hop_same=3", "MAX_TOKENS", 3));
                        assertThat(longResponse(its, customer, streams, "hop=0", "MAX_TOKENS", 1))
                                .isEmpty();
                    }
                }
            }
            all.assertBooksAreClosed();
        }
    }

    private static String longResponse(
            Client client, Customer customer, boolean streams, String knobs, String end, int requests) {
        long before = customer.tasks();
        String prompt = "Write 900 words about rivers [[sandbox: " + knobs + "]]";
        GenerateContentConfig config =
                GenerateContentConfig.builder().maxOutputTokens(262_144).build();
        List<GenerateContentResponse> chunks = new ArrayList<>();
        if (streams) {
            try (ResponseStream<GenerateContentResponse> stream =
                    client.models.generateContentStream("gemini-4-argon", prompt, config)) {
                stream.forEach(chunks::add);
            }
        } else {
            chunks.add(client.models.generateContent("gemini-4-argon", prompt, config));
        }
        assertThat(chunks.getLast().finishReason().toString()).as(knobs).isEqualTo(end);
        assertThat(customer.tasks() - before).as(knobs).isEqualTo(requests);
        return chunks.stream()
                .map(chunk -> Objects.requireNonNullElse(chunk.text(), ""))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource({"/v1/gemini,v1beta", "'',v1", "/v1/gemini,v1"})
    void every_base_and_version_serves(String path, String version) {
        try (Client other = client(
                Gateway.DEMO_KEY,
                HttpOptions.builder().baseUrl(gateway.url() + path).apiVersion(version))) {
            assertThat(other.models.generateContent(PRO, "What is 2+2?", null).text())
                    .isEqualTo("2 + 2 = 4.");
        }
    }

    @Test
    void a_conversation_goes_on() {
        Chat chat = client.chats.create(PRO);

        chat.sendMessage("Hello");
        GenerateContentResponse second = chat.sendMessage("What is 2+2?");

        assertThat(second.text()).isEqualTo("2 + 2 = 4.");
        assertThat(gateway.lastAsked().get("contents").size()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {PRO, "gemini-3-pro"})
    void tools_are_called_in_parallel_and_in_many_steps_with_their_signatures(String model) {
        List<Content> history = new ArrayList<>();
        for (int step = 0; step < 5; step++) {
            history.add(Content.fromParts(Part.fromText("What is the weather in Oslo and Rome? Round " + step)));
            GenerateContentResponse asked = client.models.generateContent(model, history, tools(WEATHER));
            assertThat(asked.functionCalls())
                    .extracting(call -> call.args().orElseThrow().get("city"))
                    .containsExactly("Oslo", "Rome");
            history.add(asked.candidates().orElseThrow().getFirst().content().orElseThrow());
            history.add(results(asked.functionCalls()));
            GenerateContentResponse told = client.models.generateContent(model, history, tools(WEATHER));
            assertThat(told.text()).contains("get_weather says 4C");
            history.add(told.candidates().orElseThrow().getFirst().content().orElseThrow());
        }
        assertThat(history).hasSize(20);
    }

    private static Content results(List<FunctionCall> calls) {
        return Content.builder()
                .role("user")
                .parts(calls.stream()
                        .map(call -> Part.fromFunctionResponse(call.name().orElseThrow(), Map.of("output", "4C")))
                        .toList())
                .build();
    }

    @Test
    void calls_of_a_stream_can_be_sent_back() {
        List<Part> calls = new ArrayList<>();
        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream("gemini-3-pro", "Weather in Oslo and Rome", tools(WEATHER))) {
            stream.forEach(chunk -> chunk.parts().stream()
                    .filter(part -> part.functionCall().isPresent())
                    .forEach(calls::add));
        }
        Content question = Content.fromParts(Part.fromText("Weather in Oslo and Rome"));
        Content called = Content.builder().role("model").parts(calls).build();
        Content answer = results(
                calls.stream().map(part -> part.functionCall().orElseThrow()).toList());
        assertThat(client.models
                        .generateContent("gemini-3-pro", List.of(question, called, answer), tools(WEATHER))
                        .text())
                .contains("get_weather says 4C");

        Content stripped = Content.builder()
                .role("model")
                .parts(calls.stream()
                        .map(part -> Part.builder()
                                .functionCall(part.functionCall().orElseThrow())
                                .build())
                        .toList())
                .build();
        assertThatThrownBy(() -> client.models.generateContent(
                        "gemini-3-pro", List.of(question, stripped, answer), tools(WEATHER)))
                .isInstanceOfSatisfying(ClientException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(400);
                    assertThat(failure.message()).startsWith("Function call is missing a thought_signature");
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

        assertThat(client.models.generateContent(PRO, "List 2 names", json).text())
                .isEqualTo("{\"names\":[\"Sample names 1\",\"Sample names 2\"]}");
        assertThat(client.models.generateContent("gemini-3-pro", "Go", own).text())
                .isEqualTo("{\"b\":1,\"a\":true}");
    }

    @Test
    void an_image_is_seen_for_what_its_bytes_are() {
        Part image = Part.fromBytes(Base64.getDecoder().decode(PIXEL), "image/jpeg");
        GenerateContentResponse reply =
                client.models.generateContent(PRO, Content.fromParts(Part.fromText("What is this?"), image), null);

        assertThat(reply.text()).contains("image/png");
        Part wrong = Part.fromBytes("no image at all".getBytes(), "image/png");
        assertThatThrownBy(() -> client.models.generateContent(PRO, Content.fromParts(wrong), null))
                .isInstanceOfSatisfying(ClientException.class, failure -> assertThat(failure.message())
                        .contains("contents[0].parts[0].inline_data"));
    }

    @Test
    void search_gives_sources() {
        Tool search = Tool.builder().googleSearch(GoogleSearch.builder()).build();
        GenerateContentResponse reply =
                client.models.generateContent("gemini-3.1-pro", "Weather forecast for Oslo", tools(search));

        assertThat(reply.candidates()
                        .orElseThrow()
                        .getFirst()
                        .groundingMetadata()
                        .orElseThrow()
                        .groundingSupports()
                        .orElseThrow())
                .isNotEmpty();
    }

    @Test
    void tokens_are_counted_and_models_listed() {
        assertThat(client.models.countTokens(PRO, "x".repeat(400), null).totalTokens())
                .contains(100);
        List<String> names = new ArrayList<>();
        for (Model model :
                client.models.list(ListModelsConfig.builder().pageSize(2).build())) {
            names.add(model.name().orElseThrow());
        }
        assertThat(names)
                .hasSize(27)
                .startsWith(
                        "models/gemini-2.5-pro",
                        "models/gemini-3-pro",
                        "models/gemini-3.1-pro",
                        "models/google/gemini-2.5-pro",
                        "models/google/gemini-2.5-pro-preview");
        assertThat(client.models.get(PRO, null).outputTokenLimit()).contains(65_536);
    }

    // ---- ends and errors ----

    @Test
    void an_answer_that_the_balance_does_not_cover_ends_with_max_tokens() {
        gateway.script(UpstreamScript.answers()
                .text("x".repeat(400), new Tokens(10, 100, 0))
                .text("y".repeat(8_000), new Tokens(10, 2_100, 0))
                .finish("STOP", new Tokens(10, 2_100, 0)));
        try (Client thrifty = client(gateway.customer("0.5").key(), "")) {
            GenerateContentResponse reply = thrifty.models.generateContent(PRO, "Hi", null);

            assertThat(reply.finishReason().knownEnum()).isEqualTo(FinishReason.Known.MAX_TOKENS);
            assertThat(reply.text()).contains("xxx", "yyy");
        }
    }

    @Test
    void each_refusal_shows_our_message() {
        Callers callers = new Callers(gateway);
        assertRefused("sk-unknown-key-0123456789", PRO, 401, "UNAUTHENTICATED", "The API key is invalid.");
        assertRefused("no-key", PRO, 401, "UNAUTHENTICATED", "The API key must start with 'sk-'.");
        assertRefused(
                callers.poor(), PRO, 402, "FAILED_PRECONDITION", "Your credit balance is too low. Please top up.");
        assertRefused(callers.fromElsewhere(), PRO, 403, "PERMISSION_DENIED", "is not in the allowlist");
        assertRefused(Gateway.DEMO_KEY, "gemini-9", 404, "NOT_FOUND", "The model 'gemini-9' does not exist");
        assertRefused(callers.thrifty(), PRO, 402, "FAILED_PRECONDITION", "spend limit");
        String once = callers.once();
        try (Client first = client(once, "")) {
            first.models.generateContent(PRO, "Hi", null);
        }
        assertRefused(once, PRO, 429, "RESOURCE_EXHAUSTED", "Too many requests");
    }

    private static void assertRefused(String key, String model, int code, String status, String message) {
        try (Client caller = client(key, "")) {
            assertThatThrownBy(() -> caller.models.generateContent(model, "Hi", null))
                    .isInstanceOfSatisfying(ClientException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(code);
                        assertThat(failure.status()).isEqualTo(status);
                        assertThat(failure.message()).contains(message);
                    });
        }
    }

    @Test
    void a_failure_in_the_middle_of_a_stream_is_an_exception_with_our_message() {
        gateway.script(UpstreamScript.answers().text("Half an ").fault("eof"));
        assertThatThrownBy(() -> {
                    try (ResponseStream<GenerateContentResponse> stream =
                            client.models.generateContentStream(PRO, "Hi", null)) {
                        stream.forEach(chunk -> assertThat(chunk.text()).isEqualTo("Half an "));
                    }
                })
                .isInstanceOfSatisfying(ApiException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(503);
                    assertThat(failure.message()).contains("The upstream provider closed the stream");
                });
        assertThatThrownBy(() -> client.models.generateContent(PRO, "Hi", null)).isInstanceOf(ServerException.class);
    }

    @Test
    void what_is_not_sold_here_is_refused_in_plain_words() {
        Tool files = Tool.builder()
                .fileSearch(FileSearch.builder().fileSearchStoreNames("fileSearchStores/x"))
                .build();
        assertInvalid(tools(files), "tools[0].file_search: this tool is not available");
        assertInvalid(
                GenerateContentConfig.builder()
                        .cachedContent("cachedContents/x")
                        .build(),
                "must be the name of cached contents of this server");
        assertInvalid(
                GenerateContentConfig.builder().presencePenalty(1f).build(), "Penalty is not enabled for this model");
        assertInvalid(
                GenerateContentConfig.builder()
                        .thinkingConfig(ThinkingConfig.builder().thinkingBudget(0))
                        .build(),
                "thinking_budget: 0 is not taken");
        assertThatThrownBy(() -> client.models.generateContent(
                        PRO,
                        Content.fromParts(
                                Part.fromUri("https://generativelanguage.googleapis.com/v1beta/files/x", "image/png")),
                        null))
                .hasMessageContaining("a file of Google's Files API, which is not supported");
        assertThatThrownBy(() -> client.models.embedContent(PRO, "Hi", null))
                .isInstanceOfSatisfying(ClientException.class, failure -> assertThat(failure.message())
                        .contains("'gemini-2.5-pro' makes no embeddings"));
    }

    @Test
    void tools_of_googles_are_used_as_the_sdk_writes_and_reads_them() {
        GenerateContentResponse ran = client.models.generateContent(
                PRO,
                "Add up",
                tools(Tool.builder().codeExecution(ToolCodeExecution.builder()).build()));
        assertThat(ran.executableCode()).startsWith("print(sum(");
        assertThat(ran.codeExecutionResult()).isNotEmpty();
        GenerateContentResponse read = client.models.generateContent(
                PRO,
                "Sum up https://example.com/page",
                tools(Tool.builder().urlContext(UrlContext.builder()).build()));
        assertThat(read.candidates()
                        .orElseThrow()
                        .getFirst()
                        .urlContextMetadata()
                        .orElseThrow()
                        .urlMetadata()
                        .orElseThrow()
                        .getFirst()
                        .retrievedUrl())
                .contains("https://example.com/page");
    }

    private static void assertInvalid(GenerateContentConfig config, String message) {
        assertThatThrownBy(() -> client.models.generateContent(PRO, "Hi", config))
                .isInstanceOfSatisfying(ClientException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(400);
                    assertThat(failure.message()).contains(message);
                });
    }

    @Test
    void a_client_that_leaves_pays_for_what_was_reported() {
        gateway.script(UpstreamScript.answers()
                .text("Some text", new Tokens(20_000, 2_000, 0))
                .delay(60_000)
                .finish("STOP"));
        Customer customer = gateway.customer("10");
        try (Client leaving = client(customer.key(), "")) {
            ResponseStream<GenerateContentResponse> stream =
                    leaving.models.generateContentStream(PRO, Prompts.LONG.repeat(16), null);
            Iterator<GenerateContentResponse> chunks = stream.iterator();
            assertThat(chunks.hasNext()).isTrue();
            stream.close();
        }
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("cancelled");
        assertThat(customer.consumed()).isEqualByComparingTo("2.04");
    }
}
